//! Metrics on pictures, feature vectors and class maps, independent of files and networks.

mod flicker;
mod frechet;
mod grid;
mod psnr;
mod segmentation;
mod ssim;

pub use flicker::{Flicker, View, Warp};
pub(super) use frechet::distance_of;
pub use frechet::{Moments, frechet_distance};
pub use grid::Grid;
pub use psnr::psnr;
pub use segmentation::{ClassCounts, ClassScores, SegmentationScores};
pub use ssim::ssim;
