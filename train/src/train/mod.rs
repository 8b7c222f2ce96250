//! The training of a generator against a discriminator, and of the segmenter that judges.

mod checkpoint;
mod checksums;
mod config;
mod device;
mod ema;
mod events;
#[cfg(test)]
mod fixtures;
mod gradients;
mod log;
mod loss;
mod players;
mod precision;
mod recipe;
mod schedule;
mod segmenter;
mod share;
mod sheet;
mod trainer;

pub use checkpoint::{Checkpoint, Progress, Resume};
pub use config::{Config, TrainingConfig};
pub use device::{DeviceKind, Found, open_devices};
pub use ema::average;
pub(crate) use log::LOG;
pub use log::{LogLine, read_log};
pub use loss::{DiscriminatorLoss, GeneratorLoss, LossWeights, Needs};
pub use players::Players;
pub use precision::Precision;
pub use recipe::Recipe;
pub use schedule::Schedule;
pub use segmenter::{SegmenterOptions, train_segmenter};
pub use share::Share;
pub use sheet::sheet;
pub use trainer::{Options, progress_bar, train};
