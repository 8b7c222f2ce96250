//! GPU memory that this crate allocates.

use std::ffi::{CStr, c_int};

use super::{Gpu, driver::Driver, read, write};
use crate::error::Result;

/// The name of a GPU.
pub(crate) fn device_name(device: u32) -> Result<String> {
    let driver = Driver::get()?;
    let device = driver.device(device)?;
    let mut name = [0; 128];
    // SAFETY: the buffer has at least the given length.
    driver.check("cuDeviceGetName", unsafe {
        (driver.device_name)(name.as_mut_ptr(), name.len() as c_int - 1, device)
    })?;
    // SAFETY: ends with a zero byte: the buffer was zeroed, and the driver does not write its last byte.
    let name = unsafe { CStr::from_ptr(name.as_ptr()) };
    Ok(name.to_string_lossy().into_owned())
}

/// An allocation on a GPU.
pub(crate) struct Buffer {
    gpu: Gpu,
    address: u64,
    bytes: usize,
}

impl Buffer {
    pub(crate) fn new(gpu: Gpu, bytes: usize) -> Result<Self> {
        let driver = Driver::get()?;
        let mut address = 0;
        driver.within(gpu, || {
            // SAFETY: writes to a local variable.
            driver.check("cuMemAlloc", unsafe {
                (driver.allocate)(&mut address, bytes)
            })
        })?;
        Ok(Self {
            gpu,
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

    /// Copies `from` to the start of the buffer.
    pub(crate) fn fill(&mut self, from: &[u8]) -> Result<()> {
        assert!(from.len() <= self.bytes);
        // SAFETY: the buffer has at least that many bytes.
        unsafe { write(self.gpu, from, self.address) }
    }

    /// Copies the start of the buffer to `to`.
    pub(crate) fn copy_to(&self, to: &mut [u8]) -> Result<()> {
        assert!(to.len() <= self.bytes);
        // SAFETY: the buffer has at least that many bytes.
        unsafe { read(self.gpu, self.address, to) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // This fails only if the context is gone, and its memory with it.
        let _ = Driver::get().and_then(|driver| {
            driver.within(self.gpu, || {
                // SAFETY: allocated by `new`, and freed once.
                driver.check("cuMemFree", unsafe { (driver.free)(self.address) })
            })
        });
    }
}
