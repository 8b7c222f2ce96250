//! Inspection of datasets before training: checks, statistics and previews.

mod axes;
mod check;
mod coverage;
mod geometry;
mod preview;
mod stats;
mod unfilled;

use anyhow::{Context, Result};
use indicatif::ProgressBar;

pub use self::{
    check::{Problem, check, check_coverage},
    coverage::Coverage,
    preview::{Preview, preview},
    stats::{ClassShare, LabelStats, Stats, stats},
    unfilled::require_filled,
};
use super::{Dataset, ordered::Ordered};

/// Processes frames on all cores and returns the results in the order of the frames.
fn each_frame<T: Send + 'static>(
    dataset: &Dataset,
    frames: Vec<usize>,
    progress: &ProgressBar,
    look: impl Fn(&Dataset, usize) -> T + Send + Sync + 'static,
    mut take: impl FnMut(usize, T) -> Result<()>,
) -> Result<()> {
    progress.set_length(frames.len() as u64);
    let source = dataset.clone();
    let chosen = frames.clone();
    let work = move |number: u64| {
        let index = *chosen.get(number as usize)?;
        Some(look(&source, index))
    };
    let mut seen = Ordered::start(multicond::threads::available(), 2, 0, work)?;
    for index in frames {
        let result = seen.next().with_context(|| {
            format!(
                "a reader thread stopped at frame `{}`",
                dataset.frames()[index]
            )
        })?;
        take(index, result)?;
        progress.inc(1);
    }
    Ok(())
}
