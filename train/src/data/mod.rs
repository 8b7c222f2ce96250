//! From folders of pictures and label maps to batches of network input.

mod batch;
mod encode;
mod loader;
mod region;
mod resize;
mod sample;
mod sparsity;
mod taskonomy;

pub use batch::{Batch, HostBatch};
pub use encode::{encode, encoded_channels};
pub use loader::{Augmentation, Loader};
pub use region::regions;
pub use sample::Sample;
pub use sparsity::Sparsity;
pub(crate) use sparsity::drop_regions;
pub use taskonomy::Taskonomy;
