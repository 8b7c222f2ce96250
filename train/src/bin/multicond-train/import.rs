//! `multicond-train import`

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use multicond::Size;
use multicond_format::storage::read_text;
use multicond_train::{
    data::label_names,
    import::asap_net,
    net::BackboneConfig,
    onnx::{self, ModelInfo},
};

use crate::args::{print_path, size};

const NOTICE: &str = "Weights of ASAP-Net (Shaham et al. 2021), imported from a PyTorch file; their own licence applies. \
Weights released with the ASAP-Net code are licensed CC BY-NC-SA 4.0.";

/// Convert a generator trained with the original ASAP-Net code to a model file
#[derive(clap::Args)]
#[command(after_help = "Examples:
  multicond-train import cityscapes/latest_net_G.pth -o cityscapes.onnx --size 512x256
  multicond-train import facades512/latest_net_G.pth -o facades.onnx --classes facades.json

Network sizes are read from the file; every tensor in it is checked. Class maps in PNG files use ids from 0.
A Cityscapes model takes a second label, instance_edges: 1 at pixels that have a neighbour of
another instance, else 0.")]
pub(crate) struct Args {
    /// Generator weights, *_net_G.pth
    file: PathBuf,
    /// Output file
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// JSON list of class names [default: Cityscapes names for 35 classes, else numbers]
    #[arg(long, value_name = "FILE")]
    classes: Option<PathBuf>,
    /// Picture size in training [default: square, 16 tiles per side]
    #[arg(long, value_name = "WxH", value_parser = size)]
    size: Option<Size>,
    /// Display name of the model [default: the file name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Notice stored in the model [default: origin and licence of the weights]
    #[arg(long, value_name = "TEXT")]
    notice: Option<String>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let classes = args.classes.as_deref().map(class_names).transpose()?;
    let imported = asap_net(&args.file, classes)?;
    let tile = imported.network.backbone.tile();
    let square = Size {
        width: 16 * tile,
        height: 16 * tile,
    };
    let trained_size = args.size.unwrap_or(square);
    ensure!(
        trained_size.width.is_multiple_of(tile) && trained_size.height.is_multiple_of(tile),
        "--size {trained_size}: sides must be multiples of {tile} pixels"
    );
    let file_name = || args.file.file_stem().unwrap_or_default();
    let info = ModelInfo {
        name: args
            .name
            .unwrap_or_else(|| file_name().to_string_lossy().into_owned()),
        trained_size,
        training: None,
        notice: Some(args.notice.unwrap_or_else(|| NOTICE.into())),
    };
    let manifest = onnx::manifest(info, &imported.labels, &imported.network);
    onnx::export(&imported.generator, &manifest, &args.out)?;
    if let BackboneConfig::Asap(asap) = &imported.network.backbone {
        eprintln!(
            "{} parameters, tiles of {tile}x{tile}, {:?} padding; labels: {}",
            manifest.parameters,
            asap.padding,
            label_names(&imported.labels)
        );
    }
    print_path(&args.out)
}

fn class_names(path: &Path) -> Result<Vec<String>> {
    let place = || path.display().to_string();
    let text = read_text(path)?;
    serde_json::from_str(&text)
        .context("expected a JSON list of names")
        .with_context(place)
}
