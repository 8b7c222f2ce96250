//! Segmentation networks, which classify the pixels of generated pictures for comparison with the true classes.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use multicond::EngineOptions;
use ndarray::{Array2, ArrayView2, ArrayView3};

use crate::{
    eval::ClassCounts,
    vision::{Network, description_within},
};

/// The built-in segmenter, trained on the rooms dataset with `multicond-train segmenter`.
const ROOMS: &[u8] = include_bytes!("../../../assets/rooms_segmenter.onnx");

/// A segmenter that knows all classes of the data.
#[derive(Debug)]
pub struct Segmenter {
    network: Network,
    /// The data's class for each class of the segmenter; -1 if the data does not have it.
    classes: Vec<i32>,
    /// Number of classes of the data.
    data_classes: usize,
}

impl Segmenter {
    /// Loads a network for data of these classes: a TOML description, or an ONNX file that carries one.
    ///
    /// # Errors
    /// When a file cannot be read or used, its output is not classes, or it lacks a class of the data.
    pub fn load(path: &Path, data: &[String], engine: &EngineOptions) -> Result<Self> {
        let network = Network::load(path, engine)?;
        Self::new(network, data).with_context(|| path.display().to_string())
    }

    /// The built-in segmenter for the classes of the rooms dataset.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn rooms(data: &[String], engine: &EngineOptions) -> Result<Self> {
        let path = Path::new("rooms_segmenter.onnx");
        let text = description_within(ROOMS)?.context("the built-in segmenter is damaged")?;
        Self::new(Network::new(path, &text, ROOMS, engine)?, data)
    }

    /// Its name and hash.
    pub fn name(&self) -> String {
        self.network.to_string()
    }

    /// The data's class id of each pixel of a picture `[3, height, width]` in [0, 1]; -1 for classes that the data
    /// lacks.
    ///
    /// # Errors
    /// When the engine fails, or the output is not classes.
    pub fn see(&self, picture: ArrayView3<'_, f32>) -> Result<Array2<i32>> {
        let ids = self.network.classes(picture)?;
        Ok(ids.mapv(|id| {
            let class = usize::try_from(id).ok();
            class.map_or(-1, |class| self.classes[class])
        }))
    }

    /// Compares its output for a picture with the true class ids.
    ///
    /// # Errors
    /// As [`see`](Self::see).
    pub fn count(
        &self,
        picture: ArrayView3<'_, f32>,
        truth: ArrayView2<'_, i32>,
    ) -> Result<ClassCounts> {
        let mut counts = ClassCounts::new(self.data_classes);
        counts.add(truth, self.see(picture)?.view());
        Ok(counts)
    }

    fn new(network: Network, data: &[String]) -> Result<Self> {
        let known = network
            .result()
            .classes()
            .context("its result is neither `scores` nor `ids`")?;
        for class in data {
            ensure!(
                known.contains(class),
                "knows no class `{class}`, but {}",
                known.join(", ")
            );
        }
        let place = |class: &String| data.iter().position(|name| name == class);
        let classes = known
            .iter()
            .map(|class| place(class).map_or(-1, |place| place as i32))
            .collect();
        Ok(Self {
            network,
            classes,
            data_classes: data.len(),
        })
    }
}
