//! Where ONNX Runtime's library is searched.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::cache_folder;

/// The library that the user names, by option or environment variable. Nothing else is tried then.
pub(super) fn named(option: Option<&Path>) -> Option<(&'static str, PathBuf)> {
    let option = option.map(|path| ("the option", path.to_owned()));
    option.or_else(|| set("MULTICOND_ORT").map(|path| ("MULTICOND_ORT", path)))
}

/// The libraries to try when the user names none, best first.
pub(super) fn candidates() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let program = env::current_exe().ok();
    for file in [this_library(), program].into_iter().flatten() {
        let Some(folder) = file.parent() else {
            continue;
        };
        found.extend(in_folder(folder));
        found.extend(in_folder(&folder.join("../lib")));
    }
    found.extend(set("ORT_DYLIB_PATH"));
    let cached = cache_folder().map_or(Vec::new(), |cache| cache_folders(&cache));
    let folders = cached.into_iter().chain(system_folders());
    found.extend(folders.flat_map(|folder| in_folder(&folder)));
    found
}

/// The file that contains this code: libmulticond if an application links it dynamically, else the program.
fn this_library() -> Option<PathBuf> {
    #[cfg(unix)]
    {
        use std::{ffi::CStr, os::unix::ffi::OsStrExt};
        // SAFETY: `dladdr` fills `info` for an address in this code; the name lives as long as the library.
        let name = unsafe {
            let mut info = std::mem::zeroed::<libc::Dl_info>();
            let address = this_library as *const () as *const std::ffi::c_void;
            if libc::dladdr(address, &mut info) == 0 || info.dli_fname.is_null() {
                return None;
            }
            CStr::from_ptr(info.dli_fname)
        };
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(name.to_bytes()));
        path.canonicalize().ok()
    }
    #[cfg(not(unix))]
    None
}

/// The files in a folder with the library's name: the unversioned one first, then the newest version.
pub(super) fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_library(name)).collect();
    names.sort_by_key(|name| {
        let version = version(name);
        (!version.is_empty(), std::cmp::Reverse(version))
    });
    names.into_iter().map(|name| folder.join(name)).collect()
}

fn is_library(name: &str) -> bool {
    let stem = format!("{}onnxruntime", env::consts::DLL_PREFIX);
    let Some(rest) = name.strip_prefix(&stem) else {
        return false;
    };
    // libonnxruntime.so, libonnxruntime.so.1.31.1, libonnxruntime.1.31.1.dylib, onnxruntime.dll,
    // but not libonnxruntime_providers_shared.so.
    let suffix = env::consts::DLL_SUFFIX;
    let is_version = |text: &str| text.chars().all(|c| c == '.' || c.is_ascii_digit());
    match rest.split_once(suffix) {
        Some((before, after)) => is_version(before) && is_version(after),
        None => false,
    }
}

/// The cache folder itself, then the folders `onnxruntime-VERSION` in it, newest first.
fn cache_folders(cache: &Path) -> Vec<PathBuf> {
    let entries = cache.read_dir().into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut versions: Vec<(Vec<u32>, String)> = names
        .filter_map(|name| Some((version(name.strip_prefix("onnxruntime-")?), name)))
        .collect();
    versions.sort();
    let folders = versions.iter().rev().map(|(_, name)| cache.join(name));
    std::iter::once(cache.to_owned()).chain(folders).collect()
}

fn version(text: &str) -> Vec<u32> {
    text.split('.')
        .filter_map(|part| part.parse().ok())
        .collect()
}

fn system_folders() -> Vec<PathBuf> {
    if cfg!(windows) {
        // Windows contains an ONNX Runtime that is too old.
        return Vec::new();
    }
    let arch = env::consts::ARCH;
    let folders = [
        "/usr/local/lib".to_owned(),
        "/opt/homebrew/lib".to_owned(),
        format!("/usr/lib/{arch}-linux-gnu"),
        "/usr/lib64".to_owned(),
        "/usr/lib".to_owned(),
    ];
    folders.map(PathBuf::from).into()
}

fn set(variable: &str) -> Option<PathBuf> {
    let value = env::var_os(variable).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installed_versions_are_searched_newest_first() {
        let cache = tempfile::tempdir().unwrap();
        for folder in ["onnxruntime-1.9.0", "onnxruntime-1.31.1", "other-2.0"] {
            std::fs::create_dir(cache.path().join(folder)).unwrap();
        }
        let expected = ["", "onnxruntime-1.31.1", "onnxruntime-1.9.0"];
        assert_eq!(
            cache_folders(cache.path()),
            expected.map(|folder| cache.path().join(folder))
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn newest_version_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            "libonnxruntime.so.1.9.0",
            "libonnxruntime.so.1.31.1",
            "libonnxruntime_providers_shared.so",
            "libonnxruntime.so",
            "libonnxruntime.so.bak",
        ];
        for file in files {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let found = in_folder(folder.path());
        let found: Vec<_> = found.iter().map(|path| path.file_name().unwrap()).collect();
        let expected = [
            "libonnxruntime.so",
            "libonnxruntime.so.1.31.1",
            "libonnxruntime.so.1.9.0",
        ];
        assert_eq!(found, expected);
    }
}
