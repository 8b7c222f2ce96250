//! Pixel formats.

/// The type of the numbers in a pixel, in native byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Component {
    /// 8-bit unsigned integer.
    U8,
    /// 16-bit unsigned integer.
    U16,
    /// 32-bit signed integer.
    I32,
    /// 16-bit float (IEEE 754 binary16).
    F16,
    /// 32-bit float.
    F32,
}

/// The channels of a pixel and their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channels {
    /// One channel.
    R,
    /// Two channels.
    Rg,
    /// Three channels.
    Rgb,
    /// Four channels.
    Rgba,
    /// Four channels, with the first and third swapped.
    Bgra,
}

/// A pixel format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// The type of its numbers.
    pub component: Component,
    /// The channels and their order.
    pub channels: Channels,
}

impl Component {
    /// Bytes per number.
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 | Self::F16 => 2,
            Self::I32 | Self::F32 => 4,
        }
    }

    /// The number that means 1 in a normalized format: the largest integer, or 1 for floats.
    pub(super) fn top(self) -> f32 {
        match self {
            Self::U8 => 255.0,
            Self::U16 => 65_535.0,
            Self::I32 => i32::MAX as f32,
            Self::F16 | Self::F32 => 1.0,
        }
    }
}

impl Channels {
    /// Numbers per pixel.
    pub fn count(self) -> usize {
        match self {
            Self::R => 1,
            Self::Rg => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Bgra => 4,
        }
    }

    /// The position in the pixel of a channel that is numbered in RGBA order.
    pub(super) fn position(self, channel: usize) -> usize {
        match (self, channel) {
            (Self::Bgra, 0) => 2,
            (Self::Bgra, 2) => 0,
            _ => channel,
        }
    }
}

impl Format {
    /// Creates a format.
    pub const fn new(component: Component, channels: Channels) -> Self {
        Self {
            component,
            channels,
        }
    }

    /// Bytes per pixel.
    pub fn bytes(self) -> usize {
        self.component.bytes() * self.channels.count()
    }
}

impl std::fmt::Display for Format {
    /// For example `RGBA of f16`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let channels = match self.channels {
            Channels::R => "R",
            Channels::Rg => "RG",
            Channels::Rgb => "RGB",
            Channels::Rgba => "RGBA",
            Channels::Bgra => "BGRA",
        };
        let component = match self.component {
            Component::U8 => "u8",
            Component::U16 => "u16",
            Component::I32 => "i32",
            Component::F16 => "f16",
            Component::F32 => "f32",
        };
        write!(f, "{channels} of {component}")
    }
}
