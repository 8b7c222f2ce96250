//! Versions of the interface, the header and the library.

use std::ffi::c_char;

/// Version of the binary interface. It changes only when programs built with an older header no longer work.
pub const MULTICOND_ABI_VERSION: u32 = 1;

/// Major version of the header.
pub const MULTICOND_VERSION_MAJOR: u32 = 0;
/// Minor version of the header.
pub const MULTICOND_VERSION_MINOR: u32 = 1;
/// Patch version of the header.
pub const MULTICOND_VERSION_PATCH: u32 = 0;
/// Version of the header as one number: major * 1000000 + minor * 1000 + patch.
pub const MULTICOND_VERSION: u32 = 1000;

/// Gets the `MULTICOND_ABI_VERSION` of the library. If it differs from the header's, call nothing else. Thread-safe.
/// Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_abi_version() -> u32 {
    MULTICOND_ABI_VERSION
}

/// Gets the version of the library in the form of `MULTICOND_VERSION`. Thread-safe. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_version() -> u32 {
    MULTICOND_VERSION
}

/// Gets the version of the library, for example "0.1.0". The string is static. Thread-safe. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_version_string() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_crate() {
        let numbers = [
            MULTICOND_VERSION_MAJOR,
            MULTICOND_VERSION_MINOR,
            MULTICOND_VERSION_PATCH,
        ];
        let text = numbers.map(|number| number.to_string()).join(".");
        assert_eq!(text, env!("CARGO_PKG_VERSION"));
        let [major, minor, patch] = numbers;
        assert_eq!(MULTICOND_VERSION, major * 1_000_000 + minor * 1000 + patch);
    }
}
