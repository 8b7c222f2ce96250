//! The tensors of a PyTorch file, every one of which must be asked for.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::{Device, Tensor, TensorData};
use pytorch_reader::{DType, PytorchReader};

/// Names that an error lists one by one.
const LISTED: usize = 12;

/// A file's tensors by their keys.
pub(super) struct File {
    tensors: BTreeMap<String, pytorch_reader::Tensor>,
}

impl File {
    /// Opens a `.pth` file. Numbers are read when they are asked for.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let reader = PytorchReader::new(path).context("no PyTorch file of tensors")?;
        Ok(Self {
            tensors: reader.into_tensors().into_iter().collect(),
        })
    }

    /// All keys, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The shape of a tensor, where it is there.
    pub(super) fn shape(&self, key: &str) -> Option<&[usize]> {
        self.tensors.get(key).map(pytorch_reader::Tensor::shape)
    }

    /// Checks that the file has these tensors and no others.
    ///
    /// # Errors
    /// One that lists what is missing, what is too much, and what has another shape or type.
    pub(super) fn expect(&self, expected: &BTreeMap<String, Vec<usize>>) -> Result<()> {
        let missing = expected
            .iter()
            .filter(|(key, _)| !self.tensors.contains_key(*key));
        let missing: Vec<String> = missing
            .map(|(key, shape)| format!("{key} {shape:?}"))
            .collect();
        let extra = self
            .tensors
            .iter()
            .filter(|(key, _)| !expected.contains_key(*key));
        let extra: Vec<String> = extra
            .map(|(key, tensor)| format!("{key} {:?}", tensor.shape()))
            .collect();
        let other = expected.iter().filter_map(|(key, shape)| {
            let tensor = self.tensors.get(key)?;
            let fits = tensor.shape() == shape && tensor.dtype() == DType::F32;
            (!fits).then(|| {
                format!(
                    "{key} is {:?} {:?}, expected F32 {shape:?}",
                    tensor.dtype(),
                    tensor.shape()
                )
            })
        });
        let other: Vec<String> = other.collect();
        let mut said = String::new();
        for (what, list) in [("missing", missing), ("extra", extra), ("other", other)] {
            if !list.is_empty() {
                said += &format!("\n  {what} ({}): {}", list.len(), some(&list));
            }
        }
        ensure!(
            said.is_empty(),
            "not the tensors of such a generator:{said}"
        );
        Ok(())
    }

    /// The numbers of a tensor of the expected shape.
    pub(super) fn tensor<const D: usize>(
        &self,
        key: &str,
        shape: [usize; D],
        device: &Device,
    ) -> Result<Tensor<D>> {
        let tensor = self
            .tensors
            .get(key)
            .with_context(|| format!("tensor `{key}` is missing"))?;
        if tensor.shape() != shape || tensor.dtype() != DType::F32 {
            bail!(
                "tensor `{key}` is {:?} {:?}, expected F32 {shape:?}",
                tensor.dtype(),
                tensor.shape()
            );
        }
        let bytes = tensor.read()?;
        let values: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|bytes| f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            bail!("tensor `{key}`: number {index} is {}", values[index]);
        }
        Ok(Tensor::from_data(TensorData::new(values, shape), device))
    }
}

fn some(list: &[String]) -> String {
    let text = list[..list.len().min(LISTED)].join(", ");
    match list.len().saturating_sub(LISTED) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}
