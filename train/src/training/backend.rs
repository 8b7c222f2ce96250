//! The burn backends and their devices. Every device is tested with a small matrix product when it is opened.

use std::{num::NonZeroUsize, panic::catch_unwind};

use anyhow::{Result, bail};
use burn::tensor::{DType, Device, Tensor};

/// burn's backends; all but `flex` need a cargo feature of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum BackendKind {
    /// CPU, in pure Rust; always available.
    Flex,
    /// PyTorch's C++ library: CUDA if the library and the machine support it, else the CPU.
    Libtorch,
    /// GPUs through WebGPU.
    Wgpu,
    /// GPUs through Vulkan, with SPIR-V kernels.
    Vulkan,
    /// NVIDIA GPUs through CUDA.
    Cuda,
}

/// A device that passed the test, and its description.
#[derive(Clone, Debug)]
pub struct Found {
    /// The device, without autodiff.
    pub device: Device,
    kind: BackendKind,
    what: String,
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bf16 = match self.device.supports_dtype(DType::BF16) {
            true => ", has bf16",
            false => "",
        };
        write!(f, "backend {}: {}{bf16}", self.kind.name(), self.what)
    }
}

impl BackendKind {
    fn name(self) -> &'static str {
        match self {
            Self::Flex => "flex",
            Self::Libtorch => "libtorch",
            Self::Wgpu => "wgpu",
            Self::Vulkan => "vulkan",
            Self::Cuda => "cuda",
        }
    }
}

/// Opens and tests the first `count` devices of a backend. All devices of `flex` are the same CPU, which lets tests
/// check that splitting the work among devices does not change the result.
///
/// # Errors
/// When the program was built without the backend, or the machine has fewer devices.
pub fn open_devices(kind: BackendKind, count: NonZeroUsize) -> Result<Vec<Found>> {
    (0..count.get()).map(|index| open(kind, index)).collect()
}

fn open(kind: BackendKind, index: usize) -> Result<Found> {
    let name = kind.name();
    // The default hook would print the panic, which the error below reports already.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let opened = catch_unwind(|| {
        let (device, what) = device(kind, index)?;
        Some((try_out(&device), device, what))
    });
    std::panic::set_hook(hook);
    match opened {
        Ok(None) => {
            bail!(
                "backend `{name}`: not available, this program was built without `--features {name}`"
            )
        }
        Ok(Some((512.0, device, what))) => Ok(Found { device, kind, what }),
        Ok(Some((sum, ..))) => {
            bail!(
                "backend `{name}`: wrong result, the square of an 8x8 matrix of ones sums to {sum}, not 512"
            )
        }
        Err(panic) => bail!("backend `{name}` {index}: {}", message(&*panic)),
    }
}

/// The sum over the product of two 8x8 matrices of ones: 512.
fn try_out(device: &Device) -> f32 {
    let ones = Tensor::<2>::ones([8, 8], device);
    ones.clone().matmul(ones).sum().into_scalar()
}

fn device(kind: BackendKind, index: usize) -> Option<(Device, String)> {
    match kind {
        BackendKind::Flex => Some((Device::flex(), cpu())),
        BackendKind::Libtorch => libtorch(index),
        BackendKind::Wgpu => wgpu(index),
        BackendKind::Vulkan => vulkan(index),
        BackendKind::Cuda => cuda(index),
    }
}

fn cpu() -> String {
    let threads = multicond::threads::available();
    format!("the CPU, {threads} threads")
}

#[cfg(feature = "libtorch")]
#[allow(deprecated)] // The fastest backend for training today; burn 0.23 removes it.
fn libtorch(index: usize) -> Option<(Device, String)> {
    // On a machine without a GPU, a CUDA build of the library panics here.
    let cuda = catch_unwind(|| {
        let device = Device::libtorch_cuda(index);
        let _: f32 = Tensor::<1>::ones([1], &device).sum().into_scalar();
        (device, format!("CUDA GPU {index}"))
    });
    let cpu = || (Device::libtorch(), format!("{}; CUDA is not usable", cpu()));
    Some(cuda.unwrap_or_else(|_| cpu()))
}

#[cfg(not(feature = "libtorch"))]
fn libtorch(_: usize) -> Option<(Device, String)> {
    None
}

/// The default device for index 0, else a discrete GPU by its number.
#[cfg(any(feature = "wgpu", feature = "vulkan"))]
fn graphics(index: usize) -> burn::tensor::DeviceKind {
    match index {
        0 => burn::tensor::DeviceKind::DefaultDevice,
        index => burn::tensor::DeviceKind::DiscreteGpu(index),
    }
}

#[cfg(feature = "wgpu")]
fn wgpu(index: usize) -> Option<(Device, String)> {
    let kind = graphics(index);
    let what = format!("{kind:?}");
    Some((Device::wgpu(kind), what))
}

#[cfg(not(feature = "wgpu"))]
fn wgpu(_: usize) -> Option<(Device, String)> {
    None
}

#[cfg(feature = "vulkan")]
fn vulkan(index: usize) -> Option<(Device, String)> {
    let kind = graphics(index);
    let what = format!("{kind:?}");
    Some((Device::vulkan(kind), what))
}

#[cfg(not(feature = "vulkan"))]
fn vulkan(_: usize) -> Option<(Device, String)> {
    None
}

#[cfg(feature = "cuda")]
fn cuda(index: usize) -> Option<(Device, String)> {
    Some((Device::cuda(index), format!("GPU {index}")))
}

#[cfg(not(feature = "cuda"))]
fn cuda(_: usize) -> Option<(Device, String)> {
    None
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("panicked without a message");
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: NonZeroUsize = NonZeroUsize::new(2).expect("not zero");

    #[test]
    fn flex_is_always_there() {
        let found = open_devices(BackendKind::Flex, TWO).expect("opens");
        assert_eq!(found.len(), 2);
        let said = found[0].to_string();
        assert!(said.starts_with("backend flex: the CPU, "), "{said}");
    }

    #[test]
    #[cfg(not(feature = "cuda"))]
    fn a_backend_that_was_not_built_says_so() {
        let error = open_devices(BackendKind::Cuda, TWO)
            .expect_err("not built")
            .to_string();
        assert!(error.contains("--features cuda"), "{error}");
    }
}
