//! Status codes, and the message of the last failure.

use std::{
    cell::RefCell,
    ffi::{CStr, CString, c_char},
};

use multicond::{Error, ErrorKind};

use super::c_string::c_string;

/// Result of a function. 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[must_use]
pub enum multicond_status {
    /// Success.
    Ok = 0,
    /// An argument is NULL or has a value that is not allowed.
    InvalidArgument = 1,
    /// A file cannot be read.
    File = 2,
    /// A model file cannot be used, or made a picture with NaN or infinities.
    Model = 3,
    /// The model does not have this label, or the image does not fit it.
    Label = 4,
    /// A width or height is not allowed.
    Size = 5,
    /// The engine is not available or has failed.
    Engine = 6,
    /// The memory limit would be exceeded, or there is not enough memory.
    Memory = 7,
    /// The picture was cancelled.
    Cancelled = 8,
    /// The generator is generating another picture.
    Busy = 9,
    /// Not supported by this version.
    NotSupported = 10,
    /// A bug in multicond. Please report it.
    Internal = 11,
}

impl From<&Error> for multicond_status {
    fn from(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Io | ErrorKind::File => Self::File,
            ErrorKind::Model => Self::Model,
            ErrorKind::Label => Self::Label,
            ErrorKind::Size => Self::Size,
            ErrorKind::Engine => Self::Engine,
            ErrorKind::Parameter => Self::InvalidArgument,
            ErrorKind::Cancelled => Self::Cancelled,
            ErrorKind::Busy => Self::Busy,
            ErrorKind::Memory => Self::Memory,
            ErrorKind::NotSupported => Self::NotSupported,
            // Kinds that this interface does not know yet are no fault of the caller.
            _ => Self::Internal,
        }
    }
}

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

/// Makes an error this thread's last.
pub(super) fn remember(error: &Error) -> multicond_status {
    let message = c_string(&error.to_string());
    // Fails only while the thread ends, when nobody asks any more.
    let _ = LAST.try_with(|last| last.replace(message));
    error.into()
}

/// Gets the message of the last failed call on this thread: one line that says what failed, where, and what was
/// expected.
///
/// Never NULL; empty if no call has failed. The string belongs to the library and is valid until the next call on this
/// thread fails; calls that succeed do not change it. Thread-safe. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_last_error_message() -> *const c_char {
    LAST.try_with(|last| last.borrow().as_ptr())
        .unwrap_or(c"".as_ptr())
}

/// Gets the name of a `multicond_status`, for example "MULTICOND_STATUS_OK", or "unknown status". The string is static.
/// Thread-safe. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_status_string(status: i32) -> *const c_char {
    let name: &CStr = match status {
        0 => c"MULTICOND_STATUS_OK",
        1 => c"MULTICOND_STATUS_INVALID_ARGUMENT",
        2 => c"MULTICOND_STATUS_FILE",
        3 => c"MULTICOND_STATUS_MODEL",
        4 => c"MULTICOND_STATUS_LABEL",
        5 => c"MULTICOND_STATUS_SIZE",
        6 => c"MULTICOND_STATUS_ENGINE",
        7 => c"MULTICOND_STATUS_MEMORY",
        8 => c"MULTICOND_STATUS_CANCELLED",
        9 => c"MULTICOND_STATUS_BUSY",
        10 => c"MULTICOND_STATUS_NOT_SUPPORTED",
        11 => c"MULTICOND_STATUS_INTERNAL",
        _ => c"unknown status",
    };
    name.as_ptr()
}
