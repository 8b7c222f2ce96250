//! Memory and semaphores of graphics interfaces. Reserved: the names and structs are final, and every function
//! answers NOT_SUPPORTED until `multicond_device_get_capability` says otherwise.

use std::{ffi::c_void, ptr};

use super::{
    boundary::{Sized32, guard, null, put, read, reference, reserved},
    device::multicond_device,
    generator::multicond_generator,
    image::multicond_image,
    status::multicond_status,
};
use crate::error::{Error, Result};

/// What a handle of another interface is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_handle_kind {
    /// An opaque POSIX file descriptor.
    OpaqueFd = 1,
    /// An opaque Win32 NT handle.
    OpaqueWin32 = 2,
    /// A Direct3D 12 heap, as a Win32 handle.
    D3d12Heap = 3,
    /// A Direct3D 12 committed resource, as a Win32 handle.
    D3d12Resource = 4,
    /// A Direct3D 12 fence, as a Win32 handle.
    D3d12Fence = 5,
    /// A Vulkan timeline semaphore, as a file descriptor.
    VulkanTimelineFd = 6,
    /// A Vulkan timeline semaphore, as a Win32 handle.
    VulkanTimelineWin32 = 7,
}

/// A handle of another interface's memory or semaphore.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_external_handle {
    /// sizeof(multicond_external_handle).
    pub struct_size: u32,
    /// A `multicond_handle_kind`.
    pub kind: i32,
    /// The file descriptor, if it is one. A successful import takes it over.
    pub fd: i32,
    /// Reserved, 0.
    pub reserved: u32,
    /// The Win32 handle, if it is one. The caller keeps it.
    pub win32_handle: *mut c_void,
    /// Bytes of the memory; 0 for a semaphore.
    pub byte_size: u64,
}

// SAFETY: the size, then integers and pointers.
unsafe impl Sized32 for multicond_external_handle {}

/// A semaphore that is waited for before, or signalled after, a picture.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_semaphore_value {
    /// sizeof(multicond_semaphore_value).
    pub struct_size: u32,
    /// Reserved, 0.
    pub reserved: u32,
    /// The semaphore.
    pub semaphore: *mut multicond_external_semaphore,
    /// The value of the timeline.
    pub value: u64,
}

// SAFETY: as above.
unsafe impl Sized32 for multicond_semaphore_value {}

/// Memory of another interface. There are none yet.
pub struct multicond_external_memory {
    _private: (),
}

/// A semaphore of another interface. There are none yet.
pub struct multicond_external_semaphore {
    _private: (),
}

fn unsupported() -> Result<()> {
    Err(Error::NotSupported(
        "external memory and semaphores; ask multicond_device_get_capability first".into(),
    ))
}

/// Imports memory of another interface. Reserved: NOT_SUPPORTED, and `*memory` is NULL. Any thread.
///
/// # Safety
/// `device` has not been released, `handle` is as said there, `memory` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_external_memory_import(
    device: *const multicond_device,
    handle: *const multicond_external_handle,
    memory: *mut *mut multicond_external_memory,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract.
        unsafe {
            put(memory, "memory", ptr::null_mut())?;
            reference(device, "device")?;
            reserved(read(handle, "handle")?.reserved)?;
        }
        unsupported()
    })
}

/// Points an image's `data` to imported memory, for `multicond_generator_set_label` and outputs. Reserved:
/// NOT_SUPPORTED. Any thread.
///
/// # Safety
/// `memory` has not been released, `image` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_external_memory_map(
    memory: *mut multicond_external_memory,
    image: *mut multicond_image,
) -> multicond_status {
    guard(|| {
        if memory.is_null() {
            return Err(null("memory"));
        }
        if image.is_null() {
            return Err(null("image"));
        }
        unsupported()
    })
}

/// Lets imported memory go. NULL is allowed, and all there is yet. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_external_memory_release(_memory: *mut multicond_external_memory) {}

/// Imports a semaphore of another interface. Reserved: NOT_SUPPORTED, and `*semaphore` is NULL. Any thread.
///
/// # Safety
/// `device` has not been released, `handle` is as said there, `semaphore` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_external_semaphore_import(
    device: *const multicond_device,
    handle: *const multicond_external_handle,
    semaphore: *mut *mut multicond_external_semaphore,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract.
        unsafe {
            put(semaphore, "semaphore", ptr::null_mut())?;
            reference(device, "device")?;
            reserved(read(handle, "handle")?.reserved)?;
        }
        unsupported()
    })
}

/// Lets an imported semaphore go. NULL is allowed, and all there is yet. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn multicond_external_semaphore_release(
    _semaphore: *mut multicond_external_semaphore,
) {
}

/// As `multicond_generate_async`, after `wait_for` and before `signal`, either of which may be NULL. Reserved:
/// NOT_SUPPORTED. Any thread.
///
/// # Safety
/// As for `multicond_generate_async`; semaphores have not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_generate_synchronized(
    generator: *mut multicond_generator,
    output: *const multicond_image,
    wait_for: *const multicond_semaphore_value,
    signal: *const multicond_semaphore_value,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract.
        unsafe {
            reference(generator, "generator")?;
            read(output, "output")?;
            for value in [wait_for, signal] {
                if !value.is_null() {
                    reserved(read(value, "semaphore value")?.reserved)?;
                }
            }
        }
        unsupported()
    })
}
