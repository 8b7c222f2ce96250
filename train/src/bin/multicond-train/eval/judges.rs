//! The metrics to compute and the networks that they need.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use multicond::{EngineOptions, label::Label};
use multicond_train::{
    data::Dataset,
    eval::{FeatureNetwork, Judges, Lpips, LpipsNetwork, Segmenter},
};

use crate::args::cached;

/// A metric to compute; PSNR and SSIM are always computed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Metric {
    /// PSNR and SSIM only
    Pixels,
    /// LPIPS 0.1 with AlexNet
    LpipsAlex,
    /// LPIPS 0.1 with VGG16
    LpipsVgg,
    /// Frechet distance
    Frechet,
    /// mIoU and pixel accuracy, by a segmenter
    Classes,
}

/// Files of the metric networks.
#[derive(clap::Args)]
#[command(next_help_heading = "Networks")]
pub(super) struct Networks {
    /// Network for the Frechet distance, .onnx or .toml [default: EfficientNet-Lite0]
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Segmenter, .onnx or .toml [default: built-in, for the classes of the rooms dataset]
    #[arg(long, value_name = "FILE")]
    segmenter: Option<PathBuf>,
    /// AlexNet with the LPIPS heads [default: as installed by `cargo xtask assets lpips`]
    #[arg(long, value_name = "FILE")]
    alex: Option<PathBuf>,
    /// VGG16 with the LPIPS heads [default: as installed by `cargo xtask assets lpips`]
    #[arg(long, value_name = "FILE")]
    vgg: Option<PathBuf>,
}

impl Networks {
    /// Loads the networks that the metrics need; an empty list selects all metrics. `truth` is the label of the true
    /// classes.
    pub(super) fn load(
        &self,
        metrics: &[Metric],
        data: &Dataset,
        truth: Option<&Label>,
        engine: &EngineOptions,
    ) -> Result<Judges> {
        let wants = |metric| metrics.is_empty() || metrics.contains(&metric);
        for (metric, file, option) in [
            (Metric::Frechet, &self.features, "features"),
            (Metric::Classes, &self.segmenter, "segmenter"),
            (Metric::LpipsAlex, &self.alex, "alex"),
            (Metric::LpipsVgg, &self.vgg, "vgg"),
        ] {
            ensure!(
                file.is_none() || wants(metric),
                "--{option} is given, but --metrics does not include its metric"
            );
        }
        let lpips = |metric, network: LpipsNetwork, path: &Option<PathBuf>| {
            let path = path.clone().unwrap_or_else(|| cached(network.file()));
            wants(metric)
                .then(|| Lpips::load(network, &path, engine))
                .transpose()
        };
        if data.frames().len() < 2 && wants(Metric::Frechet) {
            eprintln!("the Frechet distance is not computed: it needs at least two frames");
        }
        Ok(Judges {
            lpips_alex: lpips(Metric::LpipsAlex, LpipsNetwork::Alex, &self.alex)?,
            lpips_vgg: lpips(Metric::LpipsVgg, LpipsNetwork::Vgg, &self.vgg)?,
            features: wants(Metric::Frechet)
                .then(|| self.load_features(engine))
                .transpose()?,
            segmenter: match wants(Metric::Classes) {
                true => {
                    self.load_segmenter(metrics.contains(&Metric::Classes), data, truth, engine)?
                }
                false => None,
            },
        })
    }

    fn load_features(&self, engine: &EngineOptions) -> Result<FeatureNetwork> {
        match &self.features {
            Some(path) => FeatureNetwork::load(path, engine),
            None => {
                let path = cached("efficientnet_lite0.safetensors");
                FeatureNetwork::efficientnet_lite0(&path, engine)
            }
        }
    }

    /// The segmenter given on the command line, or the built-in one if it has the true classes.
    fn load_segmenter(
        &self,
        is_asked: bool,
        data: &Dataset,
        truth: Option<&Label>,
        engine: &EngineOptions,
    ) -> Result<Option<Segmenter>> {
        let Some(classes) = truth.and_then(Label::classes) else {
            ensure!(
                !is_asked && self.segmenter.is_none(),
                "{}: has no label of classes, which the segmenter's output could be compared with",
                data.name()
            );
            return Ok(None);
        };
        match (&self.segmenter, is_asked) {
            (Some(path), _) => Segmenter::load(path, classes, engine).map(Some),
            (None, true) => Segmenter::rooms(classes, engine).map(Some),
            (None, false) => {
                let found = Segmenter::rooms(classes, engine);
                if let Err(error) = &found {
                    eprintln!(
                        "classes are not measured: {error:#}; use --segmenter to give another segmenter"
                    );
                }
                Ok(found.ok())
            }
        }
    }
}
