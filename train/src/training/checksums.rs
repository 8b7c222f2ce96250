//! SHA-256 checksums of the files in a folder, in the format of `sha256sum -c`.

use std::{
    fmt::Write,
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

const SUMS: &str = "SHA256SUMS";

/// Writes the checksums of files, given by their paths relative to the folder.
pub(super) fn write(folder: &Path, names: &[String]) -> Result<()> {
    let mut text = String::new();
    for name in names {
        writeln!(text, "{}  {name}", sum(&folder.join(name))?)?;
    }
    let path = folder.join(SUMS);
    fs::write(&path, text).with_context(|| path.display().to_string())
}

/// Checks a file against its checksum.
///
/// # Errors
/// When the file has changed or is missing. In a folder without checksums every file passes.
pub(super) fn check(folder: &Path, name: &str) -> Result<()> {
    let path = folder.join(SUMS);
    if !path.exists() {
        return Ok(());
    }
    let sums = fs::read(&path).with_context(|| path.display().to_string())?;
    let sums = String::from_utf8_lossy(&sums);
    let line = format!("{}  {name}", sum(&folder.join(name))?);
    if !sums.lines().any(|known| known == line) {
        bail!(
            "{}: damaged, its checksum is not the one in {SUMS}",
            folder.join(name).display()
        );
    }
    Ok(())
}

fn sum(path: &Path) -> Result<String> {
    let hash = || {
        let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
        let mut hash = Sha256::new();
        loop {
            let bytes = file.fill_buf()?;
            if bytes.is_empty() {
                return std::io::Result::Ok(hash.finalize());
            }
            hash.update(bytes);
            let length = bytes.len();
            file.consume(length);
        }
    };
    let hash = hash().with_context(|| path.display().to_string())?;
    Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_found_and_named() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (folder, name) = (folder.path(), "abc".to_owned());
        let file = folder.join(&name);
        fs::write(&file, "abc").expect("writes");
        check(folder, &name).expect("no sums yet");
        write(folder, std::slice::from_ref(&name)).expect("writes sums");
        // The example of FIPS 180-4, in the output format of sha256sum.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc\n";
        let sums = fs::read_to_string(folder.join(SUMS)).expect("reads");
        assert_eq!(sums, expected);
        check(folder, &name).expect("unchanged");
        for damaged in ["abd", "ab", ""] {
            fs::write(&file, damaged).expect("damages");
            let error = format!("{:#}", check(folder, &name).expect_err("damaged"));
            assert!(error.contains(&file.display().to_string()), "{error}");
        }
        fs::remove_file(&file).expect("removes");
        let error = format!("{:#}", check(folder, &name).expect_err("gone"));
        assert!(error.contains(&file.display().to_string()), "{error}");
    }
}
