//! The hardware that an engine runs on.

use std::{fmt, str::FromStr};

/// The hardware that an engine runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Device {
    /// Whatever the engine runs on.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A GPU, by its number.
    Gpu(u32),
}

impl Device {
    /// Whether both are the same kind of hardware, or one of them is any.
    pub(crate) fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Auto, _) | (_, Self::Auto) => true,
            (Self::Cpu, Self::Cpu) | (Self::Gpu(_), Self::Gpu(_)) => true,
            _ => false,
        }
    }

    /// The number of the GPU; 0, the first, where none was chosen.
    pub fn gpu_number(self) -> u32 {
        match self {
            Self::Gpu(number) => number,
            Self::Auto | Self::Cpu => 0,
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.pad("auto"),
            Self::Cpu => f.pad("cpu"),
            Self::Gpu(number) => f.pad(&format!("gpu:{number}")),
        }
    }
}

impl FromStr for Device {
    type Err = String;

    /// `auto`, `cpu`, `gpu` or `gpu:N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |number: &str| number.parse().ok().map(Self::Gpu);
        match text {
            "auto" => Some(Self::Auto),
            "cpu" => Some(Self::Cpu),
            "gpu" => Some(Self::Gpu(0)),
            _ => text.strip_prefix("gpu:").and_then(number),
        }
        .ok_or_else(|| format!("`{text}`, expected auto, cpu, gpu or gpu:N"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_written_as_they_are_read() {
        for device in [Device::Auto, Device::Cpu, Device::Gpu(0), Device::Gpu(3)] {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        assert_eq!("gpu".parse(), Ok(Device::Gpu(0)));
        for text in ["", "GPU", "gpu:", "gpu:x", "cuda", "gpu:-1"] {
            assert!(text.parse::<Device>().is_err(), "{text}");
        }
        assert!(Device::Auto.is_like(Device::Cpu) && Device::Gpu(1).is_like(Device::Gpu(0)));
        assert!(!Device::Cpu.is_like(Device::Gpu(0)));
    }
}
