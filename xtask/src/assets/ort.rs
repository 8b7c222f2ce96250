//! The CPU library of ONNX Runtime, from its Python wheel.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::is_installed;
use crate::digest;
use crate::python::{Environment, Package};
use crate::staging::{self, rename};

const FOLDER: &str = "onnxruntime-1.31.1";
const LIBRARY: &str = "libonnxruntime.so.1.31.1";
const NOTICES: [&str; 3] = ["LICENSE", "ThirdPartyNotices.txt", "Privacy.md"];

/// The wheel of a platform. The library in it is the same for all Python versions, so any tag will do.
struct Build {
    platform: &'static str,
    wheel: &'static str,
    library: &'static str,
}

const X86_64: Build = Build {
    platform: "manylinux_2_28_x86_64",
    wheel: "5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f",
    library: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3",
};

const AARCH64: Build = Build {
    platform: "manylinux_2_28_aarch64",
    wheel: "da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3",
    library: "8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467",
};

pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    let build = build_for(OS, ARCH)?;
    let folder = cache.join(FOLDER);
    let library = folder.join(LIBRARY);
    if !is_installed(&library, build.library)? {
        eprintln!("downloading onnxruntime 1.31.1 (24 MB)");
        let staging = staging::folder(cache)?;
        let unpacked = unpack(&build, &staging).context("cannot install ONNX Runtime")?;
        if folder.exists() {
            rename(&folder, &staging.path().join("replaced"))?;
        }
        rename(&unpacked, &folder)?;
    }
    Ok(library)
}

fn build_for(os: &str, arch: &str) -> Result<Build> {
    match (os, arch) {
        ("linux", "x86_64") if cfg!(target_env = "gnu") => Ok(X86_64),
        ("linux", "aarch64") if cfg!(target_env = "gnu") => Ok(AARCH64),
        _ => bail!(
            "no ONNX Runtime is pinned for {arch} {os}, only for x86_64 and aarch64 Linux with glibc; \
             put your own library into the cache folder, under {FOLDER}"
        ),
    }
}

/// Downloads the wheel and copies the files to install to a folder.
fn unpack(build: &Build, staging: &TempDir) -> Result<PathBuf> {
    let python = Environment::create(&staging.path().join("python"))?;
    let package = Package {
        requirement: "onnxruntime==1.31.1",
        sha256: build.wheel,
    };
    let options = [
        "--only-binary=:all:",
        "--implementation=cp",
        "--python-version=3.11",
        "--platform",
        build.platform,
    ];
    let wheel = python.download(&package, &options, staging.path())?;

    let contents = staging.path().join("wheel");
    python.unpack(&wheel, &contents)?;

    let folder = staging.path().join(FOLDER);
    fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let package = contents.join("onnxruntime");
    for notice in NOTICES {
        rename(&package.join(notice), &folder.join(notice))?;
    }
    let libraries =
        fs::read_dir(package.join("capi")).context("the wheel has no onnxruntime/capi")?;
    for entry in libraries {
        let entry = entry.context("cannot list onnxruntime/capi")?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("libonnxruntime")
        {
            rename(&entry.path(), &folder.join(entry.file_name()))?;
        }
    }
    digest::require(&folder.join(LIBRARY), build.library)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unpinned_platform_is_named() {
        let message = build_for("macos", "aarch64")
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(message.contains("aarch64 macos"), "{message}");
    }
}
