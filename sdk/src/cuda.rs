//! Copies between CUDA memory and ours, on the caller's stream, by the driver that comes with the GPU.
//!
//! The driver's library is loaded when first needed: most machines have none.

use std::{
    ffi::{CStr, c_char, c_int, c_uint, c_void},
    ptr,
    sync::OnceLock,
};

use libloading::Library;

use crate::error::{Error, Result, with_causes};

const NAME: &str = "CUDA";

#[cfg(windows)]
const LIBRARY: &str = "nvcuda.dll";
#[cfg(not(windows))]
const LIBRARY: &str = "libcuda.so.1";

type Status = c_int;
type Context = *mut c_void;
type Stream = *mut c_void;
type DevicePointer = u64;

/// Functions of the CUDA driver API, as `cuda.h` declares them.
struct Driver {
    init: unsafe extern "C" fn(c_uint) -> Status,
    error_name: unsafe extern "C" fn(Status, *mut *const c_char) -> Status,
    device_get: unsafe extern "C" fn(*mut c_int, c_int) -> Status,
    device_name: unsafe extern "C" fn(*mut c_char, c_int, c_int) -> Status,
    retain_context: unsafe extern "C" fn(*mut Context, c_int) -> Status,
    push_context: unsafe extern "C" fn(Context) -> Status,
    pop_context: unsafe extern "C" fn(*mut Context) -> Status,
    to_host: unsafe extern "C" fn(*mut c_void, DevicePointer, usize, Stream) -> Status,
    to_device: unsafe extern "C" fn(DevicePointer, *const c_void, usize, Stream) -> Status,
    synchronize: unsafe extern "C" fn(Stream) -> Status,
    allocate: unsafe extern "C" fn(*mut DevicePointer, usize) -> Status,
    free: unsafe extern "C" fn(DevicePointer) -> Status,
}

/// Where memory on a GPU is, and in which order with other work it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// CUDA's number of the GPU.
    pub(crate) device: u32,
    /// The stream that makes or uses the memory; null is the default stream.
    pub(crate) stream: usize,
}

/// Whether there is a driver that works.
pub(crate) fn is_available() -> bool {
    Driver::get().is_ok()
}

/// The name of a GPU.
pub(crate) fn device_name(device: u32) -> Result<String> {
    let driver = Driver::get()?;
    let device = driver.device(device)?;
    let mut name = [0; 128];
    // SAFETY: the buffer is as long as said.
    driver.check("cuDeviceGetName", unsafe {
        (driver.device_name)(name.as_mut_ptr(), name.len() as c_int - 1, device)
    })?;
    // SAFETY: zeroed, and the driver leaves the last byte alone.
    let name = unsafe { CStr::from_ptr(name.as_ptr()) };
    Ok(name.to_string_lossy().into_owned())
}

/// Copies from the GPU's memory at `from` after all that the stream has been given, and waits.
///
/// # Safety
/// The caller vouches that `to.len()` bytes from `from` on are memory of this GPU.
pub(crate) unsafe fn read(place: Place, from: u64, to: &mut [u8]) -> Result<()> {
    let driver = Driver::get()?;
    driver.on(place, |stream| {
        // SAFETY: `to` is ours, `from` the caller's word; both live until the stream is done, below.
        unsafe { (driver.to_host)(to.as_mut_ptr().cast(), from, to.len(), stream) }
    })
}

/// Copies to the GPU's memory at `to` after all that the stream has been given, and waits.
///
/// # Safety
/// The caller vouches that `from.len()` bytes from `to` on are memory of this GPU that may be written.
pub(crate) unsafe fn write(place: Place, from: &[u8], to: u64) -> Result<()> {
    let driver = Driver::get()?;
    driver.on(place, |stream| {
        // SAFETY: as for `read`.
        unsafe { (driver.to_device)(to, from.as_ptr().cast(), from.len(), stream) }
    })
}

/// Memory of ours on a GPU.
pub(crate) struct Buffer {
    place: Place,
    address: u64,
    bytes: usize,
}

impl Buffer {
    pub(crate) fn new(place: Place, bytes: usize) -> Result<Self> {
        let driver = Driver::get()?;
        let mut address = 0;
        driver.within(place, || {
            // SAFETY: the result is ours to be written.
            driver.check("cuMemAlloc", unsafe {
                (driver.allocate)(&mut address, bytes)
            })
        })?;
        Ok(Self {
            place,
            address,
            bytes,
        })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn address(&self) -> u64 {
        self.address
    }

    /// Fills the buffer's start.
    pub(crate) fn fill(&mut self, from: &[u8]) -> Result<()> {
        assert!(from.len() <= self.bytes);
        // SAFETY: as many bytes as that are ours.
        unsafe { write(self.place, from, self.address) }
    }

    /// Copies the buffer's start.
    pub(crate) fn copy_to(&self, to: &mut [u8]) -> Result<()> {
        assert!(to.len() <= self.bytes);
        // SAFETY: as many bytes as that are ours.
        unsafe { read(self.place, self.address, to) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // What cannot be freed any more is gone with the GPU's context.
        let _ = Driver::get().and_then(|driver| {
            driver.within(self.place, || {
                // SAFETY: allocated by `new`, and freed once.
                driver.check("cuMemFree", unsafe { (driver.free)(self.address) })
            })
        });
    }
}

impl Driver {
    fn get() -> Result<&'static Self> {
        static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();
        let driver = DRIVER.get_or_init(Self::load);
        driver
            .as_ref()
            .map_err(|reason| Error::engine(NAME, reason))
    }

    fn load() -> Result<Self, String> {
        // SAFETY: the dynamic linker's own search; the driver's initialisers are as trusted as the driver.
        let library = unsafe { Library::new(LIBRARY) };
        let library = library.map_err(|error| format!("no driver: {}", with_causes(&error)))?;
        macro_rules! function {
            ($name:literal) => {{
                // SAFETY: the types above are those of `cuda.h` for these versions of the functions.
                let symbol = unsafe { library.get(concat!($name, "\0").as_bytes()) };
                *symbol.map_err(|error| format!("{LIBRARY}: {}", with_causes(&error)))?
            }};
        }
        let driver = Self {
            init: function!("cuInit"),
            error_name: function!("cuGetErrorName"),
            device_get: function!("cuDeviceGet"),
            device_name: function!("cuDeviceGetName"),
            retain_context: function!("cuDevicePrimaryCtxRetain"),
            push_context: function!("cuCtxPushCurrent_v2"),
            pop_context: function!("cuCtxPopCurrent_v2"),
            to_host: function!("cuMemcpyDtoHAsync_v2"),
            to_device: function!("cuMemcpyHtoDAsync_v2"),
            synchronize: function!("cuStreamSynchronize"),
            allocate: function!("cuMemAlloc_v2"),
            free: function!("cuMemFree_v2"),
        };
        // The functions are used until the process ends.
        std::mem::forget(library);
        // SAFETY: may be called any number of times.
        let status = unsafe { (driver.init)(0) };
        driver
            .check("cuInit", status)
            .map_err(|error| error.to_string())?;
        Ok(driver)
    }

    fn device(&self, number: u32) -> Result<c_int> {
        let mut device = 0;
        let number = c_int::try_from(number).unwrap_or(c_int::MAX);
        // SAFETY: the result is ours to be written.
        self.check("cuDeviceGet", unsafe {
            (self.device_get)(&mut device, number)
        })?;
        Ok(device)
    }

    /// Enqueues a copy and waits for the stream.
    fn on(&self, place: Place, copy: impl FnOnce(Stream) -> Status) -> Result<()> {
        self.within(place, || {
            let stream = place.stream as Stream;
            self.check("cuMemcpyAsync", copy(stream))?;
            // SAFETY: the caller's stream, or the default one.
            self.check("cuStreamSynchronize", unsafe { (self.synchronize)(stream) })
        })
    }

    /// Works in the GPU's primary context, which the CUDA runtime and ONNX Runtime use too. The caller's context is
    /// the current one again afterwards.
    fn within(&self, place: Place, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let device = self.device(place.device)?;
        let mut context = ptr::null_mut();
        // Never released: the context lives as long as the process, as with the CUDA runtime.
        // SAFETY: the result is ours to be written.
        self.check("cuDevicePrimaryCtxRetain", unsafe {
            (self.retain_context)(&mut context, device)
        })?;
        // SAFETY: a context that was just retained.
        self.check("cuCtxPushCurrent", unsafe { (self.push_context)(context) })?;
        let done = work();
        let mut popped = ptr::null_mut();
        // SAFETY: pops what was pushed above.
        let restored = self.check("cuCtxPopCurrent", unsafe {
            (self.pop_context)(&mut popped)
        });
        done.and(restored)
    }

    fn check(&self, function: &str, status: Status) -> Result<()> {
        if status == 0 {
            return Ok(());
        }
        let mut name = ptr::null();
        // SAFETY: the result is ours to be written, and a static string.
        let name = unsafe {
            (self.error_name)(status, &mut name);
            if name.is_null() {
                "unknown error".into()
            } else {
                CStr::from_ptr(name).to_string_lossy()
            }
        };
        Err(Error::engine(
            NAME,
            format_args!("{function}: {name} ({status})"),
        ))
    }
}
