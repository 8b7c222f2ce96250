//! The networks that scores need, run by the SDK's engine.

mod efficientnet_lite0;
mod features;
mod lpips;
mod segmenter;

pub use features::FeatureNetwork;
pub use lpips::{Lpips, LpipsNetwork};
pub use segmenter::Segmenter;

/// The networks of one evaluation; what is absent is not measured.
#[derive(Debug, Default)]
pub struct Judges {
    /// LPIPS on AlexNet.
    pub lpips_alex: Option<Lpips>,
    /// LPIPS on VGG16.
    pub lpips_vgg: Option<Lpips>,
    /// Whose features the Frechet distance compares.
    pub features: Option<FeatureNetwork>,
    /// Which tells the classes of generated pictures.
    pub segmenter: Option<Segmenter>,
}
