//! How good models are: scores of the pictures that the SDK makes of their files, and the studies of the paper's
//! tables and figures.
//!
//! A [`Planned`] row says which model is asked what; the [`Evaluator`] makes and scores its pictures with
//! [`Judges`] and measures; the [`Outcome`] holds all rows, and differences between models.

mod bootstrap;
mod eight_bit;
mod evaluator;
mod judges;
mod keeping;
mod measures;
mod outcome;
mod plan;
mod published;
mod real_pictures;
mod run;
mod scores;
mod subject;
mod table;

pub use bootstrap::Difference;
pub use evaluator::{Evaluator, Measured};
pub use judges::{FeatureNetwork, Judges, Lpips, LpipsNetwork, Segmenter};
pub use keeping::{Keeping, prepare_folder};
pub use measures::{
    ClassCounts, ClassScores, Moments, SegmentationScores, frechet_distance, psnr, ssim,
};
pub use outcome::{Outcome, Row};
pub use plan::{Condition, Planned, Source, names};
pub use published::{DIFFERENCES, PUBLISHED, Published};
pub use real_pictures::real_scores;
pub use run::evaluate;
pub use scores::{PictureScores, Quantity, Scores};
pub use subject::{Gallery, Subject, describe, open_model};
pub use table::Table;
