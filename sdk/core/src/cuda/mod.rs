//! Copies between host and CUDA memory, on the caller's stream.

#[cfg(feature = "ort")]
mod buffer;
mod driver;

#[cfg(feature = "ort")]
pub(crate) use buffer::{Buffer, device_name};

use self::driver::Driver;
use crate::error::Result;

/// The GPU that memory is on, and the stream on which it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gpu {
    /// The CUDA device ordinal.
    pub(crate) number: u32,
    /// The stream that writes or reads the memory; null is the default stream.
    pub(crate) stream: usize,
}

/// Checks that the CUDA driver is installed and works. The error says why not.
pub(crate) fn available() -> Result<()> {
    Driver::get().map(drop)
}

/// Copies from GPU memory at `from`, after all work that is already on the stream, and waits.
///
/// # Safety
/// `to.len()` bytes from `from` on must be memory of this GPU.
pub(crate) unsafe fn read(gpu: Gpu, from: u64, to: &mut [u8]) -> Result<()> {
    let driver = Driver::get()?;
    driver.on(gpu, |stream| {
        // SAFETY: `to` is borrowed, the caller guarantees `from`, and `on` waits for the stream before it returns.
        unsafe { (driver.to_host)(to.as_mut_ptr().cast(), from, to.len(), stream) }
    })
}

/// Copies to GPU memory at `to`, after all work that is already on the stream, and waits.
///
/// # Safety
/// `from.len()` bytes from `to` on must be memory of this GPU that may be written.
pub(crate) unsafe fn write(gpu: Gpu, from: &[u8], to: u64) -> Result<()> {
    let driver = Driver::get()?;
    driver.on(gpu, |stream| {
        // SAFETY: as for `read`.
        unsafe { (driver.to_device)(to, from.as_ptr().cast(), from.len(), stream) }
    })
}
