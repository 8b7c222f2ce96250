//! One node with what is known about its inputs, as the rules for shapes see it.

use crate::model::check::{
    fact::{Fact, Kind},
    graph::{Attribute, Node},
};

pub(crate) struct Call<'a> {
    pub(super) node: &'a Node,
    pub(super) inputs: Vec<Option<&'a Fact>>,
}

/// What is known about a node's outputs, or why it is refused.
pub(crate) type Outcome = Result<Vec<Fact>, String>;

impl<'a> Call<'a> {
    pub(crate) fn new(node: &'a Node, inputs: Vec<Option<&'a Fact>>) -> Self {
        Self { node, inputs }
    }

    /// The inputs that are not left out.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &'a Fact> {
        self.inputs.iter().copied().flatten()
    }

    pub(super) fn optional(&self, index: usize) -> Option<&'a Fact> {
        self.inputs.get(index).copied().flatten()
    }

    pub(super) fn input(&self, index: usize) -> Result<&'a Fact, String> {
        let input = self.optional(index);
        input.ok_or_else(|| format!("has no input {index}"))
    }

    pub(super) fn int(&self, name: &str, default: i64) -> Result<i64, String> {
        match self.node.attribute(name) {
            None => Ok(default),
            Some(Attribute::Int(value)) => Ok(*value),
            Some(_) => Err(format!("has a wrong attribute `{name}`")),
        }
    }

    pub(super) fn text(&self, name: &str, default: &'a str) -> Result<&'a str, String> {
        match self.node.attribute(name) {
            None => Ok(default),
            Some(Attribute::Text(value)) => Ok(value),
            Some(_) => Err(format!("has a wrong attribute `{name}`")),
        }
    }

    pub(super) fn ints(&self, name: &str) -> Result<Option<Vec<i64>>, String> {
        match self.node.attribute(name) {
            None => Ok(None),
            Some(Attribute::Ints(values)) => Ok(Some(values.clone())),
            Some(_) => Err(format!("has a wrong attribute `{name}`")),
        }
    }

    /// The numbers of an input that decides about a shape. It may be a constant, or computed from shapes.
    pub(super) fn numbers(&self, index: usize) -> Result<Option<&'a [f64]>, String> {
        let Some(fact) = self.optional(index) else {
            return Ok(None);
        };
        let known = fact.known.as_deref().ok_or_else(|| {
            format!("makes a tensor whose size depends on its input {index}, expected a constant or the shape of a value")
        })?;
        Ok(Some(known))
    }

    /// A list that older operator sets have as an attribute and newer ones as an input.
    pub(super) fn list(&self, name: &str, index: usize) -> Result<Option<Vec<i64>>, String> {
        match self.ints(name)? {
            Some(values) => Ok(Some(values)),
            None => Ok(self.numbers(index)?.map(integers)),
        }
    }

    /// An axis of a value.
    pub(super) fn axis(&self, default: i64, rank: usize) -> Result<usize, String> {
        axis(self.int("axis", default)?, rank)
    }

    /// One output like an input, of another type if given.
    pub(super) fn like(&self, index: usize, kind: Option<Kind>) -> Outcome {
        let input = self.input(index)?;
        one(kind.unwrap_or(input.kind), input.dims.clone())
    }
}

pub(super) fn one(kind: Kind, dims: Vec<u64>) -> Outcome {
    Ok(vec![Fact::new(kind, dims)])
}

/// Saturates, which is right for ends of slices.
pub(super) fn integers(numbers: &[f64]) -> Vec<i64> {
    numbers.iter().map(|&number| number as i64).collect()
}

/// The index of an axis that may count from the end.
pub(super) fn axis(axis: i64, rank: usize) -> Result<usize, String> {
    let from_end = if axis < 0 { rank as i64 } else { 0 };
    let found = axis
        .checked_add(from_end)
        .and_then(|a| usize::try_from(a).ok());
    found
        .filter(|&found| found < rank)
        .ok_or_else(|| format!("has the axis {axis} of {rank}"))
}

/// The indices of different axes.
pub(super) fn axes(list: &[i64], rank: usize) -> Result<Vec<usize>, String> {
    let mut found = Vec::with_capacity(list.len().min(rank));
    for &each in list {
        let index = axis(each, rank)?;
        if found.contains(&index) {
            return Err(format!("has the axis {each} twice"));
        }
        found.push(index);
    }
    Ok(found)
}

pub(super) fn side(value: i64) -> Result<u64, String> {
    u64::try_from(value).map_err(|_| format!("has a side of {value}"))
}

/// The shape that several shapes are broadcast to.
pub(super) fn broadcast<'d>(
    shapes: impl IntoIterator<Item = &'d [u64]>,
) -> Result<Vec<u64>, String> {
    let mut all: Vec<u64> = Vec::new();
    for shape in shapes {
        while all.len() < shape.len() {
            all.insert(0, 1);
        }
        let offset = all.len() - shape.len();
        for (to, &from) in all[offset..].iter_mut().zip(shape) {
            match (*to, from) {
                (a, b) if a == b => {}
                (1, b) => *to = b,
                (_, 1) => {}
                (a, b) => return Err(format!("cannot combine sides of {a} and {b}")),
            }
        }
    }
    Ok(all)
}
