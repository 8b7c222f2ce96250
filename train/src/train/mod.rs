//! The training of a generator against a discriminator.

mod checkpoint;
mod config;
mod device;
mod ema;
mod events;
mod log;
mod loss;
mod recipe;
mod schedule;
mod sheet;
mod step;
mod trainer;

pub use checkpoint::{Checkpoint, Progress, Resume};
pub use config::{Config, TrainingConfig};
pub use device::{DeviceKind, open_device};
pub use ema::average;
pub(crate) use log::LOG;
pub use log::{LogLine, read_log};
pub use loss::{
    DiscriminatorLoss, GeneratorLoss, LossWeights, adversarial, feature_matching, hinge, perceptual,
};
pub use recipe::Recipe;
pub use schedule::Schedule;
pub use sheet::sheet;
pub use step::Players;
pub use trainer::{Options, train};
