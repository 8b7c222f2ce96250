//! Averages the gradients of a step over all shares. An update uses the mean, so that splitting the batch changes
//! only the order of summation.

use std::{panic::resume_unwind, thread};

use burn::{
    module::Module,
    optim::{GradientsAccumulator, GradientsParams},
};

use super::{
    Clock,
    clock::Part,
    gradients::Networks,
    share::{Share, Work},
};

/// The mean of the gradients that `compute` returns for all micro-batches, on the device of `module`, and the losses
/// of each. The clock measures the first share, while others are computed at the same time.
pub(super) fn mean_gradients<M: Module + Sync, Loss: Send>(
    shares: &[Share<'_>],
    networks: &Networks,
    module: &M,
    clock: &mut Clock,
    compute: impl Fn(&Networks, &Work<'_>, &mut Clock) -> (GradientsParams, Loss) + Sync,
) -> (GradientsParams, Vec<Loss>) {
    let parts: usize = shares.iter().map(|share| share.batches.len()).sum();
    let weight = 1.0 / parts as f64;
    let run = |networks: &Networks, share: &Share<'_>, clock: &mut Clock| {
        let mut accumulator = GradientsAccumulator::<M>::new();
        let mut losses = Vec::with_capacity(share.batches.len());
        for work in share.parts(weight) {
            let (gradients, loss) = compute(networks, &work, clock);
            accumulator.accumulate(module, gradients);
            clock.lap(Part::Optimiser);
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
                scope.spawn(move || run(&networks, share, &mut Clock::off()))
            })
            .collect();
        let (gradients, mut losses) = run(networks, first, clock);
        let mut accumulator = GradientsAccumulator::<M>::new();
        accumulator.accumulate(module, gradients);
        let home = first.device();
        for other in others {
            let (gradients, others) = other.join().unwrap_or_else(|panic| resume_unwind(panic));
            accumulator.accumulate(module, gradients.to_device(&home, module));
            losses.extend(others);
        }
        clock.lap(Part::Optimiser);
        (accumulator.grads(), losses)
    })
}
