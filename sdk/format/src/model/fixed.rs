//! Models for pictures of one size: the shapes of the graph's inputs say which.

use serde::Serialize;

use super::{
    Manifest,
    outline::Graph,
    proto::{Dimension, DimensionProto, ValueInfoProto},
};
use crate::{
    error::{Error, ErrorKind, Result},
    size::Size,
};

/// The only pictures that a model generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FixedShape {
    /// Pictures per run.
    pub batch: usize,
    /// Their size.
    pub size: Size,
}

impl FixedShape {
    /// Most pictures per run.
    pub const MAX_BATCH: usize = 1024;

    /// Checks that a model can have this shape.
    ///
    /// # Errors
    /// When the batch is not from 1 to [`MAX_BATCH`](Self::MAX_BATCH), or the size not one that the model allows.
    pub fn check(self, manifest: &Manifest) -> Result<()> {
        if !(1..=Self::MAX_BATCH).contains(&self.batch) {
            let (batch, most) = (self.batch, Self::MAX_BATCH);
            let reason = format_args!("{batch} pictures per run, expected 1 to {most}");
            return Err(Error::new(ErrorKind::Size, "the batch", reason));
        }
        manifest.check_size(self.size.width, self.size.height)
    }
}

/// The shape of a graph whose inputs are those of the manifest; `None` if it is free.
pub(super) fn shape(graph: &Graph, manifest: &Manifest) -> Result<Option<FixedShape>, String> {
    let mut shapes = graph.input.iter().map(|input| (&input.name, of(input)));
    let Some((first, shape)) = shapes.next() else {
        return Ok(None);
    };
    if let Some((other, _)) = shapes.find(|(_, other)| *other != shape) {
        return Err(format!(
            "inputs `{first}` and `{other}` differ in batch, height or width"
        ));
    }
    if let Some(shape) = shape {
        let checked = shape.check(manifest);
        checked.map_err(|error| format!("the shapes of its inputs: {error}"))?;
    }
    Ok(shape)
}

/// The shape of one input, if its height and width are fixed. A free batch may be 1.
fn of(input: &ValueInfoProto) -> Option<FixedShape> {
    let tensor = input.r#type.as_ref()?.tensor_type.as_ref()?;
    let [batch, _, height, width] = tensor.shape.as_ref()?.dim.as_slice() else {
        return None;
    };
    Some(FixedShape {
        batch: fixed(batch).unwrap_or(1),
        size: Size::new(fixed(width)?, fixed(height)?),
    })
}

/// The size of a dimension, if it is fixed; negative ones are not.
fn fixed(dimension: &DimensionProto) -> Option<usize> {
    match dimension.value {
        Some(Dimension::Fixed(size)) => size.try_into().ok(),
        _ => None,
    }
}
