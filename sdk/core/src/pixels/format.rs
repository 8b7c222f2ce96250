//! What a pixel is in memory.

/// The numbers of a pixel, in the machine's byte order.
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

/// How many numbers a pixel has, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channels {
    /// One.
    R,
    /// Two.
    Rg,
    /// Three.
    Rgb,
    /// Four.
    Rgba,
    /// Four, the first and third exchanged.
    Bgra,
}

/// What a pixel is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// The type of its numbers.
    pub component: Component,
    /// How many there are, and in which order.
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

    /// The integer that stands for 1 where integers stand for 0 to 1; 1 for floats.
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

    /// Where in the pixel the channel is that is called `channel` in RGBA order.
    pub(super) fn position(self, channel: usize) -> usize {
        match (self, channel) {
            (Self::Bgra, 0) => 2,
            (Self::Bgra, 2) => 0,
            _ => channel,
        }
    }
}

impl Format {
    /// A format of these.
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
