//! Strings for C.

use std::ffi::CString;

/// A string for C. A zero byte, which no string of ours has, would end it.
pub(crate) fn c_string(text: &str) -> CString {
    let bytes: Vec<u8> = text.bytes().take_while(|&byte| byte != 0).collect();
    CString::new(bytes).unwrap_or_default()
}
