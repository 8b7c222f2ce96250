//! Tensors of foreign networks from safetensors files, with their shapes checked.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};

/// Reads a file that `cargo xtask assets lpips` installs and makes a network of it. An error names the
/// file.
pub(crate) fn load<T>(path: &Path, parse: impl FnOnce(&SafeTensors<'_>) -> Result<T>) -> Result<T> {
    let bytes = std::fs::read(path).with_context(|| {
        format!(
            "{}: cannot be read; `cargo xtask assets lpips` installs the usual weights",
            path.display()
        )
    })?;
    SafeTensors::deserialize(&bytes)
        .context("no safetensors file")
        .and_then(|file| parse(&file))
        .with_context(|| path.display().to_string())
}

/// One float32 tensor of the expected shape.
pub(crate) fn tensor<const D: usize>(
    file: &SafeTensors<'_>,
    name: &str,
    shape: [usize; D],
    device: &Device,
) -> Result<Tensor<D>> {
    let view = file
        .tensor(name)
        .with_context(|| format!("tensor `{name}` is missing"))?;
    if view.dtype() != Dtype::F32 || view.shape() != shape {
        bail!(
            "tensor `{name}` is {:?} {:?}, expected f32 {shape:?}",
            view.dtype(),
            view.shape()
        );
    }
    let values: Vec<f32> = view
        .data()
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect();
    Ok(Tensor::from_data(TensorData::new(values, shape), device))
}
