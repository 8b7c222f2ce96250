//! A network with its description, loaded into the SDK's engine. Runs are serialised.

use std::{
    fmt,
    path::Path,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use multicond::{EngineOptions, Size, Threads, engine::ExternalNetwork};
use multicond_format::{
    limits::MAX_MODEL_BYTES,
    model::{Network as Graph, proto::ModelProto},
    storage::{read_file, read_text},
};
use ndarray::{Array2, ArrayD, ArrayView3, Axis};
use prost::Message;
use sha2::{Digest, Sha256};

use super::{
    Description, Input, ResultKind,
    description::VISION_KEY,
    output::{highest, plane, planes},
};
use crate::data::nearest;

/// A network and the description of its output.
#[derive(Debug)]
pub(crate) struct Network {
    /// Its file name and a hash of the model and the description.
    name: String,
    input: Input,
    result: ResultKind,
    graph: Mutex<ExternalNetwork>,
}

impl Network {
    /// Loads the network of a TOML description, or an ONNX file with an embedded description.
    ///
    /// # Errors
    /// When a file cannot be read, the description is invalid or absent, or the engine rejects the network.
    pub(crate) fn load(path: &Path, engine: &EngineOptions) -> Result<Self> {
        Self::load_or(None, path, engine)
    }

    /// Like [`load`](Self::load), with a default description for ONNX files without one.
    pub(crate) fn load_or(
        usual: Option<&str>,
        path: &Path,
        engine: &EngineOptions,
    ) -> Result<Self> {
        let place = || path.display().to_string();
        if path
            .extension()
            .is_some_and(|extension| extension == "onnx")
        {
            let model = read_file(path, MAX_MODEL_BYTES)?;
            let text = description_within(&model).with_context(place)?;
            let text = text.or(usual.map(str::to_owned)).with_context(|| {
                format!(
                    "{}: has no description of its input and output; give a TOML file with one (see docs/evaluation.md)",
                    path.display()
                )
            })?;
            return Self::new(path, &text, &model, engine);
        }
        let text = read_text(path)?;
        let description = Description::parse(&text).with_context(place)?;
        let model = description
            .model
            .as_ref()
            .with_context(|| format!("{}: names no `model`", path.display()))?;
        let model = path.with_file_name(model);
        let bytes = read_file(&model, MAX_MODEL_BYTES)?;
        Self::new(path, &text, &bytes, engine)
    }

    /// A network in memory; `path` is its name in messages.
    pub(crate) fn new(
        path: &Path,
        text: &str,
        model: &[u8],
        engine: &EngineOptions,
    ) -> Result<Self> {
        let place = || path.display().to_string();
        let Description {
            output,
            input,
            result,
            ..
        } = Description::parse(text).with_context(place)?;
        let digest = Sha256::new()
            .chain_update(text)
            .chain_update(model)
            .finalize();
        let hash: String = digest[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let graph = ExternalNetwork::from_bytes(model, output.as_deref(), engine, Threads::All)
            .with_context(place)?;
        Ok(Self {
            name: format!("{file_name} ({hash})"),
            input,
            result,
            graph: Mutex::new(graph),
        })
    }

    /// The description of its output.
    pub(crate) fn result(&self) -> &ResultKind {
        &self.result
    }

    /// Its output for a picture `[3, height, width]` in [0, 1].
    pub(crate) fn run(&self, picture: ArrayView3<'_, f32>) -> Result<ArrayD<f32>> {
        let input = self.input.of(picture);
        // A panic in another thread cannot leave the network in an invalid state.
        let mut graph = self.graph.lock().unwrap_or_else(PoisonError::into_inner);
        graph.run(input.view()).with_context(|| self.name.clone())
    }

    /// The class of each pixel of a picture, at the picture's size; -1 if unknown.
    ///
    /// # Panics
    /// When the network's output is not classes.
    pub(crate) fn classes(&self, picture: ArrayView3<'_, f32>) -> Result<Array2<i32>> {
        let (_, height, width) = picture.dim();
        let output = self.run(picture)?;
        let (ids, unknown) = match &self.result {
            ResultKind::Scores { classes, unknown } => {
                let scores = planes(output)?;
                ensure!(
                    scores.len_of(Axis(0)) == classes.len(),
                    "{}: has scores for {} classes, but its description lists {}",
                    self.name,
                    scores.len_of(Axis(0)),
                    classes.len()
                );
                (highest(&scores), unknown)
            }
            ResultKind::Ids { unknown, .. } => {
                (plane(output)?.mapv(|id| id.round() as i32), unknown)
            }
            other => unreachable!("{other:?} is not classes"),
        };
        let count = self.result.classes().map_or(0, <[String]>::len);
        let known =
            |id: i32| usize::try_from(id).is_ok_and(|id| id < count && !unknown.contains(&id));
        let ids = nearest(ids.view(), Size { width, height });
        Ok(ids.mapv(|id| if known(id) { id } else { -1 }))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The description in an ONNX file's metadata, if there is one.
pub(crate) fn description_within(model: &[u8]) -> Result<Option<String>> {
    Graph::check(model).map_err(anyhow::Error::msg)?;
    let model = ModelProto::decode(model).context("not an ONNX file")?;
    let mut entries = model.metadata_props.into_iter();
    let found = entries.find(|entry| entry.key == VISION_KEY);
    Ok(found.map(|entry| entry.value))
}
