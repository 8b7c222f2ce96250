//! Feature networks for the Frechet distance.

use std::path::Path;

use anyhow::{Context, Result, bail};
use multicond::EngineOptions;
use ndarray::{ArrayView3, Axis};

use super::efficientnet_lite0;
use crate::vision::{Network, ResultKind};

/// The preprocessing of pytorch-fid for its Inception network.
const PYTORCH_FID: &str = r#"
[input]
width = 299
height = 299
resize = "bilinear"
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]
[result]
kind = "features"
"#;

/// A network that computes a feature vector of a picture.
#[derive(Debug)]
pub struct FeatureNetwork {
    name: String,
    network: Network,
}

impl FeatureNetwork {
    /// Loads a user's network: a TOML description, or an ONNX file. An ONNX file without a description gets the
    /// preprocessing of pytorch-fid.
    ///
    /// # Errors
    /// When a file cannot be read or used, or its output is not features.
    pub fn load(path: &Path, engine: &EngineOptions) -> Result<Self> {
        let network = Network::load_or(Some(PYTORCH_FID), path, engine)?;
        if !matches!(network.result(), ResultKind::Features) {
            bail!("{}: its result is not `features`", path.display());
        }
        Ok(Self {
            name: network.to_string(),
            network,
        })
    }

    /// Loads EfficientNet-Lite0 from the file that `cargo xtask assets efficientnet` installs.
    ///
    /// # Errors
    /// When the file is missing or damaged, or the engine rejects the network.
    pub fn efficientnet_lite0(path: &Path, engine: &EngineOptions) -> Result<Self> {
        Ok(Self {
            name: "EfficientNet-Lite0".into(),
            network: efficientnet_lite0::load(path, engine)?,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The features of a picture `[3, height, width]` in [0, 1]. Feature maps are averaged over their pixels.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn features(&self, picture: ArrayView3<'_, f32>) -> Result<Vec<f32>> {
        let mut output = self.network.run(picture)?;
        while output.ndim() > 2 {
            let last = Axis(output.ndim() - 1);
            output = output.mean_axis(last).context("features of no pixels")?;
        }
        Ok(output.into_iter().collect())
    }
}
