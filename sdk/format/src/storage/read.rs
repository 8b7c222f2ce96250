//! Reads whole files. Only regular files, since a pipe or a device may never end, and only up to a size.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use crate::{
    error::{Error, Result},
    limits::MAX_TEXT_BYTES,
};

/// Opens a regular file.
///
/// # Errors
/// When there is none at this path, or it cannot be opened.
pub fn open_file(path: &Path) -> Result<File> {
    let io = |error| Error::io(path, error);
    // Before opening: that waits for a writer if it is a pipe.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(Error::file(path, "not a regular file"));
    }
    File::open(path).map_err(io)
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// When it cannot be read, is larger, or there is not enough memory for it.
pub fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let io = |error| Error::io(path, error);
    let file = open_file(path)?;
    let length = file.metadata().map_err(io)?.len();
    let too_large = || Error::file(path, format_args!("larger than {limit} bytes"));
    let length = usize::try_from(length).map_err(|_| too_large())?;
    if length > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(length + 1)
        .map_err(|_| Error::out_of_memory(path.display(), length as u64))?;
    // The file may have grown, and files in /proc have no length.
    let mut bounded = file.take(limit as u64 + 1);
    bounded.read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Reads a text file: UTF-8 with or without a byte order mark, or UTF-16 with one.
///
/// # Errors
/// As for [`read_file`], with [`MAX_TEXT_BYTES`], or when it is not text.
pub fn read_text(path: &Path) -> Result<String> {
    let bytes = read_file(path, MAX_TEXT_BYTES)?;
    decode_text(bytes).ok_or_else(|| {
        Error::file(
            path,
            "not text in UTF-8, nor in UTF-16 with a byte order mark",
        )
    })
}

fn decode_text(mut bytes: Vec<u8>) -> Option<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|&pair| unit(pair));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.ok().filter(|_| rest.is_empty())
    };
    match bytes[..] {
        [0xff, 0xfe, ref rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, ref rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, ..] => {
            bytes.drain(..3);
            String::from_utf8(bytes).ok()
        }
        _ => String::from_utf8(bytes).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn texts_in_every_encoding_are_the_same() {
        let text = "Stühle,𝄞\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let files = [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
        ];
        for bytes in files {
            assert_eq!(read_text(written(&bytes).path()).unwrap(), text);
        }
        assert_eq!(read_text(written(b"").path()).unwrap(), "");
        for damaged in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"\xc3", b"\x89PNG"] {
            let error = read_text(written(damaged).path()).unwrap_err();
            assert!(error.reason().starts_with("not text"), "{error}");
        }
    }

    #[test]
    fn sizes_are_limited() {
        let file = written(&[7; 10]);
        assert_eq!(read_file(file.path(), 10).unwrap(), [7; 10]);
        let error = read_file(file.path(), 9).unwrap_err();
        assert_eq!(error.reason(), "larger than 9 bytes");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pipes_devices_and_folders_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [&pipe, Path::new("/dev/zero"), folder.path()] {
            let error = read_file(path, 10).unwrap_err();
            assert_eq!(error.reason(), "not a regular file");
            assert!(error.place().contains(path.to_str().unwrap()));
        }
        let status = read_file(Path::new("/proc/self/status"), 1 << 20).unwrap();
        assert!(status.starts_with(b"Name"));
    }
}
