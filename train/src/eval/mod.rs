//! Evaluation: scores of the pictures that the SDK generates with models, and the studies in the paper's tables and
//! figures.
//!
//! A [`Planned`] row has a model and a condition. The [`Evaluator`] generates and scores its pictures, with the metric
//! networks in [`Judges`]. The [`Outcome`] has the scores of all rows and the differences between models.

mod bootstrap;
mod eight_bit;
mod evaluator;
mod judges;
mod keeping;
mod measures;
mod outcome;
mod paths;
mod plan;
mod published;
mod real_pictures;
mod run;
mod scores;
mod sheets;
mod subject;
mod table;

pub use bootstrap::Difference;
pub use evaluator::{Evaluator, Measured};
pub use judges::{FeatureNetwork, Judges, Lpips, LpipsNetwork, Segmenter};
pub use keeping::{Keeping, prepare_folder};
pub use measures::{
    ClassCounts, ClassScores, Flicker, Grid, Moments, SegmentationScores, View, Warp,
    frechet_distance, psnr, ssim,
};
pub use outcome::{Outcome, Row};
pub use plan::{Condition, LabelNoise, Planned, Source, Told, names};
pub use published::{DIFFERENCES, PUBLISHED, Published};
pub use real_pictures::real_scores;
pub use run::evaluate;
pub use scores::{PictureScores, Quantity, Scores};
pub use sheets::Sheets;
pub use subject::{Gallery, Subject, describe, open_model};
pub use table::Table;
