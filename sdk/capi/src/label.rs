//! `multicond_label_options`: how the values of a label image are interpreted.

use multicond::{
    Error, Result,
    pixels::{DeviceDepth, LabelImage, Meaning, NormalCode},
};

use super::{
    boundary::{null, read, sized},
    image::{multicond_image, readable, unknown},
};

/// Meaning of the values of a label image, after scale and bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_meaning {
    /// Values in the label's unit, or class ids.
    Plain = 0,
    /// sRGB-encoded colour; converted to linear.
    Srgb = 1,
    /// Indices into `class_table`, for example object ids. Values outside the table, or whose entry is no class of the
    /// model, are missing.
    ClassTable = 2,
    /// Depth buffer of a perspective projection, from 0 to 1; also in OpenGL. Pixels at the far plane, the clear value,
    /// are missing.
    DeviceDepth = 3,
    /// Depth buffer with d = depth_a + depth_b / z for the distance z.
    DeviceDepthTerms = 4,
    /// Normals of any length. Pixels with a zero vector are missing; packed in 8 bits, these are (127, 127, 127) and
    /// (128, 128, 128).
    Normal = 5,
}

/// Bits of `multicond_label_options.flags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_label_flags {
    /// Unsigned integers are normalised to 0 to 1, as in textures.
    Normalized = 1,
    /// A pixel is missing if all channels of the label hold `missing_value`.
    HasMissingValue = 2,
    /// Reversed depth: the depth buffer holds 1 at the near plane.
    DepthReversed = 4,
    /// Normals are stored as (n + 1) / 2.
    NormalPacked = 8,
    /// Normals are in world space; `view` rotates them to view space.
    NormalWorld = 16,
    /// In view space, y points down.
    NormalYDown = 32,
    /// In view space, z points away from the camera.
    NormalZForward = 64,
}

const FLAGS: u32 = 127;

/// How the values of a label image are interpreted. Zero is the default of every member.
///
/// A stored value v becomes scale * v + bias, which is then converted as `meaning` says.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_label_options {
    /// sizeof(multicond_label_options).
    pub struct_size: u32,
    /// Bitwise OR of `multicond_label_flags`.
    pub flags: u32,
    /// Scale; 0 means 1.
    pub scale: f32,
    /// Bias, added after scaling.
    pub bias: f32,
    /// With HAS_MISSING_VALUE: the stored value of missing pixels, before scale and bias.
    pub missing_value: f64,
    /// NULL, or a validity mask: an R8 image of the same size that is 0 where the label is missing.
    pub validity: *const multicond_image,
    /// A `multicond_meaning`.
    pub meaning: i32,
    /// CLASS_TABLE: number of entries of `class_table`.
    pub class_count: u32,
    /// CLASS_TABLE: the class id for each value. It is not copied; every picture reads it.
    pub class_table: *const i32,
    /// DEVICE_DEPTH: distance of the near plane in scene units. Required.
    pub near_plane: f32,
    /// DEVICE_DEPTH: distance of the far plane in scene units; 0: infinite.
    pub far_plane: f32,
    /// DEVICE_DEPTH_TERMS: the constant term.
    pub depth_a: f32,
    /// DEVICE_DEPTH_TERMS: the factor of 1 / z. Required.
    pub depth_b: f32,
    /// DEVICE_DEPTH, DEVICE_DEPTH_TERMS: metres per scene unit; 0 means 1.
    pub metres_per_unit: f32,
    /// NORMAL_WORLD: the rotation from world to view space, row-major. Required.
    pub view: [f32; 9],
}

sized!(multicond_label_options {
    struct_size,
    flags,
    scale,
    bias,
    missing_value,
    validity,
    meaning,
    class_count,
    class_table,
    near_plane,
    far_plane,
    depth_a,
    depth_b,
    metres_per_unit,
    view
});

impl multicond_label_options {
    /// The label image that `image` is with these options.
    ///
    /// # Safety
    /// The memory of the images and the class table are readable, and not written, while a picture of the result is
    /// generated.
    pub(super) unsafe fn parse(&self, image: &multicond_image) -> Result<LabelImage<'static>> {
        if self.flags & !FLAGS != 0 {
            let reason = format_args!("{:#x}, expected multicond_label_flags", self.flags);
            return Err(Error::argument("flags", reason));
        }
        let has = |flag: multicond_label_flags| self.flags & flag as u32 != 0;
        let or_one = |value: f32| if value == 0.0 { 1.0 } else { value };
        let validity = match self.validity.is_null() {
            true => None,
            false => {
                // SAFETY: by this function's contract, here and below.
                let mask = unsafe { read(self.validity, "validity")? };
                Some(unsafe { readable(&mask)? })
            }
        };
        let meaning = match self.meaning {
            0 => Meaning::Plain,
            1 => Meaning::Srgb,
            2 => {
                if self.class_table.is_null() {
                    return Err(null("class_table"));
                }
                if !self.class_table.is_aligned() {
                    return Err(Error::argument("class_table", "not aligned to 4 bytes"));
                }
                let count = self.class_count as usize;
                // SAFETY: by this function's contract.
                Meaning::Classes(unsafe { std::slice::from_raw_parts(self.class_table, count) })
            }
            3 | 4 => {
                let depth = match self.meaning {
                    3 => DeviceDepth::perspective(
                        self.near_plane,
                        Some(self.far_plane).filter(|&far| far != 0.0),
                        has(multicond_label_flags::DepthReversed),
                    ),
                    _ => DeviceDepth::terms(self.depth_a, self.depth_b),
                };
                Meaning::DeviceDepth(depth?.with_metres_per_unit(or_one(self.metres_per_unit))?)
            }
            5 => {
                let v = &self.view;
                let rows = [[v[0], v[1], v[2]], [v[3], v[4], v[5]], [v[6], v[7], v[8]]];
                let mut code = NormalCode::default();
                code.packed = has(multicond_label_flags::NormalPacked);
                code.view = has(multicond_label_flags::NormalWorld).then_some(rows);
                code.y_down = has(multicond_label_flags::NormalYDown);
                code.z_forward = has(multicond_label_flags::NormalZForward);
                Meaning::Normal(code)
            }
            other => return Err(unknown("meaning", other, "multicond_meaning")),
        };
        let missing = has(multicond_label_flags::HasMissingValue);
        // SAFETY: by this function's contract.
        let image = unsafe { readable(image)? };
        Ok(LabelImage::new(image)
            .with_normalized(has(multicond_label_flags::Normalized))
            .with_scale(or_one(self.scale), self.bias)
            .with_missing(missing.then_some(self.missing_value))
            .with_validity(validity)
            .with_meaning(meaning))
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    fn image(data: &mut [u8]) -> multicond_image {
        // SAFETY: integers and pointers.
        let zero: multicond_image = unsafe { std::mem::zeroed() };
        multicond_image {
            struct_size: size_of::<multicond_image>() as u32,
            format: 1,
            data: data.as_mut_ptr().cast(),
            width: 4,
            height: 2,
            ..zero
        }
    }

    /// The label image of some options.
    fn parse(change: impl FnOnce(&mut multicond_label_options)) -> LabelImage<'static> {
        let image = image(Box::leak(Box::new([0; 8])));
        // SAFETY: numbers and null pointers.
        let mut options: multicond_label_options = unsafe { std::mem::zeroed() };
        change(&mut options);
        // SAFETY: the image's memory is never freed.
        unsafe { options.parse(&image).unwrap() }
    }

    #[test]
    fn defaults_change_nothing() {
        let label = parse(|_| {});
        assert_eq!(label.image.size(), (4, 2));
        assert_eq!((label.scale, label.bias), (1.0, 0.0));
        assert!(!label.normalized && label.missing.is_none() && label.validity.is_none());
        assert!(matches!(label.meaning, Meaning::Plain));
    }

    #[test]
    fn members_are_passed_on() {
        let mask = image(Box::leak(Box::new([0; 8])));
        let label = parse(|options| {
            options.flags = 1 | 2;
            (options.scale, options.bias) = (3.0, 4.0);
            options.missing_value = 5.0;
            options.validity = &raw const mask;
            options.meaning = multicond_meaning::Srgb as i32;
        });
        assert_eq!((label.scale, label.bias), (3.0, 4.0));
        assert!(label.normalized && label.validity.is_some());
        assert_eq!(label.missing, Some(5.0));
        assert!(matches!(label.meaning, Meaning::Srgb));
        // Without the flag the value is ignored.
        assert_eq!(parse(|options| options.missing_value = 5.0).missing, None);
        static TABLE: [i32; 3] = [2, 0, 1];
        let label = parse(|options| {
            options.meaning = multicond_meaning::ClassTable as i32;
            (options.class_table, options.class_count) = (TABLE.as_ptr(), 3);
        });
        assert!(matches!(label.meaning, Meaning::Classes(table) if ptr::eq(table, &TABLE)));
    }

    #[test]
    fn depth_buffers() {
        let depth = |change: fn(&mut multicond_label_options)| {
            let label = parse(|options| {
                options.meaning = multicond_meaning::DeviceDepth as i32;
                options.near_plane = 0.5;
                change(options);
            });
            match label.meaning {
                Meaning::DeviceDepth(depth) => depth,
                other => panic!("{other:?}"),
            }
        };
        let perspective = |far, reversed| DeviceDepth::perspective(0.5, far, reversed).unwrap();
        assert_eq!(depth(|_| {}), perspective(None, false));
        let finite = depth(|options| options.far_plane = 9.0);
        assert_eq!(finite, perspective(Some(9.0), false));
        let reversed = depth(|options| {
            options.flags = multicond_label_flags::DepthReversed as u32;
            options.metres_per_unit = 2.0;
        });
        let expected = perspective(None, true).with_metres_per_unit(2.0);
        assert_eq!(reversed, expected.unwrap());
        let terms = depth(|options| {
            options.meaning = multicond_meaning::DeviceDepthTerms as i32;
            (options.depth_a, options.depth_b) = (3.0, 4.0);
        });
        assert_eq!(terms, DeviceDepth::terms(3.0, 4.0).unwrap());
    }

    #[test]
    fn every_flag_of_normals() {
        for flags in 0..16 {
            let label = parse(|options| {
                options.meaning = multicond_meaning::Normal as i32;
                options.flags = flags * multicond_label_flags::NormalPacked as u32;
                options.view = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
            });
            let Meaning::Normal(code) = label.meaning else {
                panic!("{:?}", label.meaning);
            };
            let rows = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]];
            assert_eq!(code.packed, flags & 1 != 0);
            assert_eq!(code.view, (flags & 2 != 0).then_some(rows));
            assert_eq!(code.y_down, flags & 4 != 0);
            assert_eq!(code.z_forward, flags & 8 != 0);
        }
    }
}
