//! Converts rows of an image to rows of label values.

use half::f16;
use multicond_format::label::{
    Encoding, Label, Transfer, canonicalise, class_or_missing, half_or_missing, mark_missing,
};

use super::{Component, LabelImage, Meaning, image::Rows};
use crate::error::Result;

/// Reads a label image row by row.
pub(crate) struct Decoder<'a> {
    source: LabelImage<'a>,
    rows: Rows<'a>,
    validity: Option<Rows<'a>>,
}

impl<'a> Decoder<'a> {
    /// Images on a GPU are copied to `scratch`: the label to its first buffer, the validity mask to its second.
    pub(crate) fn new(source: LabelImage<'a>, scratch: &'a mut [Vec<u8>; 2]) -> Result<Self> {
        let [image, mask] = scratch;
        let validity = match source.validity {
            Some(validity) => Some(validity.on_host(mask)?),
            None => None,
        };
        Ok(Self {
            rows: source.image.on_host(image)?,
            source,
            validity,
        })
    }

    /// Writes the physical values of row `y` to `out`, plane by plane. A missing pixel is NaN in every channel.
    pub(crate) fn values(&self, y: usize, channels: usize, encoding: &Encoding, out: &mut [f32]) {
        let width = self.rows.width;
        for (channel, plane) in out.chunks_exact_mut(width).take(channels).enumerate() {
            self.read(y, channel, plane);
        }
        let out = &mut out[..channels * width];
        self.mark_missing(y, out);
        let factor = match self.source.normalized {
            true => self.source.scale / self.rows.format.component.top(),
            false => self.source.scale,
        };
        if factor != 1.0 || self.source.bias != 0.0 {
            let bias = self.source.bias;
            out.iter_mut()
                .for_each(|value| *value = *value * factor + bias);
        }
        match &self.source.meaning {
            Meaning::Plain | Meaning::Classes(_) => {}
            Meaning::Srgb => out
                .iter_mut()
                .for_each(|value| *value = Transfer::Srgb.to_linear(*value)),
            Meaning::DeviceDepth(depth) => out
                .iter_mut()
                .for_each(|value| *value = depth.metres(*value)),
            Meaning::Normal(code) => {
                for x in 0..width {
                    let at = [x, width + x, 2 * width + x];
                    let unit = code.unit(at.map(|index| out[index]));
                    at.into_iter()
                        .zip(unit)
                        .for_each(|(index, n)| out[index] = n);
                }
            }
        }
        canonicalise(out, width, encoding);
    }

    /// Writes the class ids of row `y` to `out`; anything that is not a class becomes `missing`.
    pub(crate) fn classes(&self, y: usize, label: &Label, missing: i32, out: &mut [i32]) {
        let classes = label.class_count();
        let LabelImage { scale, bias, .. } = self.source;
        let class = |number: f64| -> Option<i32> {
            if Some(number) == self.source.missing {
                return None;
            }
            let mut number = number;
            if scale != 1.0 || bias != 0.0 {
                number = (number * f64::from(scale) + f64::from(bias)).round();
            }
            // A number that is not an integer is not a class, but `as` would truncate it to one.
            let id = number as i32;
            if f64::from(id) != number {
                return None;
            }
            let id = match self.source.meaning {
                Meaning::Classes(table) => *table.get(usize::try_from(id).ok()?)?,
                _ => id,
            };
            Some(class_or_missing(id, classes, missing))
        };
        let mut x = 0;
        each(&self.rows, y, 0, |number| {
            let valid = self.is_valid(y, x);
            out[x] = class(number).filter(|_| valid).unwrap_or(missing);
            x += 1;
        });
    }

    /// Reads one channel of one row, as stored. Half floats at their limit are missing.
    fn read(&self, y: usize, channel: usize, out: &mut [f32]) {
        let is_half = self.rows.format.component == Component::F16;
        let mut out = out.iter_mut();
        each(&self.rows, y, channel, |number| {
            if let Some(out) = out.next() {
                *out = number as f32;
                if is_half {
                    *out = half_or_missing(*out);
                }
            }
        });
    }

    fn is_valid(&self, y: usize, x: usize) -> bool {
        let Some(rows) = &self.validity else {
            return true;
        };
        // SAFETY: the mask has the image's size and one byte per pixel, which `LabelImage::check` has checked.
        unsafe { rows.row(y).wrapping_add(x * rows.pixel_stride).read() != 0 }
    }

    /// Marks the pixels that hold the source's missing number, or that its mask excludes.
    fn mark_missing(&self, y: usize, out: &mut [f32]) {
        let (width, number) = (self.rows.width, self.source.missing);
        if number.is_none() && self.validity.is_none() {
            return;
        }
        mark_missing(out, width, |row, x| {
            let mut pixel = row[x..].iter().step_by(width);
            let holds = |missing: f64| pixel.all(|&value| value == missing as f32);
            number.is_some_and(holds) || !self.is_valid(y, x)
        });
    }
}

/// Calls `take` with every number of one channel of one row.
pub(super) fn each(rows: &Rows<'_>, y: usize, channel: usize, mut take: impl FnMut(f64)) {
    let format = rows.format;
    let position = format.channels.position(channel);
    debug_assert!(position < format.channels.count());
    let first = rows
        .row(y)
        .wrapping_add(position * format.component.bytes());
    let stride = rows.pixel_stride;
    let at = |x: usize| first.wrapping_add(x * stride);
    // SAFETY: `Rows` has `width` pixels of this format in each row, readable while it lives.
    unsafe {
        match format.component {
            Component::U8 => (0..rows.width).for_each(|x| take(at(x).read().into())),
            Component::U16 => {
                (0..rows.width).for_each(|x| take(at(x).cast::<u16>().read_unaligned().into()))
            }
            Component::I32 => {
                (0..rows.width).for_each(|x| take(at(x).cast::<i32>().read_unaligned().into()))
            }
            Component::F16 => {
                (0..rows.width).for_each(|x| take(at(x).cast::<f16>().read_unaligned().into()))
            }
            Component::F32 => {
                (0..rows.width).for_each(|x| take(at(x).cast::<f32>().read_unaligned().into()))
            }
        }
    }
}
