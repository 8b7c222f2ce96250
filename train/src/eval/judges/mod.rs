//! The metric networks, run by the SDK's engine.

mod efficientnet_lite0;
mod features;
mod lpips;
mod segmenter;

pub use features::FeatureNetwork;
pub use lpips::{Lpips, LpipsNetwork};
pub use segmenter::Segmenter;

/// The metric networks of an evaluation. Metrics whose network is absent are not computed.
#[derive(Debug, Default)]
pub struct Judges {
    /// LPIPS with AlexNet.
    pub lpips_alex: Option<Lpips>,
    /// LPIPS with VGG16.
    pub lpips_vgg: Option<Lpips>,
    /// Feature network for the Frechet distance.
    pub features: Option<FeatureNetwork>,
    /// Segmenter for mIoU and pixel accuracy.
    pub segmenter: Option<Segmenter>,
}
