//! The split of a batch among devices, which work in parallel, and into micro-batches, which each device processes
//! one after another.

use burn::tensor::Device;

use crate::{data::Batch, net::vgg::Vgg};

/// One device's share of a step.
pub struct Share<'a> {
    /// Its micro-batches, all of the same size, on that device and in the run's precision.
    pub batches: Vec<Batch>,
    /// The perceptual network on that device, if it is used.
    pub vgg: Option<&'a Vgg>,
}

/// One micro-batch of a share.
pub(super) struct Work<'a> {
    pub(super) batch: &'a Batch,
    pub(super) vgg: Option<&'a Vgg>,
    /// The weight of the micro-batch in the mean over the step.
    pub(super) weight: f64,
}

impl Share<'_> {
    /// Its micro-batches, each with that weight.
    pub(super) fn parts(&self, weight: f64) -> impl Iterator<Item = Work<'_>> {
        self.batches.iter().map(move |batch| Work {
            batch,
            vgg: self.vgg,
            weight,
        })
    }

    /// The device that holds the share.
    pub(super) fn device(&self) -> Device {
        self.batches[0].labels.device()
    }
}
