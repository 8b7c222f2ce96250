//! Reads the tensors of external networks from safetensors files and checks their shapes.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use multicond_format::storage::read_file;
use safetensors::{Dtype, SafeTensors};

/// Far above the largest of them, VGG16's.
const MOST_BYTES: usize = 2 << 30;

/// Reads a file that `cargo xtask assets` installs and builds a network from it. Errors name the file and, if it is
/// missing, the command that installs it.
pub(crate) fn load<T>(
    path: &Path,
    asset: &str,
    parse: impl FnOnce(&SafeTensors<'_>) -> Result<T>,
) -> Result<T> {
    let bytes = read_file(path, MOST_BYTES).with_context(|| {
        format!(
            "{}: cannot be read; `cargo xtask assets {asset}` installs the default weights",
            path.display()
        )
    })?;
    SafeTensors::deserialize(&bytes)
        .context("not a safetensors file")
        .and_then(|file| parse(&file))
        .with_context(|| path.display().to_string())
}

/// A float32 tensor of the expected shape.
pub(crate) fn tensor<const D: usize>(
    file: &SafeTensors<'_>,
    name: &str,
    shape: [usize; D],
    device: &Device,
) -> Result<Tensor<D>> {
    let values = numbers(file, name, &shape)?;
    Ok(Tensor::from_data(TensorData::new(values, shape), device))
}

/// The values of a float32 tensor of the expected shape.
pub(crate) fn numbers(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
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
    let bytes = view.data().chunks_exact(4);
    Ok(bytes
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect())
}
