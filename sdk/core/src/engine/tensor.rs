//! The tensors that graphs run on, reused from run to run.

use super::Shape;
use crate::{error::Result, memory::filled};

/// A named tensor in C order.
pub(crate) struct Tensor {
    name: String,
    shape: Shape,
    data: Data,
}

/// The numbers of a tensor, as many as its shape says.
pub(crate) enum Data {
    Float(Vec<f32>),
    Int(Vec<i32>),
}

/// Mutable [`Data`] of fixed length.
pub(crate) enum DataMut<'a> {
    Float(&'a mut [f32]),
    Int(&'a mut [i32]),
}

impl Tensor {
    /// Fails if there is not enough memory.
    pub(crate) fn floats(name: impl Into<String>, shape: Shape, value: f32) -> Result<Self> {
        Ok(Self {
            name: name.into(),
            shape,
            data: Data::Float(filled(count(shape), value)?),
        })
    }

    /// Fails if there is not enough memory.
    pub(crate) fn ints(name: impl Into<String>, shape: Shape, value: i32) -> Result<Self> {
        Ok(Self {
            name: name.into(),
            shape,
            data: Data::Int(filled(count(shape), value)?),
        })
    }

    #[cfg(any(feature = "ort", feature = "tract"))]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    pub(crate) fn data(&self) -> &Data {
        &self.data
    }

    /// The numbers of a float tensor.
    pub(crate) fn as_floats(&self) -> &[f32] {
        match &self.data {
            Data::Float(values) => values,
            Data::Int(_) => unreachable!("`{}` holds integers", self.name),
        }
    }

    /// The numbers of a float tensor, mutable.
    pub(crate) fn as_floats_mut(&mut self) -> &mut [f32] {
        match &mut self.data {
            Data::Float(values) => values,
            Data::Int(_) => unreachable!("`{}` holds integers", self.name),
        }
    }

    /// The numbers, mutable.
    pub(crate) fn data_mut(&mut self) -> DataMut<'_> {
        match &mut self.data {
            Data::Float(values) => DataMut::Float(values),
            Data::Int(values) => DataMut::Int(values),
        }
    }
}

/// The numbers of a shape. What does not fit is more than any memory.
fn count(shape: Shape) -> usize {
    shape
        .iter()
        .fold(1, |all: usize, &side| all.saturating_mul(side))
}
