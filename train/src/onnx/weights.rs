//! Reads the weights of `burn` modules and checks their shapes.

use anyhow::{Context, Result, anyhow, bail};
use burn::{
    module::Param,
    nn::{LayerNorm, Linear},
    tensor::Tensor,
};

/// The values of a parameter, in row-major order.
pub(crate) fn read<const D: usize>(
    name: &str,
    parameter: &Param<Tensor<D>>,
    expected: [usize; D],
) -> Result<Vec<f32>> {
    let tensor = parameter.val();
    let dims = tensor.dims();
    if dims != expected {
        bail!("tensor `{name}` has shape {dims:?}, expected {expected:?}");
    }
    let values: Vec<f32> = tensor
        .into_data()
        .convert::<f32>()
        .try_into_vec::<f32>()
        .map_err(|error| anyhow!("tensor `{name}` cannot be read: {error:?}"))?;
    if let Some(index) = values.iter().position(|value| !value.is_finite()) {
        bail!(
            "tensor `{name}`: number {index} of {} is {}",
            values.len(),
            values[index]
        );
    }
    Ok(values)
}

/// Weight `[input, output]` and bias `[output]` of a dense layer.
pub(crate) struct Dense {
    pub(crate) name: String,
    pub(crate) input: usize,
    pub(crate) output: usize,
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl Dense {
    pub(crate) fn read(name: &str, layer: &Linear, [input, output]: [usize; 2]) -> Result<Self> {
        let bias = layer
            .bias
            .as_ref()
            .with_context(|| format!("tensor `{name}.bias` is missing"))?;
        Ok(Self {
            name: name.into(),
            input,
            output,
            weight: read(&format!("{name}.weight"), &layer.weight, [input, output])?,
            bias: read(&format!("{name}.bias"), bias, [output])?,
        })
    }

    /// Scales the first `count` outputs of the layer.
    pub(crate) fn scale_outputs(&mut self, count: usize, factor: f32) {
        for row in self.weight.chunks_exact_mut(self.output) {
            row[..count].iter_mut().for_each(|weight| *weight *= factor);
        }
        self.bias[..count]
            .iter_mut()
            .for_each(|bias| *bias *= factor);
    }
}

/// Scale and shift of a layer norm, `[size]` each.
pub(crate) fn norm(name: &str, layer: &LayerNorm, size: usize) -> Result<[Vec<f32>; 2]> {
    let beta = layer
        .beta
        .as_ref()
        .with_context(|| format!("tensor `{name}.beta` is missing"))?;
    Ok([
        read(&format!("{name}.gamma"), &layer.gamma, [size])?,
        read(&format!("{name}.beta"), beta, [size])?,
    ])
}
