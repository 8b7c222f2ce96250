//! Shapes of operators that reduce axes, or look at one axis.

use super::call::{Call, Outcome, axes, one, side};
use crate::model::check::{
    fact::{Fact, Kind},
    graph::Attribute,
};

pub(in crate::model::check) fn reduce(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let list = call.list("axes", 1)?.unwrap_or_default();
    let axes = match list.is_empty() {
        true if call.int("noop_with_empty_axes", 0)? != 0 => return call.like(0, None),
        true => (0..input.rank()).collect(),
        false => axes(&list, input.rank())?,
    };
    let keep = call.int("keepdims", 1)? != 0;
    let mut output = Fact::new(input.kind, without(&input.dims, &axes, keep));
    if let (Some(known), "ReduceProd", 1) = (&input.known, call.node.operator.name, output.count())
    {
        output.known = Some(vec![known.iter().product()]);
    }
    Ok(vec![output])
}

pub(in crate::model::check) fn position(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let axis = call.axis(0, input.rank())?;
    let keep = call.int("keepdims", 1)? != 0;
    one(Kind::Int64, without(&input.dims, &[axis], keep))
}

fn without(dims: &[u64], axes: &[usize], keep: bool) -> Vec<u64> {
    let sides = dims.iter().enumerate();
    let sides = sides.filter_map(|(index, &side)| match axes.contains(&index) {
        true => keep.then_some(1),
        false => Some(side),
    });
    sides.collect()
}

/// An operator along an axis that keeps the shape.
pub(in crate::model::check) fn along(call: &Call<'_>) -> Outcome {
    call.like(0, None)
}

pub(in crate::model::check) fn largest(call: &Call<'_>) -> Outcome {
    let input = call.input(0)?;
    let axis = call.axis(-1, input.rank())?;
    let count = match call.numbers(1)? {
        Some(&[count]) => side(count as i64)?,
        _ => return Err("has no number of values".into()),
    };
    let mut dims = input.dims.clone();
    if count > dims[axis] {
        return Err(format!("takes {count} of {} values", dims[axis]));
    }
    dims[axis] = count;
    Ok(vec![
        Fact::new(input.kind, dims.clone()),
        Fact::new(Kind::Int64, dims),
    ])
}

pub(in crate::model::check) fn one_hot(call: &Call<'_>) -> Outcome {
    let (indices, values) = (call.input(0)?, call.input(2)?);
    let depth = match call.numbers(1)? {
        Some(&[depth]) => side(depth as i64)?,
        _ => return Err("has no depth".into()),
    };
    let axis = call.axis(-1, indices.rank() + 1)?;
    let mut dims = indices.dims.clone();
    dims.insert(axis, depth);
    one(values.kind, dims)
}

/// Sums of products of one or two inputs, by a formula such as `bhid,bhjd->bhij`.
pub(in crate::model::check) fn einsum(call: &Call<'_>) -> Outcome {
    let Some(Attribute::Text(formula)) = call.node.attribute("equation") else {
        return Err("has no equation".into());
    };
    let formula: String = formula.split_whitespace().collect();
    let (from, to) = formula
        .split_once("->")
        .ok_or("has an equation without a result")?;
    let terms: Vec<&str> = from.split(',').collect();
    if terms.len() != call.inputs.len() || formula.contains('.') {
        return Err(format!(
            "has the equation `{formula}`, which is not supported"
        ));
    }
    let mut sides: Vec<(char, u64)> = Vec::new();
    for (index, term) in terms.iter().enumerate() {
        let input = call.input(index)?;
        if term.chars().count() != input.rank() {
            return Err(format!("has the equation `{formula}` for other inputs"));
        }
        for (letter, &side) in term.chars().zip(&input.dims) {
            match sides.iter().find(|(known, _)| *known == letter) {
                Some((_, known)) if *known != side => {
                    return Err(format!("cannot combine sides of {known} and {side}"));
                }
                Some(_) => {}
                None => sides.push((letter, side)),
            }
        }
    }
    let side = |letter| {
        let found = sides.iter().find(|(known, _)| *known == letter);
        found.map(|(_, side)| *side)
    };
    let dims: Option<Vec<u64>> = to.chars().map(side).collect();
    one(
        call.input(0)?.kind,
        dims.ok_or("has an equation with an unknown letter")?,
    )
}
