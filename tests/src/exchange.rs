//! Models and frames for other runtimes, in the folder that `tests/runtimes/exchange.py` describes, and the pictures
//! that the runtimes made of them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use multicond::label::{Label, LabelMap};
use multicond_train::data::encode;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::subject::difference;

/// A folder with models and cases. [`write`](Self::write) completes it.
pub struct Exchange {
    folder: PathBuf,
    models: Vec<Model>,
    expected: BTreeMap<(String, String), Vec<f32>>,
}

#[derive(Serialize)]
struct Model {
    name: String,
    /// The file for pictures of any size, if there is one, and the one for pictures of the cases' size.
    file: PathBuf,
    fixed: PathBuf,
    cases: Vec<Case>,
}

#[derive(Serialize)]
struct Case {
    name: String,
    inputs: Vec<Input>,
    shape: [usize; 4],
}

/// An input of a model: little-endian numbers in a file.
#[derive(Serialize)]
struct Input {
    name: String,
    r#type: &'static str,
    shape: [usize; 4],
    file: String,
}

/// The values of an input.
pub struct Values {
    name: String,
    r#type: &'static str,
    shape: [usize; 4],
    bytes: Vec<u8>,
}

/// What a runtime made of one case.
pub struct Outcome {
    /// The model.
    pub model: String,
    /// The case.
    pub case: String,
    /// The largest difference to the expected picture, or why there is no picture.
    pub difference: Result<f32, String>,
    /// Seconds to load the model, and to run the case.
    pub seconds: [f64; 2],
}

/// The content of a `result.json`.
#[derive(Deserialize)]
struct Answer {
    version: String,
    models: BTreeMap<String, Loaded>,
}

#[derive(Deserialize)]
struct Loaded {
    load_s: f64,
    cases: BTreeMap<String, Ran>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Ran {
    Failed { error: String },
    Made { run_s: f64 },
}

impl Exchange {
    /// An empty exchange in an existing folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.into(),
            models: Vec::new(),
            expected: BTreeMap::new(),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a model, which following cases are for: its file for any size, and that for the size of its cases.
    pub fn model(&mut self, name: &str, file: PathBuf, fixed: PathBuf) {
        self.models.push(Model {
            name: name.into(),
            file,
            fixed,
            cases: Vec::new(),
        });
    }

    /// Adds a case to the last model: its inputs, and the expected pictures `[batch, 3, height, width]`.
    pub fn case(&mut self, name: &str, inputs: &[Values], expected: Vec<f32>) -> Result<()> {
        let model = self.models.last_mut().context("no model")?;
        let [batch, _, height, width] = inputs.first().context("no input")?.shape;
        let mut listed = Vec::new();
        for input in inputs {
            let file = format!("{}.{name}.{}.bin", model.name, input.name);
            fs::write(self.folder.join(&file), &input.bytes)?;
            listed.push(Input {
                name: input.name.clone(),
                r#type: input.r#type,
                shape: input.shape,
                file,
            });
        }
        let shape = [batch, 3, height, width];
        ensure!(expected.len() == shape.iter().product::<usize>());
        let key = (model.name.clone(), name.to_owned());
        self.expected.insert(key, expected);
        model.cases.push(Case {
            name: name.into(),
            inputs: listed,
            shape,
        });
        Ok(())
    }

    /// Writes the list of cases.
    pub fn write(&self) -> Result<()> {
        let list = serde_json::json!({ "models": self.models });
        fs::write(self.folder.join("cases.json"), list.to_string())?;
        Ok(())
    }

    /// The version of a runtime that has run, and what it made of all cases.
    pub fn outcomes(&self, runtime: &str) -> Result<(String, Vec<Outcome>)> {
        let folder = self.folder.join(runtime);
        let text = fs::read_to_string(folder.join("result.json"))?;
        let answer: Answer = serde_json::from_str(&text)?;
        let outcome = |((model, case), expected): (&(String, String), &Vec<f32>)| {
            let loaded = answer.models.get(model);
            let ran = loaded.and_then(|loaded| loaded.cases.get(case));
            let (difference, run_s) = match ran {
                None => (Err("not run".into()), f64::NAN),
                Some(Ran::Failed { error }) => (Err(error.clone()), f64::NAN),
                Some(Ran::Made { run_s }) => {
                    let made = fs::read(folder.join(format!("{model}.{case}.bin")))?;
                    let made: Vec<f32> = made
                        .as_chunks()
                        .0
                        .iter()
                        .copied()
                        .map(f32::from_le_bytes)
                        .collect();
                    ensure!(
                        made.len() == expected.len(),
                        "{model}.{case}.bin: wrong length"
                    );
                    (Ok(difference(&made, expected)), *run_s)
                }
            };
            Ok(Outcome {
                model: model.clone(),
                case: case.clone(),
                difference,
                seconds: [loaded.map_or(f64::NAN, |loaded| loaded.load_s), run_s],
            })
        };
        let outcomes = self.expected.iter().map(outcome).collect::<Result<_>>()?;
        Ok((answer.version, outcomes))
    }
}

/// Labels as inputs of a model file: for each picture of the batch one map per label.
pub fn physical(labels: &[Label], batch: &[Vec<LabelMap>]) -> Vec<Values> {
    let inputs = labels.iter().enumerate();
    let values = |(index, label): (usize, &Label)| {
        let maps = || batch.iter().map(|maps| &maps[index]);
        let bytes = maps().flat_map(bytes).collect();
        let (width, height) = batch[0][index].size();
        let r#type = match label.classes() {
            Some(_) => "int32",
            None => "float32",
        };
        Values {
            name: label.name.clone(),
            r#type,
            shape: [batch.len(), label.channels(), height, width],
            bytes,
        }
    };
    inputs.map(values).collect()
}

/// Confidences as inputs of a model file: 1 where there is none.
pub fn confidences(
    labels: &[Label],
    confidences: &[Option<Array2<f32>>],
    (width, height): (usize, usize),
) -> Vec<Values> {
    let values = |(label, map): (&Label, &Option<Array2<f32>>)| {
        let map = map.as_ref();
        let map = map.map_or_else(
            || vec![1.0; width * height],
            |map| map.iter().copied().collect(),
        );
        Values {
            name: label.confidence_input(),
            r#type: "float32",
            shape: [1, 1, height, width],
            bytes: map.into_iter().flat_map(f32::to_le_bytes).collect(),
        }
    };
    labels.iter().zip(confidences).map(values).collect()
}

/// Encoded labels as inputs of a model file whose inputs are encoded labels.
pub fn encoded(labels: &[Label], maps: &[LabelMap]) -> Vec<Values> {
    let (width, height) = maps[0].size();
    let all = encode(maps, labels, width * height);
    let mut rest = &all[..];
    let values = |label: &Label| {
        let channels = label.network_channels();
        let (own, tail) = rest.split_at(channels * width * height);
        rest = tail;
        Values {
            name: label.name.clone(),
            r#type: "float32",
            shape: [1, channels, height, width],
            bytes: own.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    };
    labels.iter().map(values).collect()
}

fn bytes(map: &LabelMap) -> Vec<u8> {
    match map {
        LabelMap::Classes(ids) => ids.iter().flat_map(|id| id.to_le_bytes()).collect(),
        LabelMap::Values(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
    }
}
