//! Training of the segmenter: cross-entropy over the pixels whose class is known, Adam, cosine decay of the learning
//! rate.

use std::f64::consts::PI;

use anyhow::{Result, ensure};
use burn::{
    module::Module,
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Tensor, activation::log_softmax},
};
use indicatif::ProgressBar;
use multicond::{Size, label::Label};

use crate::{
    data::{Augmentation, Batch, Dataset, Loader, Sparsity, Start},
    net::segmenter::{FACTOR, Segmenter},
};

/// Training options of the segmenter.
#[derive(Clone, Copy, Debug)]
pub struct SegmenterOptions {
    /// Input size of the network.
    pub size: Size,
    /// Number of training steps.
    pub steps: u64,
    /// Batch size.
    pub batch_size: usize,
    /// Initial learning rate.
    pub rate: f64,
    /// Random seed.
    pub seed: u64,
}

/// Trains a new segmenter for the classes of `label`. `bar` shows the steps and the loss.
///
/// # Errors
/// When the size is not a multiple of what the network needs, a frame cannot be read, or the loss is not finite.
pub fn train_segmenter(
    data: Dataset,
    label: &Label,
    options: &SegmenterOptions,
    device: &Device,
    bar: &ProgressBar,
) -> Result<Segmenter> {
    let Size { width, height } = options.size;
    ensure!(
        width.is_multiple_of(FACTOR) && height.is_multiple_of(FACTOR),
        "size {}: the sides must be multiples of {FACTOR} pixels",
        options.size
    );
    let classes = label.classes().map_or(0, <[String]>::len);
    let device = device.clone().autodiff();
    device.seed(options.seed);
    let mut network = Segmenter::new(classes, &device);
    let mut adam = AdamConfig::new().init();
    // A presence channel would be one class too many.
    let schema = vec![label.clone().with_presence(false)];
    let augmentation = Augmentation {
        flip: true,
        load_size: None,
        sparsity: Sparsity::at_rate(0.0, &[]),
        confidence: None,
    };
    let mut loader = Loader::start(
        data,
        schema,
        options.size,
        options.batch_size,
        augmentation,
        options.seed,
        Start::default(),
    )?;
    let mut shown = None;
    for step in 0..options.steps {
        let batch = loader.next_batch()?.to_device(&device);
        let loss = cross_entropy(&network, batch);
        let value: f32 = loss.clone().into_scalar();
        ensure!(
            value.is_finite(),
            "step {step}: the loss is {value}; a lower --rate may help"
        );
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        let rate = options.rate * 0.5 * (1.0 + (PI * step as f64 / options.steps as f64).cos());
        network = adam.step(rate, network, gradients);
        // An exponential mean over about the last 50 steps, for display.
        let mean = shown.map_or(value, |mean: f32| 0.98 * mean + 0.02 * value);
        shown = Some(mean);
        bar.set_message(format!("loss {mean:.3}"));
        bar.inc(1);
    }
    Ok(network.valid())
}

/// Mean cross-entropy over the pixels whose class is known.
fn cross_entropy(network: &Segmenter, batch: Batch) -> Tensor<1> {
    let logarithms = log_softmax(network.forward(batch.pictures), 1);
    let known = batch.labels.clone().sum().clamp_min(1.0);
    -(logarithms * batch.labels).sum() / known
}
