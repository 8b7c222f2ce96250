//! Finds a usable ONNX Runtime library. It is checked before the crate `ort` loads it, because `ort` panics instead of
//! returning an error.

use std::{
    ffi::CStr,
    path::{Path, PathBuf},
};

use super::{runtime::NAME, search, trust};
use crate::error::{Error, Result, with_causes};

/// A usable ONNX Runtime library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Library {
    pub(super) path: PathBuf,
    pub(super) version: String,
    /// Names of the execution providers that it contains.
    pub(super) providers: Vec<String>,
}

/// The named library, or the first usable one if none is named.
pub(super) fn find(option: Option<&Path>) -> Result<Library> {
    if let Some((by, path)) = search::named(option) {
        return named(&path).map_err(|reason| {
            Error::engine(
                NAME,
                format_args!("{by} names {}: {reason}", path.display()),
            )
        });
    }
    let mut reasons = Vec::new();
    for path in search::candidates() {
        match trust::check_file(&path).and_then(|()| probe(&path)) {
            Ok(library) => return Ok(library),
            Err(reason) => reasons.push(format!("{}: {reason}", path.display())),
        }
    }
    if reasons.is_empty() {
        let help =
            "no library found; set MULTICOND_ORT to its path, or copy it to ~/.cache/multicond";
        return Err(Error::engine(NAME, help));
    }
    Err(Error::engine(NAME, reasons.join("; ")))
}

fn named(path: &Path) -> Result<Library, String> {
    if !path.is_dir() {
        return probe(path);
    }
    match search::in_folder(path).first() {
        Some(file) => probe(file),
        None => Err("no ONNX Runtime library in this folder".into()),
    }
}

fn probe(path: &Path) -> Result<Library, String> {
    // `ort` resolves relative paths beside the executable; and canonical paths can be compared.
    let path = path.canonicalize().map_err(|error| error.to_string())?;
    // SAFETY: loading a library runs its initialisers. The user named the file, or nobody else can replace it.
    let library = unsafe { libloading::Library::new(&path) };
    let library = library.map_err(|error| with_causes(&error))?;
    // SAFETY: this is the function's type since ONNX Runtime 1.0 (onnxruntime_c_api.h).
    let base = unsafe {
        library.get::<unsafe extern "C" fn() -> *const ::ort::sys::OrtApiBase>(b"OrtGetApiBase\0")
    };
    let base = base.map_err(|_| "not ONNX Runtime: it has no `OrtGetApiBase`")?;
    // SAFETY: takes no arguments and returns a static table.
    let base = unsafe { base() };
    if base.is_null() {
        return Err("not a working ONNX Runtime: its interface is null".into());
    }
    // SAFETY: `base` is not null, and its functions return static data.
    let (version, api) = unsafe {
        let version = ((*base).GetVersionString)();
        (version, ((*base).GetApi)(::ort::MINOR_VERSION))
    };
    if version.is_null() || api.is_null() {
        return Err(too_old(version));
    }
    let version = text(version);
    let minor = version
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < ::ort::MINOR_VERSION) {
        return Err(format!(
            "version {version}, expected 1.{} or newer",
            ::ort::MINOR_VERSION
        ));
    }
    // SAFETY: `api` is not null, and is the table of the requested version.
    let providers = unsafe { providers(&*api) };
    // Keep it loaded, because `ort` loads it again.
    std::mem::forget(library);
    Ok(Library {
        path,
        version,
        providers,
    })
}

/// # Safety
/// `api` must be ONNX Runtime's table of functions.
unsafe fn providers(api: &::ort::sys::OrtApi) -> Vec<String> {
    let (mut names, mut count) = (std::ptr::null_mut(), 0);
    // SAFETY: writes to local variables, on success a list and its length; the list is read before it is released.
    unsafe {
        let status = (api.GetAvailableProviders)(&mut names, &mut count);
        if !status.0.is_null() {
            (api.ReleaseStatus)(status.0);
            return Vec::new();
        }
        let length = usize::try_from(count).unwrap_or_default();
        let found = (0..length).map(|index| text(*names.add(index))).collect();
        let status = (api.ReleaseAvailableProviders)(names, count);
        if !status.0.is_null() {
            (api.ReleaseStatus)(status.0);
        }
        found
    }
}

fn too_old(version: *const std::ffi::c_char) -> String {
    let version = if version.is_null() {
        "unknown".into()
    } else {
        text(version)
    };
    format!(
        "version {version}, expected 1.{} or newer",
        ::ort::MINOR_VERSION
    )
}

fn text(version: *const std::ffi::c_char) -> String {
    // SAFETY: not null, and a valid string according to onnxruntime_c_api.h.
    unsafe { CStr::from_ptr(version) }
        .to_string_lossy()
        .into_owned()
}
