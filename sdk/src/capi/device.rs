//! `multicond_device`: what pictures are generated on.

use std::{
    ffi::{CString, c_char},
    path::PathBuf,
    ptr,
    sync::OnceLock,
};

use super::{
    boundary::{
        Sized32, c_string, fill, give, guard, null, put, read_or_default, reference, release,
        reserved, retain, text,
    },
    status::multicond_status,
};
use crate::{
    engine::{Backend, Device, DeviceOptions, DeviceReport, devices},
    error::{Error, Result},
};

/// What pictures can be generated on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_device_kind {
    /// The first that is there of CUDA, CPU and tract.
    Auto = 0,
    /// ONNX Runtime with TensorRT on an NVIDIA GPU. Builds an engine for each picture size first, which can take
    /// minutes; it is kept for later runs.
    Tensorrt = 1,
    /// ONNX Runtime with CUDA on an NVIDIA GPU.
    Cuda = 2,
    /// ONNX Runtime on the CPU.
    Cpu = 3,
    /// tract, which is built in.
    Tract = 4,
}

/// Which device to run on, and how. Zero is every member's default.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_device_options {
    /// sizeof(multicond_device_options).
    pub struct_size: u32,
    /// A `multicond_device_kind`.
    pub kind: i32,
    /// Not 0: where the device asked for is not there, the next best one runs, with a warning in the log.
    /// 0: that is an error.
    pub allow_fallback: u32,
    /// CUDA's number of the GPU.
    pub gpu: u32,
    /// Not 0: TensorRT may use half precision. Pictures differ by rounding.
    pub fp16: u32,
    /// Not 0: CUDA may use TensorFloat-32. Pictures differ by rounding.
    pub tf32: u32,
    /// ONNX Runtime's library file or its folder. NULL: it is looked for in `$MULTICOND_ORT`, beside
    /// libmulticond and the program, in `$ORT_DYLIB_PATH`, multicond's cache folder and the system's folders.
    pub ort_library: *const c_char,
    /// Where TensorRT keeps what it builds; NULL: `engines` in multicond's cache folder.
    pub engine_cache: *const c_char,
    /// Bytes that CUDA's arena may take; 0: any.
    pub gpu_memory_limit: u64,
    /// Not 0: the GPU's work for a picture is recorded once, as a CUDA graph, and replayed for the next ones.
    pub cuda_graph: u32,
    /// Reserved, 0.
    pub reserved: u32,
}

// SAFETY: the size, then integers and pointers.
unsafe impl Sized32 for multicond_device_options {}

/// What runs.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_device_info {
    /// sizeof(multicond_device_info), set by the caller.
    pub struct_size: u32,
    /// The `multicond_device_kind` that runs, never `AUTO`.
    pub kind: i32,
    /// The engine's name. Valid as long as the device.
    pub engine: *const c_char,
}

// SAFETY: as above.
unsafe impl Sized32 for multicond_device_info {}

/// What is known about one kind of device on this machine. Texts are valid as long as the device.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_device_report {
    /// sizeof(multicond_device_report), set by the caller.
    pub struct_size: u32,
    /// A `multicond_device_kind`.
    pub kind: i32,
    /// 1: it can run models here. 0: `reason` says why not.
    pub available: u32,
    /// 1: this device runs on it.
    pub runs: u32,
    /// The engine's name.
    pub engine: *const c_char,
    /// The engine's version, empty if it is not there.
    pub version: *const c_char,
    /// The engine's library, empty if it has none.
    pub path: *const c_char,
    /// Why it is not available, empty if it is.
    pub reason: *const c_char,
}

// SAFETY: as above.
unsafe impl Sized32 for multicond_device_report {}

/// What a device may or may not be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_capability {
    /// Images in CUDA memory.
    CudaMemory = 1,
    /// Half precision by `multicond_device_options.fp16`.
    Fp16 = 2,
    /// TensorFloat-32 by `multicond_device_options.tf32`.
    Tf32 = 3,
    /// CUDA graphs by `multicond_device_options.cuda_graph`.
    CudaGraph = 4,
    /// `multicond_external_memory_import` of an opaque POSIX file descriptor.
    ExternalMemoryOpaqueFd = 16,
    /// `multicond_external_memory_import` of an opaque Win32 handle.
    ExternalMemoryOpaqueWin32 = 17,
    /// `multicond_external_memory_import` of a Direct3D 12 heap or resource.
    ExternalMemoryD3d12 = 18,
    /// `multicond_external_semaphore_import` of an opaque POSIX file descriptor.
    ExternalSemaphoreOpaqueFd = 32,
    /// `multicond_external_semaphore_import` of an opaque Win32 handle.
    ExternalSemaphoreOpaqueWin32 = 33,
    /// `multicond_external_semaphore_import` of a Direct3D 12 fence.
    ExternalSemaphoreD3d12Fence = 34,
    /// `multicond_external_semaphore_import` of a Vulkan timeline semaphore.
    ExternalSemaphoreVulkanTimeline = 35,
}

/// What pictures are generated on. Shared by any number of models and generators, on any threads.
pub struct multicond_device {
    pub(super) backend: Backend,
    engine: CString,
    ort_library: Option<PathBuf>,
    reports: OnceLock<Vec<Report>>,
}

/// A report with its texts for C.
struct Report {
    report: DeviceReport,
    texts: [CString; 4],
}

impl multicond_device {
    fn new(options: &DeviceOptions) -> Result<Self> {
        let backend = Backend::new(options)?;
        Ok(Self {
            engine: c_string(backend.engine()),
            backend,
            ort_library: options.ort_library.clone(),
            reports: OnceLock::new(),
        })
    }

    fn reports(&self) -> &[Report] {
        self.reports.get_or_init(|| {
            let reports = devices(self.ort_library.as_deref()).into_iter();
            reports.map(Report::new).collect()
        })
    }
}

impl Report {
    fn new(report: DeviceReport) -> Self {
        let path = report.path.as_ref().map(|path| path.display().to_string());
        let texts = [
            c_string(&report.engine),
            c_string(report.version.as_deref().unwrap_or_default()),
            c_string(&path.unwrap_or_default()),
            c_string(report.reason.as_deref().unwrap_or_default()),
        ];
        Self { report, texts }
    }
}

impl From<Device> for multicond_device_kind {
    fn from(device: Device) -> Self {
        match device {
            Device::Auto => Self::Auto,
            Device::TensorRt => Self::Tensorrt,
            Device::Cuda => Self::Cuda,
            Device::Cpu => Self::Cpu,
            Device::Tract => Self::Tract,
        }
    }
}

fn device(kind: i32) -> Result<Device> {
    let all = [Device::Auto].into_iter().chain(Device::ALL);
    let mut all = all.filter(|&device| multicond_device_kind::from(device) as i32 == kind);
    all.next().ok_or_else(|| Error::Argument {
        name: "kind",
        reason: format!("{kind}, expected a multicond_device_kind"),
    })
}

impl multicond_device_options {
    /// # Safety
    /// Texts are null or end with a zero byte.
    unsafe fn parse(&self) -> Result<DeviceOptions> {
        let path = |pointer: *const c_char, name| -> Result<Option<PathBuf>> {
            if pointer.is_null() {
                return Ok(None);
            }
            // SAFETY: by this function's contract.
            Ok(Some(unsafe { text(pointer, name)? }.into()))
        };
        reserved(self.reserved)?;
        Ok(DeviceOptions {
            device: device(self.kind)?,
            require: self.allow_fallback == 0,
            ort_library: path(self.ort_library, "ort_library")?,
            gpu: self.gpu,
            fp16: self.fp16 != 0,
            tf32: self.tf32 != 0,
            cuda_graph: self.cuda_graph != 0,
            gpu_memory_limit: Some(self.gpu_memory_limit).filter(|&bytes| bytes != 0),
            engine_cache: path(self.engine_cache, "engine_cache")?,
        })
    }
}

/// Creates a device; release it with `multicond_device_release`. `options` may be NULL.
///
/// Loads ONNX Runtime, and asks a GPU whether it works: takes a while, not for every frame. On failure `*device`
/// is NULL. Any thread.
///
/// # Safety
/// Pointers are as said here and in `multicond_device_options`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_device_create(
    options: *const multicond_device_options,
    device: *mut *mut multicond_device,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        unsafe { put(device, "device", ptr::null_mut())? };
        let options = unsafe { read_or_default(options, "options")?.parse()? };
        unsafe { put(device, "device", give(multicond_device::new(&options)?)) }
    })
}

/// Holds a device once more. NULL is allowed. Does not block; any thread.
///
/// # Safety
/// `device` is NULL or has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_device_retain(device: *mut multicond_device) {
    // SAFETY: by this function's contract.
    unsafe { retain(device) }
}

/// Lets a device go; generators that run on it keep it. NULL is allowed. Any thread.
///
/// # Safety
/// As for `multicond_device_retain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_device_release(device: *mut multicond_device) {
    // SAFETY: by this function's contract.
    unsafe { release(device) }
}

/// Tells what runs. Does not block; any thread.
///
/// # Safety
/// `device` has not been released; `info` is as said there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_device_get_info(
    device: *const multicond_device,
    info: *mut multicond_device_info,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let device = unsafe { reference(device, "device")? };
        let value = multicond_device_info {
            struct_size: 0,
            kind: multicond_device_kind::from(device.backend.device()) as i32,
            engine: device.engine.as_ptr(),
        };
        unsafe { fill(info, "info", value) }
    })
}

/// How many kinds of device `multicond_device_get_report` tells about; 0 for NULL. Does not block; any thread.
///
/// # Safety
/// `device` is NULL or has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_device_report_count(device: *const multicond_device) -> u32 {
    if device.is_null() {
        return 0;
    }
    Device::ALL.len() as u32
}

/// Tells whether a kind of device, by `index`, can run on this machine, and why not. The first call tries them
/// all, which takes a while; not for every frame. Any thread.
///
/// # Safety
/// `device` has not been released; `report` is as said there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_device_get_report(
    device: *const multicond_device,
    index: u32,
    report: *mut multicond_device_report,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let device = unsafe { reference(device, "device")? };
        if report.is_null() {
            return Err(null("report"));
        }
        let reports = device.reports();
        let Some(found) = reports.get(index as usize) else {
            return Err(Error::Argument {
                name: "index",
                reason: format!("{index}, but there are {} reports", reports.len()),
            });
        };
        let [engine, version, path, reason] = &found.texts;
        let value = multicond_device_report {
            struct_size: 0,
            kind: multicond_device_kind::from(found.report.device) as i32,
            available: found.report.available.into(),
            runs: (found.report.device == device.backend.device()).into(),
            engine: engine.as_ptr(),
            version: version.as_ptr(),
            path: path.as_ptr(),
            reason: reason.as_ptr(),
        };
        unsafe { fill(report, "report", value) }
    })
}

/// Tells whether a device can do something: `*supported` becomes 1 or 0. A `multicond_capability` that this
/// version does not know is not supported. Does not block; any thread.
///
/// # Safety
/// `device` has not been released, `supported` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_device_get_capability(
    device: *const multicond_device,
    capability: i32,
    supported: *mut u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let device = unsafe { reference(device, "device")? };
        let runs = device.backend.device();
        let is = |wanted: multicond_capability| capability == wanted as i32;
        let can = if is(multicond_capability::CudaMemory) {
            crate::cuda::is_available()
        } else if is(multicond_capability::Fp16) {
            runs == Device::TensorRt
        } else if is(multicond_capability::Tf32) || is(multicond_capability::CudaGraph) {
            matches!(runs, Device::Cuda | Device::TensorRt)
        } else {
            false
        };
        unsafe { put(supported, "supported", can.into()) }
    })
}
