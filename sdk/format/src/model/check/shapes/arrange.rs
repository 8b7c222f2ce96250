//! Shapes of operators that move numbers, and that make tensors from shapes.

use super::{
    call::{Call, Outcome, axes, axis, broadcast, integers, one, side},
    elementwise::agree,
};
use crate::model::check::fact::{Fact, KNOWN, Kind, MOST_DIMENSIONS};

pub(in crate::model::check) fn reshape(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let wanted = call.list("shape", 1)?.ok_or("has no shape")?;
    if wanted.len() > MOST_DIMENSIONS {
        return Err(format!("makes more than {MOST_DIMENSIONS} dimensions"));
    }
    let zero_is_zero = call.int("allowzero", 0)? != 0;
    let mut free = None;
    let mut dims = Vec::with_capacity(wanted.len());
    for (index, &each) in wanted.iter().enumerate() {
        dims.push(match each {
            0 if !zero_is_zero => *input
                .dims
                .get(index)
                .ok_or("copies a side that is not there")?,
            -1 if free.is_none() => {
                free = Some(index);
                1
            }
            each => side(each)?,
        });
    }
    let mut output = Fact::new(input.kind, dims);
    if let Some(index) = free {
        let rest = output.count();
        let all = input.count();
        if rest == 0 || !all.is_multiple_of(rest) {
            return Err(format!("cannot divide {all} numbers by {rest}"));
        }
        output.dims[index] = all / rest;
    }
    if output.count() != input.count() {
        return Err(format!(
            "makes the shape {:?} of {} numbers",
            output.dims,
            input.count()
        ));
    }
    output.known.clone_from(&input.known);
    Ok(vec![output])
}

/// A reshape to these sides.
fn regroup(input: &Fact, dims: Vec<u64>) -> Outcome {
    let mut output = Fact::new(input.kind, dims);
    output.known.clone_from(&input.known);
    Ok(vec![output])
}

pub(in crate::model::check) fn flatten(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let at = match call.int("axis", 1)? {
        end if end == input.rank() as i64 => input.rank(),
        other => axis(other, input.rank())?,
    };
    let product = |sides: &[u64]| {
        sides
            .iter()
            .fold(1u64, |all, &side| all.saturating_mul(side))
    };
    regroup(
        input,
        vec![product(&input.dims[..at]), product(&input.dims[at..])],
    )
}

pub(in crate::model::check) fn squeeze(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let list = call.list("axes", 1)?;
    let axes = match list {
        Some(list) => axes(&list, input.rank())?,
        None => (0..input.rank()).filter(|&a| input.dims[a] == 1).collect(),
    };
    if axes.iter().any(|&axis| input.dims[axis] != 1) {
        return Err("removes a side that is not 1".into());
    }
    let sides = input.dims.iter().enumerate();
    let sides = sides.filter(|(index, _)| !axes.contains(index));
    regroup(input, sides.map(|(_, &side)| side).collect())
}

pub(in crate::model::check) fn unsqueeze(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let list = call.list("axes", 1)?.ok_or("has no axes")?;
    let rank = input.rank() + list.len();
    if rank > MOST_DIMENSIONS {
        return Err(format!("makes more than {MOST_DIMENSIONS} dimensions"));
    }
    let axes = axes(&list, rank)?;
    let mut sides = input.dims.iter();
    let dims = (0..rank).map(|index| match axes.contains(&index) {
        true => 1,
        false => *sides.next().unwrap_or(&1),
    });
    regroup(input, dims.collect())
}

pub(in crate::model::check) fn transpose(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let order = match call.ints("perm")? {
        Some(list) => axes(&list, input.rank())?,
        None => (0..input.rank()).rev().collect(),
    };
    if order.len() != input.rank() {
        return Err("does not order every axis".into());
    }
    one(
        input.kind,
        order.iter().map(|&axis| input.dims[axis]).collect(),
    )
}

pub(in crate::model::check) fn concat(call: &Call<'_>) -> Outcome {
    let first = call.input(0)?;
    let at = call.axis(0, first.rank())?;
    let mut output = Fact::new(first.kind, first.dims.clone());
    let mut known = first.known.clone().filter(|_| first.rank() == 1);
    for input in call.inputs.iter().skip(1) {
        let input = input.ok_or("has an empty input")?;
        agree(first, input)?;
        let fits = |index: usize| index == at || input.dims[index] == first.dims[index];
        if input.rank() != first.rank() || !(0..first.rank()).all(fits) {
            return Err(format!("joins {:?} to {:?}", input.dims, first.dims));
        }
        output.dims[at] = output.dims[at].saturating_add(input.dims[at]);
        known = known.zip(input.known.clone()).map(|(mut all, more)| {
            all.extend(more);
            all
        });
    }
    output.known = known.filter(|known| known.len() <= KNOWN);
    Ok(vec![output])
}

pub(in crate::model::check) fn split(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let at = call.axis(0, input.rank())?;
    let count = call.node.outputs.len() as u64;
    let sides: Vec<u64> = match call.list("split", 1)? {
        Some(list) => list.into_iter().map(side).collect::<Result<_, _>>()?,
        None if count == 0 => return Err("has no outputs".into()),
        // The last part is smaller if the side cannot be divided.
        None => {
            let part = input.dims[at].div_ceil(count);
            let left = |index| input.dims[at].saturating_sub(part * index);
            (0..count).map(|index| left(index).min(part)).collect()
        }
    };
    let all = sides
        .iter()
        .fold(0u64, |all, &side| all.saturating_add(side));
    if all != input.dims[at] || sides.len() as u64 != count {
        return Err(format!("splits {} into {sides:?}", input.dims[at]));
    }
    let mut first = 0;
    let parts = sides.iter().map(|&side| {
        let mut part = Fact::new(input.kind, input.dims.clone());
        part.dims[at] = side;
        let (start, end) = (first as usize, (first + side) as usize);
        first += side;
        if input.rank() == 1 {
            part.known = input.known.as_ref().map(|known| known[start..end].to_vec());
        }
        part
    });
    Ok(parts.collect())
}

pub(in crate::model::check) fn slice(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let starts = call.list("starts", 1)?.ok_or("has no start")?;
    let ends = call.list("ends", 2)?.ok_or("has no end")?;
    let all = || (0..starts.len() as i64).collect();
    let list = call.list("axes", 3)?.unwrap_or_else(all);
    let steps = call.numbers(4)?.map(integers);
    let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), list.len(), steps.len()] != [starts.len(); 3] {
        return Err("has lists of different lengths".into());
    }
    let mut output = Fact::new(input.kind, input.dims.clone());
    let mut known = input.known.clone().filter(|_| input.rank() == 1);
    for (index, &at) in axes(&list, input.rank())?.iter().enumerate() {
        let side = i64::try_from(input.dims[at]).map_err(|_| "is too large")?;
        let from_end = |value: i64| {
            if value < 0 {
                value.saturating_add(side)
            } else {
                value
            }
        };
        let (start, end, step) = (from_end(starts[index]), from_end(ends[index]), steps[index]);
        let (start, length) = match step {
            0 => return Err("has a step of 0".into()),
            1.. => {
                let (start, end) = (start.clamp(0, side), end.clamp(0, side));
                (start, (end - start).max(0))
            }
            _ => {
                let (start, end) = (start.clamp(-1, side - 1), end.clamp(-1, side - 1));
                (start, (start - end).max(0))
            }
        };
        let count = length.unsigned_abs().div_ceil(step.unsigned_abs());
        output.dims[at] = count;
        known = known.map(|known| {
            let place = |n: u64| start + (n as i64).saturating_mul(step);
            let number = |n| usize::try_from(place(n)).ok().and_then(|at| known.get(at));
            (0..count).filter_map(number).copied().collect()
        });
    }
    output.known = known;
    Ok(vec![output])
}

pub(in crate::model::check) fn gather(call: &Call<'_>) -> Outcome {
    let (data, indices) = (call.input(0)?, call.input(1)?);
    let at = call.axis(0, data.rank())?;
    let mut dims = data.dims[..at].to_vec();
    dims.extend(&indices.dims);
    dims.extend(&data.dims[at + 1..]);
    let mut output = Fact::new(data.kind, dims);
    if let (Some(known), Some(places), 1) = (&data.known, &indices.known, data.rank()) {
        let length = known.len() as f64;
        let number = |&place: &f64| {
            let place = if place < 0.0 { place + length } else { place };
            (0.0..length)
                .contains(&place)
                .then(|| known[place as usize])
        };
        output.known = places.iter().map(number).collect();
    }
    Ok(vec![output])
}

/// One number for each index.
pub(in crate::model::check) fn gather_elements(call: &Call<'_>) -> Outcome {
    let (data, indices) = (call.input(0)?, call.input(1)?);
    if data.rank() != indices.rank() {
        return Err("has indices of another rank".into());
    }
    one(data.kind, indices.dims.clone())
}

pub(in crate::model::check) fn gather_nd(call: &Call<'_>) -> Outcome {
    let (data, indices) = (call.input(0)?, call.input(1)?);
    let batch = usize::try_from(call.int("batch_dims", 0)?).map_err(|_| "has negative axes")?;
    let (depth, rest) = indices.dims.split_last().ok_or("has no indices")?;
    let taken = usize::try_from(*depth).unwrap_or(usize::MAX);
    let inner = data.dims.get(batch.saturating_add(taken)..);
    let mut dims = rest.to_vec();
    dims.extend(inner.ok_or("has indices for more axes than there are")?);
    one(data.kind, dims)
}

pub(in crate::model::check) fn shape(call: &Call<'_>) -> Outcome {
    let dims = &call.input(0)?.dims;
    let rank = dims.len() as i64;
    let place = |at: i64| (if at < 0 { at.saturating_add(rank) } else { at }).clamp(0, rank);
    let (start, end) = (place(call.int("start", 0)?), place(call.int("end", rank)?));
    let part = &dims[start as usize..end.max(start) as usize];
    let mut output = Fact::new(Kind::Int64, vec![part.len() as u64]);
    output.known = Some(part.iter().map(|&side| side as f64).collect());
    Ok(vec![output])
}

pub(in crate::model::check) fn size(call: &Call<'_>) -> Outcome {
    let mut output = Fact::new(Kind::Int64, Vec::new());
    output.known = Some(vec![call.input(0)?.count() as f64]);
    Ok(vec![output])
}

/// The sides that an input gives.
fn sides(call: &Call<'_>, index: usize) -> Result<Vec<u64>, String> {
    let numbers = call.numbers(index)?.ok_or("has no shape")?;
    if numbers.len() > MOST_DIMENSIONS {
        return Err(format!("makes more than {MOST_DIMENSIONS} dimensions"));
    }
    integers(numbers).into_iter().map(side).collect()
}

pub(in crate::model::check) fn filled(call: &Call<'_>) -> Outcome {
    use crate::model::check::graph::Attribute;
    let (kind, value) = match call.node.attribute("value") {
        Some(Attribute::Tensor(fact)) => (fact.kind, fact.known.as_ref().and_then(|v| v.first())),
        Some(_) => return Err("has a wrong value".into()),
        None => (Kind::Float, Some(&0.0)),
    };
    let mut output = Fact::new(kind, sides(call, 0)?);
    let count = usize::try_from(output.count()).ok().filter(|&c| c <= KNOWN);
    output.known = count.zip(value).map(|(count, &value)| vec![value; count]);
    Ok(vec![output])
}

pub(in crate::model::check) fn range(call: &Call<'_>) -> Outcome {
    let number = |index| match call.numbers(index)? {
        Some(&[number]) => Ok(number),
        _ => Err(format!("has no single number as input {index}")),
    };
    let (start, limit, step) = (number(0)?, number(1)?, number(2)?);
    let count = ((limit - start) / step).ceil().max(0.0);
    if !count.is_finite() {
        return Err("has no end".into());
    }
    let mut output = Fact::new(call.input(0)?.kind, vec![count as u64]);
    if count as usize <= KNOWN {
        output.known = Some((0..count as u64).map(|n| start + n as f64 * step).collect());
    }
    Ok(vec![output])
}

pub(in crate::model::check) fn expand(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let sides = sides(call, 1)?;
    let mut output = Fact::new(input.kind, broadcast([&input.dims[..], &sides[..]])?);
    if let (Some([value]), Ok(count @ ..=KNOWN)) =
        (input.known.as_deref(), usize::try_from(output.count()))
    {
        output.known = Some(vec![*value; count]);
    }
    Ok(vec![output])
}

pub(in crate::model::check) fn tile(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let repeats = sides(call, 1)?;
    if repeats.len() != input.rank() {
        return Err("does not repeat every axis".into());
    }
    let dims = input.dims.iter().zip(repeats);
    one(
        input.kind,
        dims.map(|(side, n)| side.saturating_mul(n)).collect(),
    )
}

/// Moves blocks of pixels to channels or back.
pub(in crate::model::check) fn blocks(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let block = side(call.int("blocksize", 0)?)?;
    let [n, c, h, w] = input.dims[..] else {
        return Err("needs four dimensions".into());
    };
    let square = block.saturating_mul(block);
    if block == 0 {
        return Err("has blocks of 0".into());
    }
    let dims = match call.node.operator.name {
        "DepthToSpace" if c.is_multiple_of(square) => {
            vec![
                n,
                c / square,
                h.saturating_mul(block),
                w.saturating_mul(block),
            ]
        }
        "SpaceToDepth" if h.is_multiple_of(block) && w.is_multiple_of(block) => {
            vec![n, c.saturating_mul(square), h / block, w / block]
        }
        _ => {
            return Err(format!(
                "cannot divide {:?} into blocks of {block}",
                input.dims
            ));
        }
    };
    one(input.kind, dims)
}
