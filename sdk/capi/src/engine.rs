//! `multicond_engine`: what runs models, on a device.

use std::{
    ffi::{CString, c_char},
    path::PathBuf,
    ptr,
    sync::OnceLock,
};

use multicond::{Device, Engine, EngineOptions, EngineReport, Error, Result, engines, pixels};

use super::{
    boundary::{
        Sized32, fill, give, guard, null, put, read_or_default, reference, release, retain, string,
    },
    c_string::c_string,
    image::multicond_memory,
    status::multicond_status,
};

/// Which engine to run, on which device, and how. Zero is every member's default.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_engine_options {
    /// sizeof(multicond_engine_options).
    pub struct_size: u32,
    /// Not 0: if the engine is not available, the next best one runs, with a warning in the log. 0: that is an
    /// error.
    pub allow_fallback: u32,
    /// Name of the engine: "onnxruntime" (CPU), "cuda", "tensorrt", "tract" (built in). NULL or "auto": the fastest
    /// that is available.
    pub engine: *const c_char,
    /// The hardware: "cpu", "gpu" or "gpu:1". NULL or "auto": whatever the engine runs on.
    pub device: *const c_char,
    /// Settings of the engine, for example "tf32=true,memory_limit=1000000000"; `multicond_engine_report.settings`
    /// lists them. NULL: none.
    pub settings: *const c_char,
    /// ONNX Runtime's library file or its folder. NULL: it is searched for in `$MULTICOND_ORT`, beside
    /// libmulticond and the program, in `$ORT_DYLIB_PATH`, multicond's cache folder and the system's folders.
    pub ort_library: *const c_char,
}

// SAFETY: the size, then integers and pointers.
unsafe impl Sized32 for multicond_engine_options {}

/// The engine that runs. Strings are valid as long as the engine.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_engine_info {
    /// sizeof(multicond_engine_info), set by the caller.
    pub struct_size: u32,
    /// Reserved, 0.
    pub reserved: u32,
    /// The name that selects it, never "auto".
    pub name: *const c_char,
    /// The name for people, for example "ONNX Runtime with CUDA".
    pub title: *const c_char,
    /// Its version.
    pub version: *const c_char,
    /// Its library, empty if it is built in.
    pub library: *const c_char,
    /// The device, for example "cpu" or "gpu:0".
    pub device: *const c_char,
}

// SAFETY: as above.
unsafe impl Sized32 for multicond_engine_info {}

/// What is known about one engine on this machine. Strings are valid as long as the engine object.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_engine_report {
    /// sizeof(multicond_engine_report), set by the caller.
    pub struct_size: u32,
    /// 1: it can run models here. 0: `reason` says why not.
    pub available: u32,
    /// 1: it is the one that runs.
    pub runs: u32,
    /// 1: "auto" takes it.
    pub automatic: u32,
    /// The name that selects it.
    pub name: *const c_char,
    /// The name for people.
    pub title: *const c_char,
    /// The kind of device that it runs on: "cpu" or "gpu".
    pub device: *const c_char,
    /// Its version, empty if it is not available.
    pub version: *const c_char,
    /// Its library, empty if it has none.
    pub library: *const c_char,
    /// Why it is not available, empty if it is.
    pub reason: *const c_char,
    /// What a machine needs for it.
    pub requirements: *const c_char,
    /// Its settings, one per line: the name, a colon, what it does. Empty if it has none.
    pub settings: *const c_char,
}

// SAFETY: as above.
unsafe impl Sized32 for multicond_engine_report {}

/// What runs models, on a device. Shared by any number of models and generators. Thread-safe.
pub struct multicond_engine {
    pub(super) engine: Engine,
    strings: [CString; 5],
    ort_library: Option<PathBuf>,
    reports: OnceLock<Vec<Report>>,
}

/// A report with its strings for C.
struct Report {
    report: EngineReport,
    strings: [CString; 8],
}

impl multicond_engine {
    pub(super) fn new(options: &EngineOptions) -> Result<Self> {
        let engine = Engine::new(options)?;
        let library = engine.library().map(|path| path.display().to_string());
        let strings = [
            engine.name(),
            engine.title(),
            engine.version(),
            &library.unwrap_or_default(),
            &engine.device().to_string(),
        ]
        .map(c_string);
        Ok(Self {
            engine,
            strings,
            ort_library: options.ort_library.clone(),
            reports: OnceLock::new(),
        })
    }

    fn reports(&self) -> &[Report] {
        self.reports.get_or_init(|| {
            let reports = engines(self.ort_library.as_deref()).into_iter();
            reports.map(Report::new).collect()
        })
    }
}

impl Report {
    fn new(report: EngineReport) -> Self {
        let library = report.library.as_ref();
        let library = library.map(|path| path.display().to_string());
        let settings = report.settings.iter();
        let settings: Vec<String> = settings
            .map(|setting| format!("{}: {}", setting.name, setting.help))
            .collect();
        let strings = [
            report.name,
            report.title,
            report.device,
            report.version.as_deref().unwrap_or_default(),
            &library.unwrap_or_default(),
            report.reason.as_deref().unwrap_or_default(),
            report.requirements,
            &settings.join("\n"),
        ]
        .map(c_string);
        Self { report, strings }
    }
}

impl multicond_engine_options {
    /// # Safety
    /// Strings are null or end with a zero byte.
    unsafe fn parse(&self) -> Result<EngineOptions> {
        let optional = |pointer: *const c_char, name| match pointer.is_null() {
            true => Ok(None),
            // SAFETY: by this function's contract.
            false => unsafe { string(pointer, name) }.map(Some),
        };
        let mut options = match optional(self.engine, "engine")? {
            Some(engine) => EngineOptions::named(engine),
            None => EngineOptions::default(),
        };
        options.require = self.allow_fallback == 0;
        options.device = match optional(self.device, "device")? {
            Some(text) => text
                .parse()
                .map_err(|reason| Error::argument("device", reason))?,
            None => Device::Auto,
        };
        if let Some(text) = optional(self.settings, "settings")? {
            options.settings = text
                .parse()
                .map_err(|reason| Error::argument("settings", reason))?;
        }
        options.ort_library = optional(self.ort_library, "ort_library")?.map(PathBuf::from);
        Ok(options)
    }
}

/// Creates an engine object; release it with `multicond_engine_release`. `options` may be NULL.
///
/// Loads ONNX Runtime and tries the GPU: takes a while, not for every frame. On failure `*engine` is NULL.
/// Thread-safe.
///
/// # Safety
/// Pointers are as described here and in `multicond_engine_options`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_create(
    options: *const multicond_engine_options,
    engine: *mut *mut multicond_engine,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        unsafe { put(engine, "engine", ptr::null_mut())? };
        let options = unsafe { read_or_default(options, "options")?.parse()? };
        unsafe { put(engine, "engine", give(multicond_engine::new(&options)?)) }
    })
}

/// Increments the reference count. NULL is allowed. Thread-safe, does not block.
///
/// # Safety
/// `engine` is NULL or has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_retain(engine: *mut multicond_engine) {
    // SAFETY: by this function's contract.
    unsafe { retain(engine) }
}

/// Decrements the reference count; generators keep the engine that they run on. NULL is allowed. Thread-safe.
///
/// # Safety
/// As for `multicond_engine_retain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_release(engine: *mut multicond_engine) {
    // SAFETY: by this function's contract.
    unsafe { release(engine) }
}

/// Gets which engine runs, on which device. Thread-safe, does not block.
///
/// # Safety
/// `engine` has not been released; `info` is as described there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_get_info(
    engine: *const multicond_engine,
    info: *mut multicond_engine_info,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let engine = unsafe { reference(engine, "engine")? };
        let [name, title, version, library, device] = &engine.strings;
        let value = multicond_engine_info {
            struct_size: 0,
            reserved: 0,
            name: name.as_ptr(),
            title: title.as_ptr(),
            version: version.as_ptr(),
            library: library.as_ptr(),
            device: device.as_ptr(),
        };
        unsafe { fill(info, "info", value) }
    })
}

/// Gets the number of engines that `multicond_engine_get_report` knows. The first call of either tries them all,
/// which takes a while; not for every frame. Thread-safe.
///
/// # Safety
/// `engine` has not been released, `count` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_get_report_count(
    engine: *const multicond_engine,
    count: *mut u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let engine = unsafe { reference(engine, "engine")? };
        unsafe { put(count, "count", engine.reports().len() as u32) }
    })
}

/// Gets whether an engine, by index, can run on this machine, and why not. Best first. Thread-safe.
///
/// # Safety
/// `engine` has not been released; `report` is as described there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_get_report(
    engine: *const multicond_engine,
    index: u32,
    report: *mut multicond_engine_report,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        let engine = unsafe { reference(engine, "engine")? };
        if report.is_null() {
            return Err(null("report"));
        }
        let reports = engine.reports();
        let Some(found) = reports.get(index as usize) else {
            let reason = format_args!("{index}, but there are {} reports", reports.len());
            return Err(Error::argument("index", reason));
        };
        let [
            name,
            title,
            device,
            version,
            library,
            reason,
            requirements,
            settings,
        ] = &found.strings;
        let value = multicond_engine_report {
            struct_size: 0,
            available: found.report.available.into(),
            runs: (found.report.name == engine.engine.name()).into(),
            automatic: found.report.auto.into(),
            name: name.as_ptr(),
            title: title.as_ptr(),
            device: device.as_ptr(),
            version: version.as_ptr(),
            library: library.as_ptr(),
            reason: reason.as_ptr(),
            requirements: requirements.as_ptr(),
            settings: settings.as_ptr(),
        };
        unsafe { fill(report, "report", value) }
    })
}

/// Gets whether images in a kind of memory can be used: `*supported` becomes 1 or 0. A `multicond_memory` that this
/// version does not know is not supported. Thread-safe, does not block.
///
/// # Safety
/// `engine` has not been released, `supported` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_supports_memory(
    engine: *const multicond_engine,
    memory: i32,
    supported: *mut u32,
) -> multicond_status {
    guard(|| {
        // SAFETY: by this function's contract, here and below.
        unsafe { reference(engine, "engine")? };
        let can = memory == multicond_memory::Host as i32
            || memory == multicond_memory::Cuda as i32 && pixels::check_cuda().is_ok();
        unsafe { put(supported, "supported", can.into()) }
    })
}
