//! How good models are: scores of the pictures that the SDK makes of their files, and the studies of the paper's
//! tables and figures.
//!
//! A [`Planned`] row says which model is asked what; the [`Evaluator`] makes and scores its pictures with
//! [`Judges`] and measures; the [`Outcome`] holds all rows, and differences between models.

mod bootstrap;
mod ceiling;
mod eight_bit;
mod evaluator;
mod judges;
mod measures;
mod outcome;
mod plan;
mod published;
mod scores;
mod subject;
mod table;

pub use bootstrap::Difference;
pub use ceiling::ceiling;
pub use evaluator::{Condition, Evaluator, Keeping, Measured, prepare_folder};
pub use judges::{FeatureNetwork, Judges, Lpips, LpipsNetwork, Segmenter};
pub use measures::{ClassCounts, Moments, SegmentationScores, frechet_distance, psnr, ssim};
pub use outcome::{Outcome, Row, evaluate};
pub use plan::{Planned, Source, rows};
pub use published::{DIFFERENCES, PUBLISHED, Published};
pub use scores::{PictureScores, Quantity, Scores};
pub use subject::{Gallery, Subject, open_model};
pub use table::Table;
