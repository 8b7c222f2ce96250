//! Which networks judge.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use multicond::{EngineOptions, label::Label};
use multicond_train::{
    data::Dataset,
    eval::{FeatureNetwork, Judges, Lpips, LpipsNetwork, Segmenter},
};

use crate::args::cached;

/// Something to measure; PSNR and SSIM always are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Metric {
    /// Peak signal-to-noise ratio and structural similarity alone
    Pixels,
    /// LPIPS 0.1 on AlexNet
    LpipsAlex,
    /// LPIPS 0.1 on VGG16
    LpipsVgg,
    /// Frechet distance
    Frechet,
    /// mIoU and pixel accuracy of a segmenter
    Classes,
}

/// The networks that judge.
#[derive(clap::Args)]
#[command(next_help_heading = "Networks")]
pub(super) struct Networks {
    /// Network for the Frechet distance, .onnx or .toml [default: EfficientNet-Lite0]
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Segmenter, .onnx or .toml [default: the built-in one, which knows the classes of the rooms]
    #[arg(long, value_name = "FILE")]
    segmenter: Option<PathBuf>,
    /// AlexNet and the LPIPS heads [default: those that `cargo xtask assets lpips` installs]
    #[arg(long, value_name = "FILE")]
    alex: Option<PathBuf>,
    /// VGG16 and the LPIPS heads [default: those that `cargo xtask assets lpips` installs]
    #[arg(long, value_name = "FILE")]
    vgg: Option<PathBuf>,
}

impl Networks {
    /// Loads what the metrics need, all of them if none is named.
    pub(super) fn load(
        &self,
        metrics: &[Metric],
        data: &Dataset,
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
                "--{option} is given, but --metrics leaves out what it is for"
            );
        }
        let lpips = |metric, network: LpipsNetwork, path: &Option<PathBuf>| {
            let path = path.clone().unwrap_or_else(|| cached(network.file()));
            wants(metric)
                .then(|| Lpips::load(network, &path, engine))
                .transpose()
        };
        if data.frames().len() < 2 && wants(Metric::Frechet) {
            eprintln!("one frame has no Frechet distance");
        }
        Ok(Judges {
            lpips_alex: lpips(Metric::LpipsAlex, LpipsNetwork::Alex, &self.alex)?,
            lpips_vgg: lpips(Metric::LpipsVgg, LpipsNetwork::Vgg, &self.vgg)?,
            features: wants(Metric::Frechet)
                .then(|| self.load_features(engine))
                .transpose()?,
            segmenter: match wants(Metric::Classes) {
                true => self.load_segmenter(metrics.contains(&Metric::Classes), data, engine)?,
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

    /// The segmenter that was asked for, or the built-in one if it knows the data's classes.
    fn load_segmenter(
        &self,
        is_asked: bool,
        data: &Dataset,
        engine: &EngineOptions,
    ) -> Result<Option<Segmenter>> {
        let Some(classes) = data.class_label().and_then(Label::classes) else {
            ensure!(
                !is_asked && self.segmenter.is_none(),
                "{}: has no label of classes, so nothing to compare a segmenter's with",
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
                        "classes are not measured: {error:#}; --segmenter names another judge"
                    );
                }
                Ok(found.ok())
            }
        }
    }
}
