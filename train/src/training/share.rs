//! A step's pictures, divided: into parts that a device works through one after another, and among
//! devices that work at the same time.

use burn::tensor::Device;

use crate::{data::Batch, net::vgg::Vgg};

/// What one device has to do in a step.
pub struct Share<'a> {
    /// Its parts of the step's pictures, equally many pictures each, on that device and in the run's
    /// precision.
    pub batches: Vec<Batch>,
    /// The perceptual network on that device, if it is wanted.
    pub vgg: Option<&'a Vgg>,
}

/// One part of a share.
pub(super) struct Work<'a> {
    pub(super) batch: &'a Batch,
    pub(super) vgg: Option<&'a Vgg>,
    /// The part's weight among all parts of the step.
    pub(super) weight: f64,
}

impl Share<'_> {
    /// Its parts, each with that weight.
    pub(super) fn parts(&self, weight: f64) -> impl Iterator<Item = Work<'_>> {
        self.batches.iter().map(move |batch| Work {
            batch,
            vgg: self.vgg,
            weight,
        })
    }

    /// The device that all of it is on.
    pub(super) fn device(&self) -> Device {
        self.batches[0].labels.device()
    }
}
