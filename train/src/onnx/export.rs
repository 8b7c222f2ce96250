//! Exports a generator and its manifest to an ONNX file.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use multicond_format::{
    Size,
    label::Label,
    limits::MAX_MODEL_BYTES,
    model::{
        ENCODED_FORMAT, FORMAT, FORMAT_KEY, FixedShape, MANIFEST_KEY, Manifest, Training,
        proto::ModelProto,
    },
    storage::write_atomically,
};
use prost::Message;

use super::{builder::Graph, generator};
use crate::{
    net::{GeneratorNetwork, NetworkConfig, multiply_adds, parameter_count},
    training::Checkpoint,
};

/// The information in a manifest besides labels and sizes.
#[derive(Clone, Debug)]
pub struct ModelInfo {
    /// Display name of the model.
    pub name: String,
    /// Picture size in training.
    pub trained_size: Size,
    /// How the model was trained.
    pub training: Option<Training>,
    /// Notice that must accompany the model.
    pub notice: Option<String>,
}

/// Which kind of model file to write.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExportOptions {
    /// Pictures of this number and size only, for runtimes that need to know; any by default.
    pub fixed: Option<FixedShape>,
    /// What the inputs are.
    pub inputs: Inputs,
}

/// What the inputs of a model file are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Inputs {
    /// Labels in physical units; the graph encodes them
    #[default]
    Physical,
    /// Encoded labels, for runtimes that cannot run the encoding; multicond itself refuses such a file
    Encoded,
}

/// The manifest of a generator with these labels and this configuration.
pub fn manifest(info: ModelInfo, labels: &[Label], network: &NetworkConfig) -> Manifest {
    let channels = network.concept_channels(labels);
    let mut manifest = Manifest::new(info.name, labels.to_vec(), channels);
    manifest.system = network.system();
    manifest.confidence = network.confidence;
    manifest.size_multiple = network.backbone.tile();
    manifest.trained_size = info.trained_size;
    manifest.parameters = parameter_count(network, labels);
    manifest.multiply_adds = multiply_adds(network, labels);
    manifest.training = info.training;
    manifest.notice = info.notice;
    manifest
}

/// The generator of a checkpoint and its manifest.
///
/// # Errors
/// When the checkpoint is damaged.
pub fn of_checkpoint(
    checkpoint: &Checkpoint,
    device: &Device,
) -> Result<(GeneratorNetwork, Manifest)> {
    let config = checkpoint.config()?;
    let progress = checkpoint.progress()?;
    let generator = checkpoint.generator(&config, device)?;
    let info = ModelInfo {
        name: config.name.clone(),
        trained_size: config.size,
        training: (progress.step > 0)
            .then(|| Training::new(progress.data.clone(), progress.step, progress.batch_size())),
        notice: config.notice.clone(),
    };
    let manifest = manifest(info, &config.labels, &config.network);
    Ok((generator, manifest))
}

/// Writes a model file for pictures of any size. Atomic: after an error, an existing file is unchanged.
pub fn export(generator: &GeneratorNetwork, manifest: &Manifest, path: &Path) -> Result<()> {
    export_with(generator, manifest, &ExportOptions::default(), path)
}

/// [`export`] with options.
pub fn export_with(
    generator: &GeneratorNetwork,
    manifest: &Manifest,
    options: &ExportOptions,
    path: &Path,
) -> Result<()> {
    write(generator, manifest, options, path)
        .with_context(|| format!("{}: the model cannot be written", path.display()))
}

fn write(
    generator: &GeneratorNetwork,
    manifest: &Manifest,
    options: &ExportOptions,
    path: &Path,
) -> Result<()> {
    let model = model_with(generator, manifest, options)?;
    let size = model.encoded_len();
    if size > MAX_MODEL_BYTES {
        bail!("the model has {size} bytes, but an ONNX file at most {MAX_MODEL_BYTES}");
    }
    Ok(write_atomically(path, &model.encode_to_vec())?)
}

/// Exports the model in memory.
pub fn model(generator: &GeneratorNetwork, manifest: &Manifest) -> Result<ModelProto> {
    model_with(generator, manifest, &ExportOptions::default())
}

/// [`model`] with options.
pub fn model_with(
    generator: &GeneratorNetwork,
    manifest: &Manifest,
    options: &ExportOptions,
) -> Result<ModelProto> {
    manifest.validate()?;
    check_sizes(generator, manifest)?;
    if let Some(fixed) = options.fixed {
        fixed.check(manifest)?;
    }
    let mut graph = Graph::new("multicond");
    let concept = generator::concept(&mut graph, generator, manifest, options)?;
    generator::image(&mut graph, generator, concept, options)?;

    let (format, inputs) = match options.inputs {
        Inputs::Physical => (
            FORMAT,
            "Inputs in physical units, missing values as NaN or class ids out of range",
        ),
        Inputs::Encoded => (
            ENCODED_FORMAT,
            "Inputs are encoded labels, zero where missing",
        ),
    };
    let doc_string = format!(
        "{}: label maps to a picture. {inputs}; output RGB from 0 to 1. The metadata key \
         {MANIFEST_KEY} says more.",
        manifest.name
    );
    let metadata = [
        (FORMAT_KEY, format.into()),
        (MANIFEST_KEY, serde_json::to_string(manifest)?),
        ("Image.BitmapPixelFormat", "Rgb8".into()),
        ("Image.ColorSpaceGamma", "SRGB".into()),
        ("Image.NominalPixelRange", "Normalized_0_1".into()),
    ];
    Ok(graph.into_model(doc_string, metadata))
}

/// Checks that the manifest matches the generator.
fn check_sizes(generator: &GeneratorNetwork, manifest: &Manifest) -> Result<()> {
    let Some(merged) = manifest
        .concept_channels
        .checked_sub(generator.hints.channels())
    else {
        bail!("the manifest's concept has fewer channels than a hint");
    };
    generator.merge.check_sizes(&manifest.labels, merged)?;
    let (said, found) = (manifest.size_multiple, generator.backbone.tile());
    if said != found {
        bail!("the manifest says {said} pixels along a tile, the generator has {found}");
    }
    Ok(())
}
