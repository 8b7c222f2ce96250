//! Reads labels from NumPy's `.npy` files (format 1.0 to 3.0): physical values or class ids.

use std::path::Path;

use half::f16;
use ndarray::{Array3, ArrayView, Axis, Ix3, IxDyn, ShapeBuilder};

use super::{
    check_size, label_from_numbers,
    npy_header::{Header, Number},
};
use crate::{
    error::{Error, Result},
    label::{Encoding, Label, LabelMap, half_or_missing},
    limits::MAX_SIDE,
    storage::read_file,
};

/// The largest picture with four channels of eight bytes, and a header.
const MOST_BYTES: usize = MAX_SIDE * MAX_SIDE * 4 * 8 + (1 << 16);

pub(super) fn read_label(path: &Path, label: &Label) -> Result<LabelMap> {
    let bytes = read_file(path, MOST_BYTES)?;
    let bad = |reason: String| Error::file(path, reason);
    let (mut header, data) = Header::parse(&bytes).map_err(bad)?;
    while header.shape.len() > 3 && header.shape[0] == 1 {
        header.shape.remove(0);
    }
    let channels_last = channels_last(&header.shape, label).map_err(bad)?;
    let (height, width) = match header.shape[..] {
        [height, width] | [_, height, width] if !channels_last => (height, width),
        _ => (header.shape[0], header.shape[1]),
    };
    check_size(path, width, height)?;
    // Cannot overflow: `check_size` limits the sides, and the label the channels.
    let expected = header.shape.iter().product::<usize>() * header.number.bytes();
    if data.len() != expected {
        let reason = format!(
            "{} bytes of numbers, but its header promises {expected}",
            data.len()
        );
        return Err(Error::file(path, reason));
    }
    let is_boolean = header.number == Number::Bool && takes_booleans(label);
    if header.number.is_whole() && !is_boolean && label.classes().is_none() {
        let reason = format!(
            "holds whole numbers, but label `{}` needs floats in its unit",
            label.name
        );
        return Err(Error::file(path, reason));
    }

    let numbers = header.number.read(data);
    let shape = IxDyn(&header.shape).set_f(header.fortran_order);
    let view = ArrayView::from_shape(shape, &numbers).map_err(|error| Error::file(path, error))?;
    let view = match header.shape.len() {
        2 => view.insert_axis(Axis(0)),
        _ if channels_last => view.permuted_axes(IxDyn(&[2, 0, 1])),
        _ => view,
    };
    let view = view
        .into_dimensionality::<Ix3>()
        .map_err(|error| Error::file(path, error))?;
    let mut values = Array3::zeros(view.dim());
    values.assign(&view);
    label_from_numbers(path, label, values)
}

/// Whether the label's values run from 0 to 1, so that a boolean is one.
fn takes_booleans(label: &Label) -> bool {
    match label.encoding() {
        Some(Encoding::Affine { scale, bias }) => scale == 2.0 && bias == -1.0,
        Some(Encoding::Power { .. }) => true,
        _ => false,
    }
}

/// Whether the channels are the last axis. Fails if the shape does not fit the label.
fn channels_last(shape: &[usize], label: &Label) -> Result<bool, String> {
    let channels = label.channels();
    match *shape {
        [_, _] if channels == 1 => Ok(false),
        [first, _, _] if first == channels => Ok(false),
        [_, _, last] if last == channels => Ok(true),
        _ => Err(format!(
            "has the shape {shape:?}, but label `{}` needs {}[{channels}, H, W] or [H, W, {channels}]",
            label.name,
            if channels == 1 { "[H, W], " } else { "" }
        )),
    }
}

impl Number {
    /// The numbers of a file as floats. Integers above 2^24 are rounded; class ids are smaller.
    fn read(self, data: &[u8]) -> Vec<f32> {
        macro_rules! read {
            ($type:ty, $float:expr) => {
                data.chunks_exact(size_of::<$type>())
                    .map(|bytes| {
                        let mut array = [0; size_of::<$type>()];
                        array.copy_from_slice(bytes);
                        $float(<$type>::from_le_bytes(array))
                    })
                    .collect()
            };
        }
        match self {
            Self::F16 => read!(f16, |v: f16| half_or_missing(v.to_f32())),
            Self::F32 => read!(f32, |v| v),
            Self::F64 => read!(f64, |v| v as f32),
            Self::Bool => read!(u8, |v| f32::from(u8::from(v != 0))),
            Self::U8 => read!(u8, f32::from),
            Self::I8 => read!(i8, f32::from),
            Self::U16 => read!(u16, f32::from),
            Self::I16 => read!(i16, f32::from),
            Self::U32 => read!(u32, |v| v as f32),
            Self::I32 => read!(i32, |v| v as f32),
            Self::U64 => read!(u64, |v| v as f32),
            Self::I64 => read!(i64, |v| v as f32),
        }
    }
}
