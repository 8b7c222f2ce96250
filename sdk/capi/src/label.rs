//! `multicond_label_options`: what the numbers of a label's image mean.

use multicond::{
    Error, Result,
    pixels::{DeviceDepth, Image, LabelImage, Meaning, NormalCode},
};

use super::{
    boundary::{Sized32, null, read},
    image::{Parsed, multicond_image, unknown},
};

/// What a label's numbers are, after scale and bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_meaning {
    /// The label's own unit, or class ids.
    Plain = 0,
    /// Colour on the sRGB curve, for a label in linear light.
    Srgb = 1,
    /// Indices into `class_table`, for example an engine's object ids. What is beyond the table, or no class of
    /// the model, is missing.
    ClassTable = 2,
    /// A depth buffer of a perspective projection, 0 to 1. What still holds the far plane's number, which buffers
    /// are cleared to, is missing. An OpenGL depth buffer holds the same numbers as the others.
    DeviceDepth = 3,
    /// A depth buffer by terms: d = depth_a + depth_b / z.
    DeviceDepthTerms = 4,
    /// A renderer's normals, of any length; one of none, as buffers are cleared to, is missing. Packed in 8 bits, that
    /// is (127, 127, 127) or (128, 128, 128).
    Normal = 5,
}

/// Bits of `multicond_label_options.flags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_label_flags {
    /// Unsigned integers stand for 0 to 1, as in textures.
    Normalized = 1,
    /// A pixel is missing whose channels all hold `missing_value`, as stored; those that the label has, not more.
    HasMissingValue = 2,
    /// The depth buffer stores 1 at the near plane.
    DepthReversed = 4,
    /// Normals are stored as (n + 1) / 2, from 0 to 1.
    NormalPacked = 8,
    /// Normals are in world space; `view` rotates them.
    NormalWorld = 16,
    /// View space has y pointing down.
    NormalYDown = 32,
    /// View space has z pointing into the picture, away from the camera.
    NormalZForward = 64,
}

const FLAGS: u32 = 127;

/// What the numbers of a label's image mean. Zero is every member's default.
///
/// A stored number v becomes scale * v + bias, and then what `meaning` makes of it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct multicond_label_options {
    /// sizeof(multicond_label_options).
    pub struct_size: u32,
    /// `multicond_label_flags`, or-ed.
    pub flags: u32,
    /// Factor; 0 stands for 1.
    pub scale: f32,
    /// Added after scaling.
    pub bias: f32,
    /// With HAS_MISSING_VALUE: the number that missing pixels hold.
    pub missing_value: f64,
    /// NULL, or an image of R8 of the same size: 0 where the label is missing.
    pub validity: *const multicond_image,
    /// A `multicond_meaning`.
    pub meaning: i32,
    /// Ids in `class_table`.
    pub class_count: u32,
    /// CLASS_TABLE: the class id of each number. Read when a picture is generated.
    pub class_table: *const i32,
    /// DEVICE_DEPTH: the near plane, in scene units.
    pub near_plane: f32,
    /// DEVICE_DEPTH: the far plane; 0: infinitely far.
    pub far_plane: f32,
    /// DEVICE_DEPTH_TERMS.
    pub depth_a: f32,
    /// DEVICE_DEPTH_TERMS.
    pub depth_b: f32,
    /// Depth: metres a scene unit; 0 stands for 1.
    pub metres_per_unit: f32,
    /// NORMAL_WORLD: the rotation from world to view space, row by row.
    pub view: [f32; 9],
}

// SAFETY: the size, then numbers and pointers.
unsafe impl Sized32 for multicond_label_options {}

impl multicond_label_options {
    /// The label image that `image` is with these options.
    ///
    /// # Safety
    /// The images' memory, and the class table, may be read, and nobody writes them, whenever a picture is made of
    /// the result.
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
                Some(unsafe { image_of(&mask)? })
            }
        };
        let meaning = match self.meaning {
            0 => Meaning::Plain,
            1 => Meaning::Srgb,
            2 => {
                if self.class_table.is_null() {
                    return Err(null("class_table"));
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
        let image = unsafe { image_of(image)? };
        Ok(LabelImage::new(image)
            .with_normalized(has(multicond_label_flags::Normalized))
            .with_scale(or_one(self.scale), self.bias)
            .with_missing(missing.then_some(self.missing_value))
            .with_validity(validity)
            .with_meaning(meaning))
    }
}

/// # Safety
/// As for [`Image::from_memory`].
unsafe fn image_of(image: &multicond_image) -> Result<Image<'static>> {
    let Parsed {
        memory,
        size,
        format,
        layout,
    } = image.parse()?;
    // SAFETY: by this function's contract.
    unsafe { Image::from_memory(memory, size, format, layout) }
}
