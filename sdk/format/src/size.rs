//! Width and height, written as `256x256`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Width and height in pixels. Parsed and displayed as `WIDTHxHEIGHT`, for example `512x256`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Size {
    /// Creates a size. Neither this nor parsing checks the range.
    pub const fn new(width: usize, height: usize) -> Self {
        Self { width, height }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sides = text.split_once(['x', 'X']);
        let sides = sides.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        let (width, height) = sides.ok_or("expected WIDTHxHEIGHT, for example 512x256")?;
        Ok(Self { width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!("512x256".parse(), Ok(Size::new(512, 256)));
        assert_eq!(Size::new(512, 256).to_string(), "512x256");
        for text in ["512", "x", "512x", "-1x2", "2x2x2"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
