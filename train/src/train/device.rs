//! Where the networks run. A device is tried with a small product before anything depends on it.

use std::panic::catch_unwind;

use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor};

/// The kinds of devices; all but `flex` need a cargo feature of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DeviceKind {
    /// The CPU, in pure Rust. Always there.
    Flex,
    /// PyTorch's library: its CPU kernels, or CUDA when its build and the machine have it.
    Libtorch,
    /// Any GPU through WebGPU.
    Wgpu,
    /// GPUs through Vulkan, with SPIR-V kernels.
    Vulkan,
    /// NVIDIA GPUs through CUDA.
    Cuda,
}

/// Opens and tries a device.
///
/// # Errors
/// When this program was built without it, or the machine does not have it.
pub fn open_device(kind: DeviceKind) -> Result<Device> {
    let name = format!("{kind:?}").to_lowercase();
    // A failed try is reported once, by the error below.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let opened = catch_unwind(|| device(kind).map(|device| (try_out(&device), device)));
    std::panic::set_hook(hook);
    match opened {
        Ok(None) => {
            bail!(
                "device `{name}`: not in this program, which was built without `--features {name}`"
            )
        }
        Ok(Some((512.0, device))) => Ok(device),
        Ok(Some((sum, _))) => {
            bail!("device `{name}`: computes wrongly, 8x8 ones squared sum to {sum}")
        }
        Err(panic) => bail!("device `{name}`: {}", message(&*panic)),
    }
}

/// The sum of a product of two 8x8 matrices of ones, 512.
fn try_out(device: &Device) -> f32 {
    let ones = Tensor::<2>::ones([8, 8], device);
    ones.clone().matmul(ones).sum().into_scalar()
}

fn device(kind: DeviceKind) -> Option<Device> {
    match kind {
        DeviceKind::Flex => Some(Device::flex()),
        DeviceKind::Libtorch => libtorch(),
        DeviceKind::Wgpu => wgpu(),
        DeviceKind::Vulkan => vulkan(),
        DeviceKind::Cuda => cuda(),
    }
}

#[cfg(feature = "libtorch")]
#[allow(deprecated)] // The fastest way to train today; leaves with burn 0.23.
fn libtorch() -> Option<Device> {
    // A CUDA build of the library on a machine without a GPU panics here and nowhere else.
    let cuda = catch_unwind(|| {
        let device = Device::libtorch_cuda(0);
        let _: f32 = Tensor::<1>::ones([1], &device).sum().into_scalar();
        device
    });
    Some(cuda.unwrap_or_else(|_| Device::libtorch()))
}

#[cfg(not(feature = "libtorch"))]
fn libtorch() -> Option<Device> {
    None
}

#[cfg(feature = "wgpu")]
fn wgpu() -> Option<Device> {
    Some(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice))
}

#[cfg(not(feature = "wgpu"))]
fn wgpu() -> Option<Device> {
    None
}

#[cfg(feature = "vulkan")]
fn vulkan() -> Option<Device> {
    Some(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice))
}

#[cfg(not(feature = "vulkan"))]
fn vulkan() -> Option<Device> {
    None
}

#[cfg(feature = "cuda")]
fn cuda() -> Option<Device> {
    Some(Device::cuda(0usize))
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Option<Device> {
    None
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("failed without a message");
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flex_is_always_there() {
        assert!(open_device(DeviceKind::Flex).is_ok());
    }

    #[test]
    #[cfg(not(feature = "cuda"))]
    fn a_device_that_was_not_built_says_so() {
        let error = open_device(DeviceKind::Cuda)
            .expect_err("not built")
            .to_string();
        assert!(error.contains("--features cuda"), "{error}");
    }
}
