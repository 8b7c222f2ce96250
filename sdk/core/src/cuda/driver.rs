//! The CUDA driver API. Its library is loaded on first use, because most machines do not have it.

use std::{
    ffi::{CStr, c_char, c_int, c_uint, c_void},
    ptr,
    sync::OnceLock,
};

use libloading::Library;

use super::Gpu;
use crate::error::{Error, ErrorKind, Result, with_causes};

const NAME: &str = "CUDA";

#[cfg(windows)]
const LIBRARY: &str = "nvcuda.dll";
#[cfg(not(windows))]
const LIBRARY: &str = "libcuda.so.1";

pub(super) type Status = c_int;
/// `CUDA_ERROR_OUT_OF_MEMORY`.
const OUT_OF_MEMORY: Status = 2;
type Context = *mut c_void;
pub(super) type Stream = *mut c_void;
type DevicePointer = u64;

/// Functions of the CUDA driver API, as `cuda.h` declares them.
pub(super) struct Driver {
    init: unsafe extern "C" fn(c_uint) -> Status,
    error_name: unsafe extern "C" fn(Status, *mut *const c_char) -> Status,
    device_get: unsafe extern "C" fn(*mut c_int, c_int) -> Status,
    #[cfg(feature = "ort")]
    pub(super) device_name: unsafe extern "C" fn(*mut c_char, c_int, c_int) -> Status,
    retain_context: unsafe extern "C" fn(*mut Context, c_int) -> Status,
    push_context: unsafe extern "C" fn(Context) -> Status,
    pop_context: unsafe extern "C" fn(*mut Context) -> Status,
    pub(super) to_host: unsafe extern "C" fn(*mut c_void, DevicePointer, usize, Stream) -> Status,
    pub(super) to_device:
        unsafe extern "C" fn(DevicePointer, *const c_void, usize, Stream) -> Status,
    synchronize: unsafe extern "C" fn(Stream) -> Status,
    #[cfg(feature = "ort")]
    pub(super) allocate: unsafe extern "C" fn(*mut DevicePointer, usize) -> Status,
    #[cfg(feature = "ort")]
    pub(super) free: unsafe extern "C" fn(DevicePointer) -> Status,
}

impl Driver {
    pub(super) fn get() -> Result<&'static Self> {
        static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();
        let driver = DRIVER.get_or_init(Self::load);
        driver
            .as_ref()
            .map_err(|reason| Error::engine(NAME, reason))
    }

    fn load() -> Result<Self, String> {
        // SAFETY: the dynamic linker finds the driver; its initialisers are as trusted as the driver itself.
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
            #[cfg(feature = "ort")]
            device_name: function!("cuDeviceGetName"),
            retain_context: function!("cuDevicePrimaryCtxRetain"),
            push_context: function!("cuCtxPushCurrent_v2"),
            pop_context: function!("cuCtxPopCurrent_v2"),
            to_host: function!("cuMemcpyDtoHAsync_v2"),
            to_device: function!("cuMemcpyHtoDAsync_v2"),
            synchronize: function!("cuStreamSynchronize"),
            #[cfg(feature = "ort")]
            allocate: function!("cuMemAlloc_v2"),
            #[cfg(feature = "ort")]
            free: function!("cuMemFree_v2"),
        };
        // The functions are used until the process ends.
        std::mem::forget(library);
        // SAFETY: can be called any number of times.
        let status = unsafe { (driver.init)(0) };
        driver
            .check("cuInit", status)
            .map_err(|error| error.to_string())?;
        Ok(driver)
    }

    pub(super) fn device(&self, number: u32) -> Result<c_int> {
        let mut device = 0;
        let number = c_int::try_from(number).unwrap_or(c_int::MAX);
        // SAFETY: writes to a local variable.
        self.check("cuDeviceGet", unsafe {
            (self.device_get)(&mut device, number)
        })?;
        Ok(device)
    }

    /// Enqueues a copy and waits for the stream.
    pub(super) fn on(&self, gpu: Gpu, copy: impl FnOnce(Stream) -> Status) -> Result<()> {
        self.within(gpu, || {
            let stream = gpu.stream as Stream;
            self.check("cuMemcpyAsync", copy(stream))?;
            // SAFETY: the caller's stream, or the default one.
            self.check("cuStreamSynchronize", unsafe { (self.synchronize)(stream) })
        })
    }

    /// Runs `work` in the GPU's primary context, which the CUDA runtime and ONNX Runtime use too, and restores the
    /// caller's context.
    pub(super) fn within(&self, gpu: Gpu, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let device = self.device(gpu.number)?;
        let mut context = ptr::null_mut();
        // Never released: the context lives as long as the process, as with the CUDA runtime.
        // SAFETY: writes to a local variable.
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

    pub(super) fn check(&self, function: &str, status: Status) -> Result<()> {
        if status == 0 {
            return Ok(());
        }
        let mut name = ptr::null();
        // SAFETY: writes to a local variable; the result is null or a static string.
        let name = unsafe {
            (self.error_name)(status, &mut name);
            if name.is_null() {
                "unknown error".into()
            } else {
                CStr::from_ptr(name).to_string_lossy()
            }
        };
        let kind = match status {
            OUT_OF_MEMORY => ErrorKind::Memory,
            _ => ErrorKind::Engine,
        };
        Err(Error::new(
            kind,
            NAME,
            format_args!("{function}: {name} ({status})"),
        ))
    }
}
