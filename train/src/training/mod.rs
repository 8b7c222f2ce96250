//! Adversarial training of the generator, and training of the segmenter used in evaluation.

mod backend;
mod checkpoint;
mod checksums;
mod clock;
mod config;
mod ema;
mod events;
#[cfg(test)]
mod fixtures;
mod gan_state;
mod gradients;
mod log;
mod loss;
mod mean_gradients;
mod plan;
mod precision;
mod recipe;
mod schedule;
mod segmenter;
mod share;
mod sheet;
mod stage;
mod trainer;
mod transfer;

pub use backend::{BackendKind, Found, open_devices};
pub use checkpoint::{Checkpoint, Progress, Resume};
pub use clock::{Clock, Seconds};
pub use config::{Config, TrainingConfig};
pub use ema::average;
pub use gan_state::GanState;
pub(crate) use log::LOG;
pub use log::{LogLine, read_log};
pub use loss::{DiscriminatorLoss, GeneratorLoss, LossChanges, LossWeights, Needs};
pub use precision::Precision;
pub use recipe::Recipe;
pub use schedule::{Length, Schedule, Shape};
pub use segmenter::{SegmenterOptions, train_segmenter};
pub use share::Share;
pub use sheet::sheet;
pub use stage::StageConfig;
pub use trainer::{TrainOptions, progress_bar, run};
pub use transfer::Transfer;
