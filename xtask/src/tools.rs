//! Programs that tasks run, pinned and compiled from crates.io and installed into the cache folder once.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::staging::{self, rename};
use crate::{process, storage, workspace};

pub(crate) struct Tool {
    /// The crate.
    name: &'static str,
    version: &'static str,
    /// The file to run.
    program: &'static str,
    /// Options of `cargo install`.
    options: &'static [&'static str],
}

/// Builds the C library. The newest that Rust 1.95 compiles.
pub(crate) const CARGO_C: Tool = Tool {
    name: "cargo-c",
    version: "0.10.24+cargo-0.98.0",
    program: "cargo-cinstall",
    options: &[],
};

/// Builds and runs the targets of fuzz/.
pub(crate) const CARGO_FUZZ: Tool = Tool {
    name: "cargo-fuzz",
    version: "0.13.2",
    program: "cargo-fuzz",
    options: &[],
};

/// Builds the documentation site.
pub(crate) const MDBOOK: Tool = Tool {
    name: "mdbook",
    version: "0.5.4",
    program: "mdbook",
    options: &["--no-default-features", "--features=search"],
};

impl Tool {
    /// The file to run, installed when it is not there yet.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        let cache = storage::cache_folder()?;
        let folder = cache.join(format!("{}-{}", self.name, self.version));
        let program = format!("bin/{}{EXE_SUFFIX}", self.program);
        if !folder.join(&program).is_file() {
            let staging = staging::folder(&cache)?;
            let installed = staging.path().join("installed");
            self.compile(&installed)
                .with_context(|| format!("cannot install {} {}", self.name, self.version))?;
            if folder.exists() {
                rename(&folder, &staging.path().join("replaced"))?;
            }
            rename(&installed, &folder)?;
        }
        Ok(folder.join(program))
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
        // Up to a gigabyte that is not needed again.
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))
    }
}
