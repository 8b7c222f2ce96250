//! Reads the tensors of a PyTorch file, which must be exactly the expected ones.

use std::{collections::BTreeMap, fs, io::Read, path::Path};

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::{Device, Tensor, TensorData};
use pytorch_reader::{DType, PytorchReader};

/// Maximum number of names that an error lists.
const LISTED: usize = 12;
/// Position of the magic number in a tar archive.
const TAR: std::ops::Range<usize> = 257..262;

/// Shapes by the keys of tensors.
pub(super) type Shapes = BTreeMap<String, Vec<usize>>;

/// A file's tensors by their keys.
pub(super) struct File {
    tensors: BTreeMap<String, pytorch_reader::Tensor>,
    /// Size of the file in bytes.
    length: u64,
}

impl File {
    /// Opens a `.pth` file. Tensors are read on demand.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let length = fs::metadata(path)?.len();
        refuse_tar(path)?;
        let reader = PytorchReader::new(path).context("not a PyTorch file of tensors")?;
        Ok(Self {
            tensors: reader.into_tensors().into_iter().collect(),
            length,
        })
    }

    /// All shapes.
    pub(super) fn shapes(&self) -> Shapes {
        let shape = |(key, tensor): (&String, &pytorch_reader::Tensor)| {
            (key.clone(), tensor.shape().to_vec())
        };
        self.tensors.iter().map(shape).collect()
    }

    /// Checks that the file has these tensors and no others.
    ///
    /// # Errors
    /// Lists missing tensors, extra tensors, and tensors with another shape or type.
    pub(super) fn expect(&self, expected: &Shapes) -> Result<()> {
        let missing = expected
            .iter()
            .filter(|(key, _)| !self.tensors.contains_key(*key))
            .map(|(key, shape)| format!("{key} {shape:?}"));
        let extra = self
            .tensors
            .iter()
            .filter(|(key, _)| !expected.contains_key(*key))
            .map(|(key, tensor)| format!("{key} {:?}", tensor.shape()));
        let other = expected.iter().filter_map(|(key, shape)| {
            let tensor = self.tensors.get(key)?;
            differs(tensor, shape).map(|differs| format!("{key} {differs}"))
        });
        let lists = [
            ("missing", missing.collect::<Vec<_>>()),
            ("extra", extra.collect()),
            ("other", other.collect()),
        ];
        let said: String = lists
            .iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(what, list)| format!("\n  {what} ({}): {}", list.len(), some(list)))
            .collect();
        ensure!(
            said.is_empty(),
            "not the tensors of such a generator:{said}"
        );
        self.bound()
    }

    /// Limits the total size of tensors to that of the file. Strides of 0 would let a small file claim any amount of
    /// memory; weights are never stored so.
    fn bound(&self) -> Result<()> {
        let claimed = self.tensors.values().fold(0_u64, |sum, tensor| {
            sum.saturating_add(tensor.byte_len() as u64)
        });
        ensure!(
            claimed <= self.length,
            "its tensors would take {claimed} bytes, and the whole file has {}",
            self.length
        );
        Ok(())
    }

    /// The values of a tensor of the expected shape.
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
        if let Some(differs) = differs(tensor, &shape) {
            bail!("tensor `{key}` {differs}");
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

/// Rejects the tar format of before 2017, because the reader would load all of it into memory, including holes in
/// sparse archives. No relevant file is that old.
fn refuse_tar(path: &Path) -> Result<()> {
    let mut head = Vec::new();
    let file = fs::File::open(path)?;
    file.take(TAR.end as u64).read_to_end(&mut head)?;
    ensure!(
        head.starts_with(b"PK") || head.get(TAR) != Some(b"ustar"),
        "not a PyTorch file of tensors: a tar archive"
    );
    Ok(())
}

/// Describes how a tensor differs from f32 values of this shape, if it does.
fn differs(tensor: &pytorch_reader::Tensor, shape: &[usize]) -> Option<String> {
    let fits = tensor.shape() == shape && tensor.dtype() == DType::F32;
    (!fits).then(|| {
        format!(
            "is {:?} {:?}, expected F32 {shape:?}",
            tensor.dtype(),
            tensor.shape()
        )
    })
}

fn some(list: &[String]) -> String {
    let text = list[..list.len().min(LISTED)].join(", ");
    match list.len().saturating_sub(LISTED) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}
