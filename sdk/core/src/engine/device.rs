//! The device that an engine runs on.

use std::{fmt, str::FromStr};

/// The device that an engine runs on. Parsed and displayed as `auto`, `cpu` or `gpu:N`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Device {
    /// The CPU or the first GPU, depending on the engine.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU, by its number. The first is 0.
    Gpu(u32),
}

impl Device {
    /// Whether both are CPUs, both are GPUs, or one is `Auto`.
    pub(crate) fn is_like(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Auto, _)
                | (_, Self::Auto)
                | (Self::Cpu, Self::Cpu)
                | (Self::Gpu(_), Self::Gpu(_))
        )
    }

    /// The number of the GPU; 0 for [`Auto`](Self::Auto) and [`Cpu`](Self::Cpu).
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

    /// Parses `auto`, `cpu`, `gpu` (the first GPU) or `gpu:N`.
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
