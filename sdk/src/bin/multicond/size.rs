//! Picture sizes as people write them: `256x256`.

use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: usize,
    pub(crate) height: usize,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
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
        let size = Size {
            width: 512,
            height: 256,
        };
        assert_eq!("512x256".parse(), Ok(size));
        for text in ["512", "x", "512x", "-1x2", "2x2x2"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
