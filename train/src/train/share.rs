//! A step's pictures, divided: into parts that a device works through one after another, and among
//! devices that work at the same time. The players move by the mean of all gradients, so that however
//! the pictures are divided, the step is the same but for the order of sums.

use std::{panic::resume_unwind, thread};

use burn::{
    module::Module,
    optim::{GradientsAccumulator, GradientsParams},
    tensor::Device,
};

use super::gradients::Networks;
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

/// The mean over all parts of what `compute` gives, on the device of `module`, and the losses one by
/// one.
pub(super) fn mean_gradients<M: Module + Sync, Loss: Send>(
    shares: &[Share<'_>],
    networks: &Networks,
    module: &M,
    compute: impl Fn(&Networks, &Work<'_>) -> (GradientsParams, Loss) + Sync,
) -> (GradientsParams, Vec<Loss>) {
    let parts: usize = shares.iter().map(|share| share.batches.len()).sum();
    let weight = 1.0 / parts as f64;
    let run = |networks: &Networks, share: &Share<'_>| {
        let mut accumulator = GradientsAccumulator::<M>::new();
        let mut losses = Vec::with_capacity(share.batches.len());
        for work in share.parts(weight) {
            let (gradients, loss) = compute(networks, &work);
            accumulator.accumulate(module, gradients);
            losses.push(loss);
        }
        (accumulator.grads(), losses)
    };
    let Some((first, others)) = shares.split_first() else {
        return (GradientsParams::new(), Vec::new());
    };
    thread::scope(|scope| {
        let run = &run;
        let others: Vec<_> = others
            .iter()
            .map(|share| {
                let networks = networks.clone().fork(&share.device());
                scope.spawn(move || run(&networks, share))
            })
            .collect();
        let (gradients, mut losses) = run(networks, first);
        let mut accumulator = GradientsAccumulator::<M>::new();
        accumulator.accumulate(module, gradients);
        let home = first.device();
        for other in others {
            let (gradients, others) = other.join().unwrap_or_else(|panic| resume_unwind(panic));
            accumulator.accumulate(module, gradients.to_device(&home, module));
            losses.extend(others);
        }
        (accumulator.grads(), losses)
    })
}
