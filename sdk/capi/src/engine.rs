//! `multicond_engine`: an engine on a device, and reports on all engines.

use std::{
    ffi::{CString, c_char},
    path::PathBuf,
    ptr,
    sync::OnceLock,
};

use multicond::{Device, Engine, EngineOptions, EngineReport, Error, Result, engines, pixels};

use super::{
    boundary::{
        fill, give, guard, null, put, read_or_default, reference, release, retain, sized, string,
    },
    c_string::c_string,
    image::multicond_memory,
    status::multicond_status,
};

/// Selects an engine and a device. Zero is the default of every member.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_engine_options {
    /// sizeof(multicond_engine_options).
    pub struct_size: u32,
    /// 0: it is an error if the engine is not available. Otherwise the next best engine is used, with a warning in the
    /// log.
    pub allow_fallback: u32,
    /// Name of the engine, for example "cuda" or "tract"; `multicond_engine_get_report` lists all. NULL or "auto": the
    /// fastest one available, except those that can take minutes to prepare a model.
    pub engine: *const c_char,
    /// Device to run on: "cpu", "gpu" (the first GPU) or "gpu:N". NULL or "auto": the engine's own kind of device.
    pub device: *const c_char,
    /// Settings of the named engine, for example "tf32=true,memory_limit=1000000000". NULL: none.
    /// `multicond_engine_report.settings` lists them.
    pub settings: *const c_char,
    /// Path of ONNX Runtime's library, or of its folder. NULL: search `$MULTICOND_ORT`, the folders of libmulticond and
    /// of the program, `$ORT_DYLIB_PATH`, multicond's cache folder and the system's library folders.
    pub ort_library: *const c_char,
}

sized!(multicond_engine_options {
    struct_size,
    allow_fallback,
    engine,
    device,
    settings,
    ort_library
});

/// Describes the engine in use. Strings are valid as long as the engine object.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_engine_info {
    /// sizeof(multicond_engine_info), set by the caller.
    pub struct_size: u32,
    /// Reserved, 0.
    pub reserved: u32,
    /// Name that selects the engine, never "auto".
    pub name: *const c_char,
    /// Display name, for example "ONNX Runtime with CUDA".
    pub title: *const c_char,
    /// Version of the engine.
    pub version: *const c_char,
    /// Path of its library; empty if it is built in.
    pub library: *const c_char,
    /// Device in use, for example "cpu" or "gpu:0".
    pub device: *const c_char,
}

sized!(multicond_engine_info {
    struct_size,
    reserved,
    name,
    title,
    version,
    library,
    device
});

/// Describes one of the engines that this library knows. Strings are valid as long as the engine object.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_engine_report {
    /// sizeof(multicond_engine_report), set by the caller.
    pub struct_size: u32,
    /// 1: the engine can run on this machine. 0: it cannot, see `reason`.
    pub available: u32,
    /// 1: this engine object uses it.
    pub runs: u32,
    /// 1: "auto" selects it.
    pub automatic: u32,
    /// Name that selects the engine.
    pub name: *const c_char,
    /// Display name.
    pub title: *const c_char,
    /// Kind of device that it runs on: "cpu" or "gpu".
    pub device: *const c_char,
    /// Version; empty if it is not available.
    pub version: *const c_char,
    /// Path of its library; empty if it is built in or not available.
    pub library: *const c_char,
    /// Why it is not available; empty if it is.
    pub reason: *const c_char,
    /// What it needs: hardware and libraries.
    pub requirements: *const c_char,
    /// Settings, one per line, each a name, a colon and a description. Empty if it has none.
    pub settings: *const c_char,
}

sized!(multicond_engine_report {
    struct_size,
    available,
    runs,
    automatic,
    name,
    title,
    device,
    version,
    library,
    reason,
    requirements,
    settings
});

/// An engine on a device. Any number of generators can share one. Thread-safe, reference-counted.
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

/// Creates an engine object. The caller owns it and releases it with `multicond_engine_release`. `options` may be NULL.
///
/// On failure `*engine` is NULL. Thread-safe. Blocks: it loads libraries and tests the GPU. Do not call it per frame.
///
/// # Safety
/// `options` is NULL or as described in `multicond_engine_options`; `engine` is writable.
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

/// Increments the reference count. NULL is allowed. Thread-safe. Does not block.
///
/// # Safety
/// `engine` is NULL or has not been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_retain(engine: *mut multicond_engine) {
    // SAFETY: by this function's contract.
    unsafe { retain(engine) }
}

/// Decrements the reference count and destroys the object when it reaches 0. Generators hold a reference to their
/// engine. NULL is allowed. Thread-safe. May block while resources are freed.
///
/// # Safety
/// As for `multicond_engine_retain`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_engine_release(engine: *mut multicond_engine) {
    // SAFETY: by this function's contract.
    unsafe { release(engine) }
}

/// Gets the engine in use and its device. Thread-safe. Does not block.
///
/// # Safety
/// `engine` has not been released; `info` points to a struct whose size is set.
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

/// Gets the number of reports, one per engine that this library knows. Thread-safe.
///
/// The first call of this function or of `multicond_engine_get_report` blocks: it tests every engine. Do not call it
/// per frame.
///
/// # Safety
/// `engine` has not been released; `count` is writable.
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

/// Gets a report by index. The fastest engine comes first. Thread-safe.
///
/// The first call blocks, as for `multicond_engine_get_report_count`. Do not call it per frame.
///
/// # Safety
/// `engine` has not been released; `report` points to a struct whose size is set.
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

/// Gets whether images can be in a `multicond_memory`: sets `*supported` to 1 or 0. A value that this version does not
/// know is not supported. Thread-safe. The first call may block while it loads the GPU's driver.
///
/// # Safety
/// `engine` has not been released; `supported` is writable.
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
