//! Memory of our own on a GPU.

use std::ffi::{CStr, c_int};

use super::{Gpu, driver::Driver, read, write};
use crate::error::Result;

/// The name of a GPU.
pub(crate) fn device_name(device: u32) -> Result<String> {
    let driver = Driver::get()?;
    let device = driver.device(device)?;
    let mut name = [0; 128];
    // SAFETY: the buffer is as long as said.
    driver.check("cuDeviceGetName", unsafe {
        (driver.device_name)(name.as_mut_ptr(), name.len() as c_int - 1, device)
    })?;
    // SAFETY: zeroed, and the driver leaves the last byte alone.
    let name = unsafe { CStr::from_ptr(name.as_ptr()) };
    Ok(name.to_string_lossy().into_owned())
}

/// Memory of ours on a GPU.
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
            // SAFETY: the result is ours to be written.
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

    /// Fills the buffer's start.
    pub(crate) fn fill(&mut self, from: &[u8]) -> Result<()> {
        assert!(from.len() <= self.bytes);
        // SAFETY: as many bytes as that are ours.
        unsafe { write(self.gpu, from, self.address) }
    }

    /// Copies the buffer's start.
    pub(crate) fn copy_to(&self, to: &mut [u8]) -> Result<()> {
        assert!(to.len() <= self.bytes);
        // SAFETY: as many bytes as that are ours.
        unsafe { read(self.gpu, self.address, to) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // What cannot be freed any more is gone with the GPU's context.
        let _ = Driver::get().and_then(|driver| {
            driver.within(self.gpu, || {
                // SAFETY: allocated by `new`, and freed once.
                driver.check("cuMemFree", unsafe { (driver.free)(self.address) })
            })
        });
    }
}
