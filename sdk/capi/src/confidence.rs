//! `multicond_confidence_options`: how the values of a confidence image are interpreted.

use multicond::{
    Error, Result,
    pixels::{ConfidenceImage, Image},
};

use super::boundary::sized;

/// Bits of `multicond_confidence_options.flags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_confidence_flags {
    /// The image is a mask of 8-bit integers: every value but 0 is a confidence of 1.
    Mask = 1,
}

/// How the values of a confidence image are interpreted. Zero is the default of every member.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_confidence_options {
    /// sizeof(multicond_confidence_options).
    pub struct_size: u32,
    /// Bitwise OR of `multicond_confidence_flags`.
    pub flags: u32,
}

sized!(multicond_confidence_options { struct_size, flags });

impl multicond_confidence_options {
    /// The confidence image that `image` is with these options.
    pub(super) fn parse<'a>(&self, image: Image<'a>) -> Result<ConfidenceImage<'a>> {
        match self.flags {
            0 => Ok(ConfidenceImage::new(image)),
            1 => Ok(ConfidenceImage::mask(image)),
            flags => {
                let reason = format_args!("{flags:#x}, expected multicond_confidence_flags");
                Err(Error::argument("flags", reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use multicond::pixels::{Channels, Component, Format, Layout};

    use super::*;

    #[test]
    fn flags_are_passed_on() {
        let bytes = [0];
        let format = Format::new(Component::U8, Channels::R);
        let image = Image::new(&bytes, format, Layout::new(1, 1)).unwrap();
        let parse = |flags| {
            let options = multicond_confidence_options {
                struct_size: 8,
                flags,
            };
            options.parse(image)
        };
        assert!(!parse(0).unwrap().is_mask);
        assert!(parse(1).unwrap().is_mask);
        assert!(parse(2).is_err());
    }
}
