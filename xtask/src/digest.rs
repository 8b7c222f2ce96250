//! SHA-256 checksums of files, and comparison with pinned ones.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// The state of a pinned file on disk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    Expected,
    Other(String),
}

pub(crate) fn look(path: &Path, pinned: &str) -> Result<Found> {
    match File::open(path) {
        Ok(file) => {
            let found = of(file).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(if found == pinned {
                Found::Expected
            } else {
                Found::Other(found)
            })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::Nothing),
        Err(error) => Err(error).with_context(|| format!("cannot open {}", path.display())),
    }
}

pub(crate) fn require(path: &Path, pinned: &str) -> Result<()> {
    match look(path, pinned)? {
        Found::Expected => Ok(()),
        Found::Nothing => bail!("{} is missing", path.display()),
        Found::Other(found) => {
            bail!(
                "{} does not have the pinned checksum:\n  expected {pinned}\n  found    {found}",
                path.display()
            )
        }
    }
}

pub(crate) fn of(mut bytes: impl io::Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        match bytes.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => hasher.update(&chunk[..read]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn matches_the_standards_example() -> Result<()> {
        assert_eq!(of(&b"abc"[..])?, ABC);
        Ok(())
    }

    #[test]
    fn distinguishes_missing_from_changed_files() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("file");
        assert_eq!(look(&path, ABC)?, Found::Nothing);
        std::fs::write(&path, "abc")?;
        assert_eq!(look(&path, ABC)?, Found::Expected);
        std::fs::write(&path, "abd")?;
        assert!(matches!(look(&path, ABC)?, Found::Other(_)));
        let message = require(&path, ABC).expect_err("it must fail").to_string();
        assert!(message.contains(ABC), "{message}");
        Ok(())
    }
}
