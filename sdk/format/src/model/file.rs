//! Opens a model file: reads its manifest and checks its graph.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use prost::{Message, bytes::Bytes};

use super::{
    ENCODED_FORMAT, FORMAT, FORMAT_KEY, Footprint, MANIFEST_KEY, Manifest,
    check::{self, Checked, Fault, Graph},
    fixed, outline,
};
use crate::{
    error::{Error, Result},
    limits::MAX_MODEL_BYTES,
    storage::read_file,
};

/// An opened model file: its manifest, and its whole content in memory. Clones share the memory.
#[derive(Clone, Debug)]
pub struct ModelFile {
    path: PathBuf,
    bytes: Bytes,
    manifest: Manifest,
    model: outline::Model,
    checked: Arc<Checked>,
}

impl ModelFile {
    /// Reads and checks a model file.
    ///
    /// # Errors
    /// When the file cannot be read, is larger than [`MAX_MODEL_BYTES`], is damaged, is not a multicond model, or has a
    /// newer format, when its graph does not have the inputs and outputs that its manifest declares, or when it could
    /// do anything but compute a picture (see `docs/model-file.md`).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = read_file(path, MAX_MODEL_BYTES)?;
        Self::parse(path, bytes.into()).map_err(|reason| Error::model(path, reason))
    }

    /// Parses and checks a model in memory. `name` is used in place of its path, for example in error messages.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_bytes(name: impl AsRef<Path>, bytes: Vec<u8>) -> Result<Self> {
        let name = name.as_ref();
        if bytes.len() > MAX_MODEL_BYTES {
            return Err(Error::model(
                name,
                "larger than 2 GiB, which ONNX does not allow",
            ));
        }
        Self::parse(name, bytes.into()).map_err(|reason| Error::model(name, reason))
    }

    /// The path of the file, or the name given to [`from_bytes`](Self::from_bytes).
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Size of the file in bytes.
    pub fn file_size(&self) -> usize {
        self.bytes.len()
    }

    /// The content of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What running the model takes. It keeps neither the file nor the weights in memory.
    pub fn footprint(&self) -> Footprint {
        Footprint::new(self.checked.clone())
    }

    pub(super) fn graph(&self) -> &outline::Model {
        &self.model
    }

    pub(super) fn checked(&self) -> &Checked {
        &self.checked
    }

    fn parse(path: &Path, bytes: Bytes) -> Result<Self, String> {
        check::check_fields(&bytes).map_err(|fault| match fault {
            Fault::Damaged(reason) => format!("not an ONNX file, or a damaged one: {reason}"),
            Fault::Refused(reason) => reason,
        })?;
        let mut model = outline::Model::decode(bytes.clone())
            .map_err(|error| format!("not an ONNX file, or a damaged one: {error}"))?;
        if model.graph.is_none() {
            return Err("not an ONNX file, or a truncated one: it has no graph".into());
        }
        let properties = std::mem::take(&mut model.metadata_props);
        let property = |key: &str| {
            let found = properties.iter().find(|property| property.key == key);
            found.map(|property| property.value.as_str())
        };
        match property(FORMAT_KEY) {
            Some(FORMAT) => {}
            Some(ENCODED_FORMAT) => {
                return Err(
                    "exported with `--inputs encoded`: its inputs are no labels but network input, for programs that \
                     encode labels themselves; multicond needs an export without this option"
                        .into(),
                );
            }
            Some(format) if format.parse::<u32>().is_ok() => {
                return Err(format!(
                    "written by a newer multicond: its format is {format}, this version reads {FORMAT}"
                ));
            }
            Some(format) => {
                return Err(format!("`{FORMAT_KEY}` is `{format}`, expected `{FORMAT}`"));
            }
            None => {
                return Err(format!(
                    "an ONNX file, but not one of multicond's: no `{FORMAT_KEY}` metadata"
                ));
            }
        }
        let json = property(MANIFEST_KEY).ok_or_else(|| format!("no `{MANIFEST_KEY}` metadata"))?;
        let mut manifest: Manifest = serde_json::from_str(json)
            .map_err(|error| format!("its `{MANIFEST_KEY}` metadata: {error}"))?;
        manifest
            .validate()
            .map_err(|error| format!("its manifest: {error}"))?;
        check::check_contract(&model, &manifest)?;
        let graph = model.graph.as_ref().ok_or("no graph")?;
        manifest.fixed = fixed::shape(graph, &manifest)?;
        let checked = check::check_parts(Graph::read(&bytes)?, &manifest)?;
        Ok(Self {
            path: path.into(),
            bytes,
            manifest,
            model,
            checked: Arc::new(checked),
        })
    }
}
