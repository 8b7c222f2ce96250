//! Virtual Python environments, so that nothing is installed into the system's Python.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::staging::{self, rename};
use crate::{digest, process};

const NEEDED: &str =
    "Python 3.11 or newer with venv is needed (on Debian: apt-get install python3 python3-venv)";

const REACH: &str = "this needs access to PyPI, or to a mirror named in pip's configuration";

/// File with the checksum of an environment's requirements.
const STAMP: &str = "requirements.sha256";

/// A virtual environment and its interpreter.
pub(crate) struct Environment {
    interpreter: PathBuf,
}

impl Environment {
    /// An environment with the packages in a requirements file. An existing one is reused if the file is unchanged.
    pub(crate) fn prepare(folder: &Path, requirements: &Path) -> Result<Self> {
        let wanted = File::open(requirements)
            .and_then(digest::of)
            .with_context(|| format!("cannot read {}", requirements.display()))?;
        let found = Self::at(folder);
        if fs::read_to_string(folder.join(STAMP)).is_ok_and(|stamp| stamp == wanted)
            && found.works()
        {
            eprintln!(
                "{}: already installed, requirements unchanged",
                folder.display()
            );
            return Ok(found);
        }
        eprintln!("installing {}", requirements.display());
        let parent = folder.parent().context("an environment needs a folder")?;
        let staging = staging::folder(parent)?;
        let built = staging.path().join("built");
        Self::create(&built)?.install(requirements)?;
        fs::write(built.join(STAMP), wanted)
            .with_context(|| format!("cannot write to {}", built.display()))?;
        if folder.exists() {
            rename(folder, &staging.path().join("replaced"))?;
        }
        // Environments can be moved, because the interpreter finds its packages relative to itself.
        rename(&built, folder)?;
        Ok(found)
    }

    pub(crate) fn create(folder: &Path) -> Result<Self> {
        require_python()?;
        process::read(isolated(
            Command::new("python3").args(["-m", "venv"]).arg(folder),
        ))
        .context("cannot create a Python environment")
        .context(NEEDED)?;
        Ok(Self::at(folder))
    }

    pub(crate) fn at(folder: &Path) -> Self {
        Self {
            interpreter: folder.join("bin/python"),
        }
    }

    pub(crate) fn interpreter(&self) -> &Path {
        &self.interpreter
    }

    fn works(&self) -> bool {
        self.interpreter.is_file() && process::read(self.python().args(["-c", "pass"])).is_ok()
    }

    /// A command that runs the interpreter.
    pub(crate) fn python(&self) -> Command {
        let mut command = Command::new(&self.interpreter);
        isolated(&mut command);
        command
    }

    /// Installs the packages in a requirements file, wheels only, and verifies their checksums.
    pub(crate) fn install(&self, requirements: &Path) -> Result<()> {
        let mut pip = self.pip("install");
        pip.args([
            "--quiet",
            "--require-hashes",
            "--only-binary=:all:",
            "--requirement",
        ])
        .arg(requirements);
        process::read(&mut pip).with_context(|| {
            format!("pip could not install {} ({REACH})", requirements.display())
        })?;
        Ok(())
    }

    /// Unpacks a wheel into a folder.
    pub(crate) fn unpack(&self, wheel: &Path, to: &Path) -> Result<()> {
        process::read(
            self.python()
                .args(["-m", "zipfile", "-e"])
                .arg(wheel)
                .arg(to),
        )
        .context("cannot unpack the wheel")
        .map(drop)
    }

    /// Downloads a distribution; pip verifies its checksum before it reads the contents.
    pub(crate) fn download(
        &self,
        package: &Package,
        options: &[&str],
        folder: &Path,
    ) -> Result<PathBuf> {
        let requirement = folder.join("requirement.txt");
        fs::write(
            &requirement,
            format!("{} --hash=sha256:{}\n", package.requirement, package.sha256),
        )
        .with_context(|| format!("cannot write {}", requirement.display()))?;
        let files = folder.join("files");
        let mut pip = self.pip("download");
        pip.args(["--quiet", "--no-deps", "--require-hashes"])
            .args(options);
        pip.arg("--requirement")
            .arg(&requirement)
            .arg("--dest")
            .arg(&files);
        process::read(&mut pip)
            .with_context(|| format!("pip could not download {} ({REACH})", package.requirement))?;
        only_file(&files)
    }

    fn pip(&self, verb: &str) -> Command {
        let mut command = self.python();
        command.args([
            "-m",
            "pip",
            verb,
            "--disable-pip-version-check",
            "--no-input",
        ]);
        command
    }
}

/// A pinned distribution on PyPI.
pub(crate) struct Package {
    pub(crate) requirement: &'static str,
    pub(crate) sha256: &'static str,
}

/// The version of `python3`, such as "3.11".
pub(crate) fn version() -> Result<String> {
    let asked = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";
    let version =
        process::read(isolated(Command::new("python3").args(["-c", asked]))).context(NEEDED)?;
    Ok(version.trim().to_owned())
}

fn require_python() -> Result<()> {
    let version = version()?;
    if !is_new_enough(&version) {
        bail!("python3 is Python {version}, too old for the pinned packages: {NEEDED}");
    }
    Ok(())
}

fn is_new_enough(version: &str) -> bool {
    version.split_once('.').is_some_and(|(major, minor)| {
        matches!(
            (major.parse::<u32>(), minor.parse::<u32>()),
            (Ok(3), Ok(11..)) | (Ok(4..), Ok(_))
        )
    })
}

/// Removes settings of the caller's Python, which would affect the environment.
fn isolated(command: &mut Command) -> &mut Command {
    command
        .env_remove("PYTHONHOME")
        .env_remove("PYTHONPATH")
        .env("PIP_USER", "0")
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let files = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .with_context(|| format!("cannot list {}", folder.display()))?;
    match <[PathBuf; 1]>::try_from(files) {
        Ok([file]) => Ok(file),
        Err(files) => bail!(
            "pip left {} files in {} instead of one",
            files.len(),
            folder.display()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(is_new_enough("3.11") && is_new_enough("3.14") && is_new_enough("4.0"));
        assert!(!is_new_enough("3.9") && !is_new_enough("2.7") && !is_new_enough("garbage"));
    }
}
