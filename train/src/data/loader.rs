//! The data loader: reads, augments and encodes batches on background threads, ahead of the training step.
//!
//! The batch of a step depends only on the seed and the step, so a resumed run gets the same batches as an
//! uninterrupted one.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow};
use multicond::{Size, label::Label};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    ConfidenceNoise, Dataset, HostBatch, Sample, Sparsity,
    epoch::{Epochs, Purpose},
    ordered::Ordered,
};

/// Maximum number of reader threads. More would not be faster, and each holds batches in memory.
const MOST_THREADS: usize = 8;
/// Number of batches that each thread prepares ahead.
const AHEAD: usize = 1;

/// Random changes to each sample.
#[derive(Clone, Debug)]
pub struct Augmentation {
    /// Flip samples horizontally with probability 0.5.
    pub flip: bool,
    /// Size at which frames are read before a random crop is taken.
    pub load_size: Option<Size>,
    /// Random dropping of labels.
    pub sparsity: Sparsity,
    /// Random confidences, with noise that matches them.
    pub confidence: Option<ConfidenceNoise>,
}

/// Where in a run a loader starts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// Steps of earlier stages, which other loaders have read.
    pub before: u64,
    /// Steps of this stage that are done.
    pub step: u64,
}

/// Number of complete batches in an epoch.
///
/// # Errors
/// When the data has fewer pictures than a batch.
pub fn steps_per_epoch(data: &Dataset, batch_size: usize) -> Result<u64> {
    let pictures = data.epochs().len();
    match (pictures / batch_size) as u64 {
        0 => Err(anyhow!(
            "the data has {pictures} frames, fewer than a batch of {batch_size}"
        )),
        steps => Ok(steps),
    }
}

/// Everything that batches are made from.
#[derive(Debug)]
struct Source {
    data: Dataset,
    epochs: Epochs,
    schema: Vec<Label>,
    size: Size,
    batch_size: usize,
    augmentation: Augmentation,
    seed: u64,
    /// Steps of earlier stages.
    before: u64,
    /// The order of the frames in the epoch used last.
    order: Mutex<Option<(u64, Arc<[usize]>)>>,
}

/// The data loader, an endless stream of batches.
#[derive(Debug)]
pub struct Loader {
    batches: Ordered<Result<HostBatch>>,
    steps_per_epoch: u64,
}

impl Loader {
    /// Starts reading.
    ///
    /// # Errors
    /// When the data has fewer frames than a batch.
    pub fn start(
        data: Dataset,
        schema: Vec<Label>,
        size: Size,
        batch_size: usize,
        augmentation: Augmentation,
        seed: u64,
        start: Start,
    ) -> Result<Self> {
        let steps_per_epoch = steps_per_epoch(&data, batch_size)?;
        let source = Source {
            epochs: data.epochs(),
            data,
            schema,
            size,
            batch_size,
            augmentation,
            // A stage does not repeat the order and crops of the one before.
            seed: seed.wrapping_add(start.before.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            before: start.before,
            order: Mutex::default(),
        };
        let batch = move |step| Some(source.batch(step, steps_per_epoch));
        let batches = Ordered::start(
            multicond::threads::available().min(MOST_THREADS),
            AHEAD,
            start.step,
            batch,
        )?;
        Ok(Self {
            batches,
            steps_per_epoch,
        })
    }

    /// The next batch.
    ///
    /// # Errors
    /// When a frame of the batch cannot be read.
    pub fn next_batch(&mut self) -> Result<HostBatch> {
        self.batches
            .next()
            .ok_or_else(|| anyhow!("no more batches: a reader thread stopped"))?
    }

    /// Number of complete batches in an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.steps_per_epoch
    }
}

impl Source {
    fn batch(&self, step: u64, steps_per_epoch: u64) -> Result<HostBatch> {
        let order = self.order(step / steps_per_epoch);
        let first = (step % steps_per_epoch) as usize * self.batch_size;
        let mut rng = random(self.seed, 1, step);
        let samples = order[first..first + self.batch_size]
            .iter()
            .map(|&index| self.sample(index, step, &mut rng))
            .collect::<Result<Vec<_>>>()?;
        Ok(HostBatch::new(&samples, &self.schema))
    }

    fn order(&self, epoch: u64) -> Arc<[usize]> {
        // A panic in another thread cannot leave the order half written.
        let mut last = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, order)) = &*last
            && *known == epoch
        {
            return order.clone();
        }
        let order = self.epochs.order(epoch, |purpose, number| match purpose {
            Purpose::Order => random(self.seed, 0, number),
            Purpose::Pass(part) => random(self.seed, 2 + part as u64, number),
        });
        last.insert((epoch, order.into())).1.clone()
    }

    fn sample(&self, index: usize, step: u64, rng: &mut impl Rng) -> Result<Sample> {
        let mut sample = match self.augmentation.load_size {
            Some(size) => {
                let mut sample = self.data.read(index, &self.schema, size)?;
                let left = rng.random_range(0..=size.width - self.size.width);
                let top = rng.random_range(0..=size.height - self.size.height);
                sample.cut(left, top, self.size);
                sample
            }
            None => self.data.read(index, &self.schema, self.size)?,
        };
        if self.augmentation.flip && rng.random::<bool>() {
            sample.flip(&self.schema);
        }
        self.augmentation.sparsity.apply(
            &mut sample,
            &self.schema,
            self.before + step,
            rng.random(),
        );
        if let Some(confidence) = &self.augmentation.confidence {
            confidence.apply(&mut sample, &self.schema, rng.random());
        }
        Ok(sample)
    }
}

/// The random number generator for a purpose and the number of an epoch or step.
fn random(seed: u64, purpose: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose << 56 | number);
    rng
}
