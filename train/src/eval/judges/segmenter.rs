//! A network that tells the classes of a picture's pixels, to see whether generated ones look like what they ought
//! to be.

use std::path::Path;

use anyhow::{Context, Result};
use multicond::DeviceOptions;
use ndarray::{Array2, ArrayView2, ArrayView3};

use crate::vision::{Network, description_within};

/// The judge that is built in, trained on the rooms by `multicond-train segmenter`.
const ROOMS: &[u8] = include_bytes!("../../../assets/rooms_segmenter.onnx");

/// A segmenter with the data's classes among its own.
#[derive(Debug)]
pub struct Segmenter {
    network: Network,
    /// The segmenter's class for each class of the data.
    classes: Vec<i32>,
}

impl Segmenter {
    /// Loads a network for data of these classes: a TOML description, or an ONNX file that carries one.
    ///
    /// # Errors
    /// When a file cannot be read or used, its result is no classes, or a class of the data is not among them.
    pub fn load(path: &Path, data: &[String], device: &DeviceOptions) -> Result<Self> {
        let network = Network::load(path, device)?;
        Self::new(network, data).with_context(|| path.display().to_string())
    }

    /// The built-in segmenter of rooms, for data whose classes it knows.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn rooms(data: &[String], device: &DeviceOptions) -> Result<Self> {
        let path = Path::new("rooms_segmenter.onnx");
        let text = description_within(ROOMS)?.context("the built-in segmenter is damaged")?;
        Self::new(Network::new(path, &text, ROOMS, device)?, data)
    }

    /// Its name and the hash of all that makes it.
    pub fn name(&self) -> String {
        self.network.to_string()
    }

    /// How many classes it tells apart.
    pub fn class_count(&self) -> usize {
        self.network.result().classes().map_or(0, <[String]>::len)
    }

    /// What it sees in a picture `[3, height, width]` in [0, 1].
    ///
    /// # Errors
    /// When the engine fails, or gives something else than classes.
    pub fn see(&self, picture: ArrayView3<'_, f32>) -> Result<Array2<i32>> {
        self.network.classes(picture)
    }

    /// The data's class ids as the segmenter counts them, -1 where the class is not known.
    pub fn translate(&self, ids: ArrayView2<'_, i32>) -> Array2<i32> {
        ids.mapv(|id| {
            let class = usize::try_from(id).ok();
            class
                .and_then(|class| self.classes.get(class).copied())
                .unwrap_or(-1)
        })
    }

    fn new(network: Network, data: &[String]) -> Result<Self> {
        let known = network
            .result()
            .classes()
            .context("its result is neither `scores` nor `ids`")?;
        let classes = data.iter().map(|class| {
            let place = known.iter().position(|name| name == class);
            let place = place
                .with_context(|| format!("knows no class `{class}`, but {}", known.join(", ")))?;
            Ok(i32::try_from(place)?)
        });
        let classes = classes.collect::<Result<_>>()?;
        Ok(Self { network, classes })
    }
}
