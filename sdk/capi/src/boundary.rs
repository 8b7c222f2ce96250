//! Conversions that all functions share: panics become a status, NULL an error, structs of other versions are read as
//! far as both sides know them.

use std::{
    ffi::{CStr, c_char},
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
    sync::Arc,
};

use super::status::{multicond_status, remember};
use multicond::{Error, Result};

/// Runs the body of a function. A failure becomes a status and this thread's last error.
pub(super) fn guard(work: impl FnOnce() -> Result<()>) -> multicond_status {
    let result = catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Error::panic(panic.as_ref())));
    match result {
        Ok(()) => multicond_status::Ok,
        Err(error) => remember(&error),
    }
}

/// Dereferences a pointer.
///
/// # Safety
/// The pointer is null or points to a live `T`.
pub(super) unsafe fn reference<'a, T>(pointer: *const T, name: &'static str) -> Result<&'a T> {
    // SAFETY: by this function's contract.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(name))
}

pub(super) fn null(name: &'static str) -> Error {
    Error::argument(name, "NULL")
}

/// Reads a string of the caller.
///
/// # Safety
/// The pointer is null or points to a string that ends with a zero byte.
pub(super) unsafe fn string<'a>(pointer: *const c_char, name: &'static str) -> Result<&'a str> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: by this function's contract.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str()
        .map_err(|_| Error::argument(name, "not UTF-8"))
}

/// Writes a result.
///
/// # Safety
/// The pointer is null or points to memory for a `T`.
pub(super) unsafe fn put<T>(pointer: *mut T, name: &'static str, value: T) -> Result<()> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: by this function's contract; what was there is plain data.
    unsafe { pointer.write(value) };
    Ok(())
}

/// A struct that begins with its size. Zero is the default of every member. `sized!` implements it.
///
/// # Safety
/// `#[repr(C)]`, the first member is the size as a `u32`, and any bytes are a value.
pub(super) unsafe trait Sized32: Copy {
    /// Where each member ends, in bytes.
    const ENDS: &'static [usize];
}

/// Implements [`Sized32`] for a struct of integers, floats, arrays of them and pointers. All members are listed.
macro_rules! sized {
    ($type:ident { $($member:ident),* $(,)? }) => {
        const _: () = {
            const fn size_of_member<S, M>(_: fn(&S) -> &M) -> usize {
                size_of::<M>()
            }
            // SAFETY: the size comes first, and the members are plain data.
            unsafe impl $crate::boundary::Sized32 for $type {
                const ENDS: &'static [usize] = &[$(
                    std::mem::offset_of!($type, $member)
                        + size_of_member(|value: &$type| &value.$member)
                ),*];
            }
            assert!(std::mem::offset_of!($type, struct_size) == 0);
            // No member is forgotten.
            let _ = |value: $type| {
                let $type { $($member: _),* } = value;
            };
        };
    };
}
pub(super) use sized;

const SIZE_BYTES: usize = size_of::<u32>();

/// Reads a struct of the caller, which may be of an older or newer version.
///
/// # Safety
/// The pointer is null or points to as many bytes as its first member says.
pub(super) unsafe fn read<T: Sized32>(pointer: *const T, name: &'static str) -> Result<T> {
    // SAFETY: by this function's contract.
    let size = unsafe { size(pointer, name)? };
    let known = size.min(size_of::<T>());
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: `known` bytes are in both, and any bytes are a value, by `Sized32`.
    let value = unsafe {
        ptr::copy_nonoverlapping(pointer.cast::<u8>(), value.as_mut_ptr().cast(), known);
        value.assume_init()
    };
    // SAFETY: as many bytes as the size says.
    let rest = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>().add(known), size - known) };
    if rest.iter().any(|&byte| byte != 0) {
        return Err(Error::not_supported(format_args!(
            "`{name}` sets a member that this version does not know, beyond byte {known}"
        )));
    }
    Ok(value)
}

/// Reads a struct of the caller; NULL means all defaults.
///
/// # Safety
/// As for [`read`].
pub(super) unsafe fn read_or_default<T: Sized32>(
    pointer: *const T,
    name: &'static str,
) -> Result<T> {
    if pointer.is_null() {
        // SAFETY: any bytes are a value.
        return Ok(unsafe { MaybeUninit::zeroed().assume_init() });
    }
    // SAFETY: by this function's contract.
    unsafe { read(pointer, name) }
}

/// Fills a struct of the caller as far as its version goes. Its size stays as it is.
///
/// # Safety
/// As for [`read`], and the bytes may be written.
pub(super) unsafe fn fill<T: Sized32>(pointer: *mut T, name: &'static str, value: T) -> Result<()> {
    // SAFETY: by this function's contract; the size stays in front.
    unsafe {
        let known = size(pointer, name)?.min(size_of::<T>());
        let from = (&raw const value).cast::<u8>();
        let to = pointer.cast::<u8>();
        ptr::copy_nonoverlapping(from.add(SIZE_BYTES), to.add(SIZE_BYTES), known - SIZE_BYTES);
    }
    Ok(())
}

/// No struct of any version is larger; a larger value is not a size.
const MAX_SIZE: u32 = 4096;

unsafe fn size<T: Sized32>(pointer: *const T, name: &'static str) -> Result<usize> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: every such struct has at least its size.
    let size = unsafe { pointer.cast::<u32>().read_unaligned() };
    let bytes = size as usize;
    let is_newer = bytes > size_of::<T>() && size <= MAX_SIZE;
    let is_whole = bytes == size_of::<T>() || T::ENDS.contains(&bytes);
    if bytes <= SIZE_BYTES || !(is_newer || is_whole) {
        let reason = format_args!("struct_size is {size}, expected {}", size_of::<T>());
        return Err(Error::argument(name, reason));
    }
    Ok(bytes)
}

/// Creates an object that C owns.
pub(super) fn give<T>(object: T) -> *mut T {
    Arc::into_raw(Arc::new(object)).cast_mut()
}

/// # Safety
/// The pointer is null or came from [`give`] and has not been released.
pub(super) unsafe fn retain<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: by this function's contract.
        unsafe { Arc::increment_strong_count(pointer) };
    }
}

/// # Safety
/// As for [`retain`].
pub(super) unsafe fn release<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // A panic in a destructor must not cross either.
        // SAFETY: by this function's contract.
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe {
            Arc::decrement_strong_count(pointer);
        }));
        if let Err(panic) = dropped {
            let _ = remember(&Error::panic(panic.as_ref()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(C)]
    struct Old {
        struct_size: u32,
        a: u32,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(C)]
    struct New {
        struct_size: u32,
        a: u32,
        b: u64,
    }

    sized!(Old { struct_size, a });
    sized!(New { struct_size, a, b });

    #[test]
    fn structs_of_other_versions() {
        let old = Old {
            struct_size: 8,
            a: 7,
        };
        // SAFETY: the structs have the sizes that they say.
        let new = unsafe { read((&raw const old).cast::<New>(), "old").unwrap() };
        assert_eq!((new.a, new.b), (7, 0));
        let mut new = New {
            struct_size: 16,
            a: 5,
            b: 0,
        };
        let read_new = |new: &New| unsafe { read((&raw const *new).cast::<Old>(), "new") };
        assert_eq!(read_new(&new).unwrap().a, 5);
        new.b = 1;
        let error = read_new(&new).unwrap_err();
        assert_eq!(error.kind(), multicond::ErrorKind::NotSupported, "{error}");
        // SAFETY: as above.
        unsafe { fill((&raw mut new).cast::<Old>(), "new", old).unwrap() };
        assert_eq!(
            new,
            New {
                struct_size: 16,
                a: 7,
                b: 1
            }
        );
        for struct_size in [0, 4, 5, 7, 4097, u32::MAX] {
            let broken = Old { struct_size, ..old };
            assert!(unsafe { read(&broken, "broken") }.is_err());
        }
        // Cut within `b`.
        for struct_size in [9, 12, 15] {
            let broken = New { struct_size, ..new };
            assert!(unsafe { read(&broken, "broken") }.is_err());
        }
        assert!(unsafe { read::<Old>(ptr::null(), "nothing") }.is_err());
    }

    #[test]
    fn panics_become_internal_errors() {
        let status = guard(|| panic!("on purpose"));
        assert_eq!(status, multicond_status::Internal);
    }
}
