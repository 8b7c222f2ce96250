//! `multicond info`: shows the manifest of a model file.

use std::{fmt::Write, path::PathBuf};

use multicond::{
    Generator, Result,
    label::Label,
    model::{FixedShape, Manifest, ModelFile},
};
use serde::Serialize;

/// Show a model's labels, sizes, cost and training
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  multicond info rooms.onnx
  multicond info rooms.onnx --json | jq .labels[].name")]
pub(crate) struct Args {
    /// Model file (.onnx)
    model: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Info {
    file: PathBuf,
    file_bytes: usize,
    /// For a generator of pictures of the trained size, or the only one.
    estimated_memory_bytes: u64,
    /// For one picture of that size.
    multiply_adds_total: u64,
    #[serde(flatten)]
    manifest: Manifest,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let file = ModelFile::open(&args.model)?;
    let info = Info::new(&file);
    if args.json {
        crate::print(&crate::json(&info))
    } else {
        crate::print(&info.text())
    }
}

impl Info {
    fn new(file: &ModelFile) -> Self {
        let manifest = file.manifest().clone();
        let size = manifest.best_size();
        let pixels = size.width as u64 * size.height as u64;
        let per_pixel = manifest
            .multiply_adds
            .merge_per_pixel
            .saturating_add(manifest.multiply_adds.render_per_pixel);
        Self {
            file: file.path().into(),
            file_bytes: file.file_size(),
            estimated_memory_bytes: Generator::estimate_memory(file, size.width, size.height),
            multiply_adds_total: per_pixel.saturating_mul(pixels),
            manifest,
        }
    }

    fn text(&self) -> String {
        let manifest = &self.manifest;
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name:18} {value}");
        };
        line("name", manifest.name.clone());
        line("system", manifest.system.clone());
        line(
            "file",
            format!("{}, {}", self.file.display(), bytes(self.file_bytes as u64)),
        );
        for label in &manifest.labels {
            line("label", describe(label));
        }
        if manifest.confidence {
            line("confidence", "of every label, from 0 to 1".into());
        }
        let sizes = match manifest.fixed {
            None => format!("multiples of {} pixels", manifest.size_multiple),
            Some(FixedShape { batch: 1, size }) => format!("{size} only"),
            Some(FixedShape { batch, size }) => format!("{batch} pictures of {size} only"),
        };
        line("sizes", sizes);
        line("trained size", manifest.trained_size.to_string());
        line("parameters", manifest.parameters.to_string());
        line("concept channels", manifest.concept_channels.to_string());
        let cost = manifest.multiply_adds;
        line(
            "multiply-adds",
            format!(
                "{} merge + {} render per pixel, {:.1} G per picture of {}",
                cost.merge_per_pixel,
                cost.render_per_pixel,
                self.multiply_adds_total as f64 / 1e9,
                manifest.best_size()
            ),
        );
        line(
            "memory",
            format!(
                "about {} at {}",
                bytes(self.estimated_memory_bytes),
                manifest.best_size()
            ),
        );
        if let Some(training) = &manifest.training {
            line(
                "training",
                format!(
                    "{} steps of {} pictures on {}",
                    training.steps, training.batch_size, training.dataset
                ),
            );
        }
        if let Some(notice) = &manifest.notice {
            line("notice", notice.clone());
        }
        text
    }
}

fn describe(label: &Label) -> String {
    let name = &label.name;
    let values = match (label.classes(), label.missing_class(), label.encoding()) {
        (Some(classes), Some(missing), _) => format!(
            "{} classes ({}), {missing} for missing",
            classes.len(),
            classes.join(", ")
        ),
        (_, _, Some(encoding)) => {
            let (channels, unit) = (label.channels(), label.unit().unwrap_or_default());
            let s = if channels == 1 { "" } else { "s" };
            format!("{channels} channel{s} in {unit}, NaN for missing, network input {encoding}")
        }
        _ => String::new(),
    };
    let png = match &label.png {
        Some(png) => format!(
            "; PNG {} bits, (v - {}) * {}",
            png.bits, png.zero, png.scale
        ),
        None => String::new(),
    };
    format!("{name}: {values}{png}")
}

fn bytes(count: u64) -> String {
    match count {
        0..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        _ => format!("{:.1} MB", count as f64 / 1e6),
    }
}
