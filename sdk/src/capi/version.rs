//! Which multicond this is.

use std::ffi::c_char;

/// The version of this interface. It changes only when a program built for another one would break.
pub const MULTICOND_ABI_VERSION: u32 = 1;

/// The `MULTICOND_ABI_VERSION` that the library was built with. A program compares it with its header's before
/// anything else. Does not block; any thread.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_abi_version() -> u32 {
    MULTICOND_ABI_VERSION
}

/// The library's version, for example "0.1.0". Static. Does not block; any thread.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_version_string() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
