//! Copies between CUDA memory and ours, on the caller's stream.

#[cfg(feature = "ort")]
mod buffer;
mod driver;

#[cfg(feature = "ort")]
pub(crate) use buffer::{Buffer, device_name};

use self::driver::Driver;
use crate::error::Result;

/// The GPU that memory is on, and in which order with other work it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gpu {
    /// CUDA's number of the GPU.
    pub(crate) number: u32,
    /// The stream that makes or uses the memory; null is the default stream.
    pub(crate) stream: usize,
}

/// Whether images in CUDA memory can be used: whether the driver is there and works. `Err` says why not.
pub(crate) fn available() -> Result<()> {
    Driver::get().map(drop)
}

/// Copies from the GPU's memory at `from` after all that the stream has been given, and waits.
///
/// # Safety
/// The caller vouches that `to.len()` bytes from `from` on are memory of this GPU.
pub(crate) unsafe fn read(gpu: Gpu, from: u64, to: &mut [u8]) -> Result<()> {
    let driver = Driver::get()?;
    driver.on(gpu, |stream| {
        // SAFETY: `to` is ours, `from` the caller's word; both live until the stream is done, below.
        unsafe { (driver.to_host)(to.as_mut_ptr().cast(), from, to.len(), stream) }
    })
}

/// Copies to the GPU's memory at `to` after all that the stream has been given, and waits.
///
/// # Safety
/// The caller vouches that `from.len()` bytes from `to` on are memory of this GPU that may be written.
pub(crate) unsafe fn write(gpu: Gpu, from: &[u8], to: u64) -> Result<()> {
    let driver = Driver::get()?;
    driver.on(gpu, |stream| {
        // SAFETY: as for `read`.
        unsafe { (driver.to_device)(to, from.as_ptr().cast(), from.len(), stream) }
    })
}
