//! What pictures can be generated on here, and why not on more.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::backend;
use crate::error::{Error, Result};

/// What a picture is generated on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Device {
    /// The first that is there of CUDA, CPU and tract.
    #[default]
    Auto,
    /// ONNX Runtime with TensorRT on an NVIDIA GPU. Builds an engine for each picture size first, which can
    /// take minutes, and so is never taken unasked.
    TensorRt,
    /// ONNX Runtime with CUDA on an NVIDIA GPU.
    Cuda,
    /// ONNX Runtime on the CPU.
    Cpu,
    /// tract, the engine that is built in.
    Tract,
}

impl Device {
    /// Every device that can be asked for, the fastest first.
    pub const ALL: [Self; 4] = [Self::TensorRt, Self::Cuda, Self::Cpu, Self::Tract];

    /// What [`Auto`](Self::Auto) tries, in this order.
    pub(super) const AUTO: [Self; 3] = [Self::Cuda, Self::Cpu, Self::Tract];

    /// The name that selects it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::TensorRt => "tensorrt",
            Self::Cuda => "cuda",
            Self::Cpu => "cpu",
            Self::Tract => "tract",
        }
    }
}

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Device {
    type Err = String;

    /// By name; `ort` is another name of `cpu`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "tensorrt" => Ok(Self::TensorRt),
            "cuda" => Ok(Self::Cuda),
            "cpu" | "ort" => Ok(Self::Cpu),
            "tract" => Ok(Self::Tract),
            _ => Err(format!(
                "`{text}` is none of auto, tensorrt, cuda, cpu and tract"
            )),
        }
    }
}

/// Which device to run on, and how to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceOptions {
    /// The device.
    pub device: Device,
    /// Whether a device that is not there is an error; else the next best one runs, with a warning in the log.
    pub require: bool,
    /// ONNX Runtime's library file or its folder, instead of searching for it.
    pub ort_library: Option<PathBuf>,
    /// CUDA's number of the GPU.
    pub gpu: u32,
    /// Half precision where TensorRT finds it faster. Pictures differ by rounding.
    pub fp16: bool,
    /// TensorFloat-32 in CUDA's products. Pictures differ by rounding.
    pub tf32: bool,
    /// Record the GPU's work for a picture once, as a CUDA graph, and replay it for the next ones.
    pub cuda_graph: bool,
    /// Bytes that CUDA's arena may take; no limit if not given.
    pub gpu_memory_limit: Option<u64>,
    /// Where TensorRT keeps what it built; `engines` in [`cache_folder`](crate::cache_folder) if not given.
    pub engine_cache: Option<PathBuf>,
}

impl Default for DeviceOptions {
    fn default() -> Self {
        Device::default().into()
    }
}

impl From<Device> for DeviceOptions {
    /// This device and no other.
    fn from(device: Device) -> Self {
        Self {
            device,
            require: true,
            ort_library: None,
            gpu: 0,
            fp16: false,
            tf32: false,
            cuda_graph: false,
            gpu_memory_limit: None,
            engine_cache: None,
        }
    }
}

/// What is known about one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceReport {
    /// The device.
    pub device: Device,
    /// The engine's full name.
    pub engine: String,
    /// Whether it can run models here.
    pub available: bool,
    /// Whether [`Device::Auto`] takes it.
    pub auto: bool,
    /// The engine's version, if it is there.
    pub version: Option<String>,
    /// The engine's library, if it is one that is loaded at run time.
    pub path: Option<PathBuf>,
    /// Why it is not available.
    pub reason: Option<String>,
}

/// Every device, whether it can run here, and which one [`Device::Auto`] takes. `ort_library` is ONNX
/// Runtime's library, or its folder, if not to be searched for.
pub fn devices(ort_library: Option<&Path>) -> Vec<DeviceReport> {
    let mut reports = Device::ALL.map(|device| report(device, ort_library));
    let taken = Device::AUTO.into_iter().find(|device| {
        let report = reports.iter().find(|report| report.device == *device);
        report.is_some_and(|report| report.available)
    });
    for report in &mut reports {
        report.auto = Some(report.device) == taken;
    }
    reports.into()
}

fn report(device: Device, ort_library: Option<&Path>) -> DeviceReport {
    let options = DeviceOptions {
        ort_library: ort_library.map(Path::to_owned),
        ..device.into()
    };
    let engine = match device {
        Device::Auto => "the first that is there",
        Device::TensorRt => "ONNX Runtime with TensorRT",
        Device::Cuda => "ONNX Runtime with CUDA",
        Device::Cpu => "ONNX Runtime",
        Device::Tract => "tract",
    };
    let reason = match backend::open(device, &options) {
        Ok(_) => None,
        Err(Error::Engine { reason, .. }) => Some(reason),
        Err(error) => Some(error.to_string()),
    };
    let (version, path) = match device {
        _ if reason.is_some() => (None, None),
        Device::Tract => (tract_version(), None),
        _ => ort_library_found(ort_library),
    };
    DeviceReport {
        device,
        engine: engine.into(),
        available: reason.is_none(),
        auto: false,
        version,
        path,
        reason,
    }
}

#[cfg(feature = "ort")]
fn ort_library_found(named: Option<&Path>) -> (Option<String>, Option<PathBuf>) {
    let found = super::ort::find(named).ok();
    found.map(|library| (library.version, library.path)).unzip()
}

#[cfg(not(feature = "ort"))]
fn ort_library_found(_: Option<&Path>) -> (Option<String>, Option<PathBuf>) {
    (None, None)
}

#[cfg(feature = "tract")]
fn tract_version() -> Option<String> {
    Some(super::tract::VERSION.into())
}

#[cfg(not(feature = "tract"))]
fn tract_version() -> Option<String> {
    None
}
