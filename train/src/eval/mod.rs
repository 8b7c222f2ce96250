//! How good a model is: scores of the pictures that the SDK makes of a model file.

mod lpips;
mod psnr;
mod score;

pub use lpips::Lpips;
pub use psnr::psnr;
pub use score::{Scores, System, evaluate};
