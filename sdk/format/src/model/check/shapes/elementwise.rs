//! Shapes of operators that work on each number by itself, and of those that leave the shape as it is.

use super::call::{Call, Outcome, broadcast, one};
use crate::model::check::{
    fact::{Fact, KNOWN, Kind},
    graph::Attribute,
};

/// One input, one output like it. Further inputs are parameters.
pub(in crate::model::check) fn same(call: &Call<'_>) -> Outcome {
    let mut outputs = call.like(0, None)?;
    let input = call.input(0)?;
    outputs[0].known = input.known.as_ref().and_then(|known| {
        let apply: fn(f64) -> f64 = match call.node.operator.name {
            "Identity" => |v| v,
            "Neg" => |v| -v,
            "Abs" => f64::abs,
            "Floor" => f64::floor,
            "Ceil" => f64::ceil,
            "Round" => f64::round_ties_even,
            "Sqrt" => f64::sqrt,
            "Relu" => |v| v.max(0.0),
            _ => return None,
        };
        Some(known.iter().copied().map(apply).collect())
    });
    Ok(outputs)
}

/// Like [`same`], for operators that must have parameters of the input's type.
pub(in crate::model::check) fn with_parameters(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    for parameter in call.inputs.iter().skip(1).flatten() {
        agree(input, parameter)?;
    }
    call.like(0, None)
}

/// Normalisations in inference may have more outputs for training, which models must not use.
pub(in crate::model::check) fn norm(call: &Call<'_>) -> Outcome {
    if call.int("training_mode", 0)? != 0 {
        return Err("is for training".into());
    }
    // Scales may be of another type than the input.
    call.like(0, None)
}

/// Dropout does nothing in inference.
pub(in crate::model::check) fn dropout(call: &Call<'_>) -> Outcome {
    if call
        .optional(2)
        .is_some_and(|training| training.known.as_deref() != Some(&[0.0]))
    {
        return Err("is for training".into());
    }
    let mut outputs = call.like(0, None)?;
    outputs.extend(call.like(0, Some(Kind::Bool))?);
    Ok(outputs)
}

pub(in crate::model::check) fn cast(call: &Call<'_>) -> Outcome {
    let to = u64::try_from(call.int("to", 0)?).ok().and_then(Kind::of);
    let to = to.ok_or("casts to a type that a model must not have")?;
    let mut outputs = call.like(0, Some(to))?;
    let input = call.input(0)?;
    outputs[0].known = input.known.as_ref().map(|known| {
        let whole = !to.is_float();
        let convert = |&v: &f64| match to {
            Kind::Bool => f64::from(v != 0.0),
            _ if whole => v.trunc(),
            _ => v,
        };
        known.iter().map(convert).collect()
    });
    Ok(outputs)
}

pub(in crate::model::check) fn cast_like(call: &Call<'_>) -> Outcome {
    call.like(0, Some(call.input(1)?.kind))
}

/// Any number of inputs of one type.
pub(in crate::model::check) fn arithmetic(call: &Call<'_>) -> Outcome {
    let first = call.input(0)?;
    let inputs: Vec<&Fact> = call.inputs.iter().flatten().copied().collect();
    for input in &inputs[1..] {
        // An exponent may have a type of its own.
        if call.node.operator.name != "Pow" {
            agree(first, input)?;
        }
    }
    let dims = broadcast(inputs.iter().map(|fact| fact.dims.as_slice()))?;
    let mut output = Fact::new(first.kind, dims);
    output.known = combine(call, &inputs, &output);
    Ok(vec![output])
}

/// The numbers of small results: models compute sizes from shapes.
fn combine(call: &Call<'_>, inputs: &[&Fact], output: &Fact) -> Option<Vec<f64>> {
    let [a, b] = inputs else { return None };
    let count = usize::try_from(output.count()).ok()?;
    if count > KNOWN {
        return None;
    }
    let is_whole = !output.kind.is_float();
    let apply = |a: f64, b: f64| {
        Some(match call.node.operator.name {
            "Add" => a + b,
            "Sub" => a - b,
            "Mul" => a * b,
            "Div" if is_whole && b == 0.0 => return None,
            "Div" if is_whole => (a / b).trunc(),
            "Div" => a / b,
            "Mod" if b != 0.0 => a - b * (a / b).floor(),
            "Max" => a.max(b),
            "Min" => a.min(b),
            _ => return None,
        })
    };
    let spread = |fact: &Fact| -> Option<Vec<f64>> {
        let known = fact.known.as_ref()?;
        match known.len() {
            1 => Some(vec![known[0]; count]),
            length if length == count => Some(known.clone()),
            _ => None,
        }
    };
    let pairs = spread(a)?.into_iter().zip(spread(b)?);
    pairs.map(|(a, b)| apply(a, b)).collect()
}

pub(in crate::model::check) fn compare(call: &Call<'_>) -> Outcome {
    let (a, b) = (call.input(0)?, call.input(1)?);
    agree(a, b)?;
    one(Kind::Bool, broadcast([&a.dims[..], &b.dims[..]])?)
}

/// A question about each number.
pub(in crate::model::check) fn test(call: &Call<'_>) -> Outcome {
    call.like(0, Some(Kind::Bool))
}

pub(in crate::model::check) fn choose(call: &Call<'_>) -> Outcome {
    let (which, a, b) = (call.input(0)?, call.input(1)?, call.input(2)?);
    agree(a, b)?;
    one(
        a.kind,
        broadcast([&which.dims[..], &a.dims[..], &b.dims[..]])?,
    )
}

/// Engines refuse operations on two types, or convert them silently.
pub(super) fn agree(a: &Fact, b: &Fact) -> Result<(), String> {
    match a.kind == b.kind {
        true => Ok(()),
        false => Err(format!("mixes {} and {}", a.kind.name(), b.kind.name())),
    }
}

pub(in crate::model::check) fn quantize(call: &Call<'_>) -> Outcome {
    let kind = call.optional(2).map_or(Kind::Uint8, |zero| zero.kind);
    call.like(0, Some(kind))
}

pub(in crate::model::check) fn dequantize(call: &Call<'_>) -> Outcome {
    call.like(0, Some(call.input(1)?.kind))
}

/// Quantised numbers, their scale and their zero.
pub(in crate::model::check) fn quantize_dynamically(call: &Call<'_>) -> Outcome {
    let mut outputs = call.like(0, Some(Kind::Uint8))?;
    outputs.push(Fact::new(Kind::Float, Vec::new()));
    outputs.push(Fact::new(Kind::Uint8, Vec::new()));
    Ok(outputs)
}

/// The value of a `Constant` node.
pub(in crate::model::check) fn constant(call: &Call<'_>) -> Outcome {
    let float = |values: Vec<f64>, dims| (Kind::Float, values, dims);
    let (kind, known, dims) = if let Some(Attribute::Tensor(fact)) = call.node.attribute("value") {
        return Ok(vec![fact.clone()]);
    } else if let Some(Attribute::Float(value)) = call.node.attribute("value_float") {
        float(vec![f64::from(*value)], Vec::new())
    } else if let Some(Attribute::Floats(values)) = call.node.attribute("value_floats") {
        float(
            values.iter().map(|&v| v.into()).collect(),
            vec![values.len() as u64],
        )
    } else if let Some(Attribute::Int(value)) = call.node.attribute("value_int") {
        (Kind::Int64, vec![*value as f64], Vec::new())
    } else if let Some(Attribute::Ints(values)) = call.node.attribute("value_ints") {
        let known = values.iter().map(|&v| v as f64).collect();
        (Kind::Int64, known, vec![values.len() as u64])
    } else {
        return Err("has no value".into());
    };
    let mut fact = Fact::new(kind, dims);
    fact.known = Some(known);
    Ok(vec![fact])
}
