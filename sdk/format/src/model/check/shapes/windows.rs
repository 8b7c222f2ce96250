//! Shapes of operators that look at windows of pixels, pad or resize: convolutions, pools.

use super::{
    call::{Call, Outcome, axes, integers, one, side},
    elementwise::agree,
};
use crate::model::check::{
    fact::{Fact, Kind},
    graph::Attribute,
};

pub(in crate::model::check) fn conv(call: &Call<'_>) -> Outcome {
    let (input, weight) = (call.input(0)?, call.input(1)?);
    agree(input, weight)?;
    one(input.kind, convolved(call, input, weight)?)
}

pub(in crate::model::check) fn conv_of_integers(call: &Call<'_>) -> Outcome {
    one(
        Kind::Int32,
        convolved(call, call.input(0)?, call.input(1)?)?,
    )
}

/// `QLinearConv`: x, its scale and zero, w, its scale and zero, and those of the output.
pub(in crate::model::check) fn conv_of_quantized(call: &Call<'_>) -> Outcome {
    let dims = convolved(call, call.input(0)?, call.input(3)?)?;
    one(call.input(7)?.kind, dims)
}

fn convolved(call: &Call<'_>, input: &Fact, weight: &Fact) -> Result<Vec<u64>, String> {
    let group = side(call.int("group", 1)?)?;
    let fits = input.rank() == weight.rank()
        && input.rank() > 2
        && group > 0
        && weight.dims[1].checked_mul(group) == Some(input.dims[1])
        && weight.dims[0].is_multiple_of(group);
    if !fits {
        return Err(format!(
            "convolves {:?} with {:?} in {group} groups",
            input.dims, weight.dims
        ));
    }
    let windows = Windows::new(call, &weight.dims[2..])?;
    let mut dims = vec![input.dims[0], weight.dims[0]];
    dims.extend(windows.places(&input.dims[2..], false)?);
    Ok(dims)
}

pub(in crate::model::check) fn conv_transpose(call: &Call<'_>) -> Outcome {
    let (input, weight) = (call.input(0)?, call.input(1)?);
    agree(input, weight)?;
    let group = side(call.int("group", 1)?)?;
    if input.rank() != weight.rank() || input.rank() < 3 || weight.dims[0] != input.dims[1] {
        return Err(format!("convolves {:?} with {:?}", input.dims, weight.dims));
    }
    let windows = Windows::new(call, &weight.dims[2..])?;
    let axes = windows.kernel.len();
    let more = call
        .ints("output_padding")?
        .unwrap_or_else(|| vec![0; axes]);
    let given = call.ints("output_shape")?;
    if more.len() != axes || given.as_ref().is_some_and(|given| given.len() != axes) {
        return Err("has lists of a wrong length".into());
    }
    let mut dims = vec![input.dims[0], weight.dims[1].saturating_mul(group)];
    for axis in 0..axes {
        let from = input.dims[2 + axis].saturating_sub(1);
        let grown = from
            .saturating_mul(windows.strides[axis])
            .saturating_add(side(more[axis])?)
            .saturating_add(windows.extent(axis));
        dims.push(match (&given, windows.is_same) {
            (Some(given), _) => side(given[axis])?,
            (None, true) => input.dims[2 + axis].saturating_mul(windows.strides[axis]),
            (None, false) => {
                (grown.checked_sub(windows.pads(axis))).ok_or("pads by more than its windows")?
            }
        });
    }
    one(input.kind, dims)
}

pub(in crate::model::check) fn pool(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let kernel = call.ints("kernel_shape")?.ok_or("has no window")?;
    let kernel: Vec<u64> = kernel.into_iter().map(side).collect::<Result<_, _>>()?;
    if input.rank() != kernel.len() + 2 {
        return Err("has windows of another rank".into());
    }
    let windows = Windows::new(call, &kernel)?;
    let mut dims = input.dims[..2].to_vec();
    dims.extend(windows.places(&input.dims[2..], call.int("ceil_mode", 0)? != 0)?);
    let mut outputs = one(input.kind, dims.clone())?;
    outputs.extend(one(Kind::Int64, dims)?);
    Ok(outputs)
}

pub(in crate::model::check) fn pool_all(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let kept = input.dims.iter().take(2).copied();
    let ones = std::iter::repeat_n(1, input.rank().saturating_sub(2));
    one(input.kind, kept.chain(ones).collect())
}

struct Windows {
    kernel: Vec<u64>,
    strides: Vec<u64>,
    dilations: Vec<u64>,
    /// Before all axes, then after all axes.
    pads: Vec<u64>,
    /// Whether it is padded so that only strides make the output smaller.
    is_same: bool,
}

impl Windows {
    fn new(call: &Call<'_>, kernel: &[u64]) -> Result<Self, String> {
        let list = |name: &str, length: usize, usual: u64| {
            let Some(list) = call.ints(name)? else {
                return Ok(vec![usual; length]);
            };
            if list.len() != length {
                return Err(format!("has the attribute `{name}` in a wrong length"));
            }
            list.into_iter().map(side).collect::<Result<Vec<_>, _>>()
        };
        let axes = kernel.len();
        let own = call.ints("kernel_shape")?;
        if own.is_some_and(|own| !own.iter().map(|&k| k as u64).eq(kernel.iter().copied())) {
            return Err("has windows of another shape than its weights".into());
        }
        let auto = call.text("auto_pad", "NOTSET")?;
        let windows = Self {
            kernel: kernel.to_vec(),
            strides: list("strides", axes, 1)?,
            dilations: list("dilations", axes, 1)?,
            pads: match auto {
                "VALID" => vec![0; 2 * axes],
                _ => list("pads", 2 * axes, 0)?,
            },
            is_same: auto.starts_with("SAME"),
        };
        let lists = [&windows.kernel, &windows.strides, &windows.dilations];
        if lists.iter().any(|list| list.contains(&0)) {
            return Err("has a window, stride or dilation of 0".into());
        }
        Ok(windows)
    }

    /// Pixels from the first to the last of a window.
    fn extent(&self, axis: usize) -> u64 {
        let gaps = (self.kernel[axis] - 1).saturating_mul(self.dilations[axis]);
        gaps.saturating_add(1)
    }

    fn pads(&self, axis: usize) -> u64 {
        self.pads[axis].saturating_add(self.pads[axis + self.kernel.len()])
    }

    /// The number of places along each axis.
    fn places(&self, sides: &[u64], ceil: bool) -> Result<Vec<u64>, String> {
        let places = sides.iter().enumerate().map(|(axis, &side)| {
            let stride = self.strides[axis];
            if self.is_same {
                return Ok(side.div_ceil(stride));
            }
            let padded = side.saturating_add(self.pads(axis));
            let room = padded.checked_sub(self.extent(axis)).ok_or_else(|| {
                format!(
                    "has windows of {} for a side of {padded}",
                    self.extent(axis)
                )
            })?;
            let steps = if ceil {
                room.div_ceil(stride)
            } else {
                room / stride
            };
            Ok(steps.saturating_add(1))
        });
        places.collect()
    }
}

pub(in crate::model::check) fn pad(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let pads = call.list("pads", 1)?.ok_or("has no padding")?;
    let axes = match call.numbers(3)? {
        Some(list) => axes(&integers(list), input.rank())?,
        None => (0..input.rank()).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err("has padding of a wrong length".into());
    }
    let mut dims = input.dims.clone();
    for (index, &axis) in axes.iter().enumerate() {
        let (before, after) = (pads[index], pads[index + axes.len()]);
        if call.text("mode", "constant")? != "constant" {
            let most = dims[axis] as i64;
            if before >= most.max(1) || after >= most.max(1) {
                return Err(format!("mirrors {before} and {after} of {most} numbers"));
            }
        }
        let side = dims[axis].checked_add_signed(before);
        let side = side.and_then(|side| side.checked_add_signed(after));
        dims[axis] = side.ok_or("pads by less than there is")?;
    }
    one(input.kind, dims)
}

/// `Resize`, and `Upsample` of older operator sets.
pub(in crate::model::check) fn resize(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let is_old = call.node.operator.name == "Upsample" || call.inputs.len() == 2;
    let axes = match call.ints("axes")? {
        Some(list) => axes(&list, input.rank())?,
        None => (0..input.rank()).collect(),
    };
    let mut dims = input.dims.clone();
    if let Some(sizes) = call.numbers(3)?.filter(|sizes| !sizes.is_empty()) {
        if sizes.len() != axes.len() {
            return Err("has sizes of a wrong length".into());
        }
        for (&axis, &size) in axes.iter().zip(sizes) {
            dims[axis] = side(size as i64)?;
        }
        return one(input.kind, dims);
    }
    let given: Option<Vec<f64>> = match call.node.attribute("scales") {
        Some(Attribute::Floats(scales)) => Some(scales.iter().map(|&s| s.into()).collect()),
        _ => call
            .numbers(if is_old { 1 } else { 2 })?
            .map(<[f64]>::to_vec),
    };
    let scales = given.ok_or("has no scales")?;
    if scales.len() != axes.len() || !scales.iter().all(|&scale| scale > 0.0) {
        return Err("has wrong scales".into());
    }
    for (&axis, &scale) in axes.iter().zip(&scales) {
        // Saturates.
        dims[axis] = (dims[axis] as f64 * scale).floor() as u64;
    }
    one(input.kind, dims)
}

/// Pixels at the places that a grid gives.
pub(in crate::model::check) fn sample(call: &Call<'_>) -> Outcome {
    let (input, grid) = (call.input(0)?, call.input(1)?);
    if grid.rank() != input.rank() || input.rank() < 3 {
        return Err("has a grid of another rank".into());
    }
    let mut dims = input.dims[..2].to_vec();
    dims.extend(&grid.dims[1..grid.rank() - 1]);
    one(input.kind, dims)
}
