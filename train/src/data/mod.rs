//! Datasets: from folders of pictures and label maps to batches of network input.

mod batch;
mod camera;
mod classes;
mod confidence;
mod dataset;
mod derive;
mod encode;
mod epoch;
mod free_form;
pub mod inspect;
mod layouts;
mod loader;
mod mixture;
mod names;
mod ordered;
mod part;
mod pose;
mod prepare;
mod region;
mod resize;
mod sample;
pub mod show;
mod source;
mod sparsity;

pub use batch::{Batch, HostBatch};
pub use camera::Intrinsics;
pub use classes::{ClassTable, UnfitClass};
pub use confidence::ConfidenceNoise;
pub use dataset::Dataset;
pub use derive::{Derivation, Network};
pub use encode::{encode, encode_with, encoded_channels};
pub use layouts::{
    Format,
    prepared::{Column, DatasetManifest, Storage},
};
pub(crate) use layouts::{cityscapes_ids, plain_ids};
pub use loader::{Augmentation, Loader, Start, steps_per_epoch};
pub use names::label_names;
pub(crate) use ordered::Ordered;
pub use part::{OpenOptions, Part};
pub use pose::{PathFrame, Pose};
pub use prepare::{PrepareOptions, prepare};
pub use region::regions;
pub(crate) use resize::{nearest, scale_picture};
pub use sample::Sample;
pub use sparsity::Sparsity;
