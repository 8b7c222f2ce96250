//! Inspection of datasets before training: checks, statistics and previews.

mod axes;
mod check;
mod coverage;
mod geometry;
mod preview;
mod shortfall;
mod stats;
mod unfilled;

use anyhow::{Context, Result};
use indicatif::ProgressBar;

pub use self::{
    check::{Problem, check, check_coverage},
    coverage::Coverage,
    preview::{Preview, preview},
    shortfall::{AbsentLabel, Shortfall, require_classes},
    stats::{ClassShare, DatasetStats, LabelStats, Stats, stats},
    unfilled::require_filled,
};
use super::{Dataset, Part, ordered::Ordered};

/// What has frames: a dataset, or a part of one.
trait Frames: Clone + Send + Sync + 'static {
    /// Their names.
    fn names(&self) -> &[String];
}

impl Frames for Dataset {
    fn names(&self) -> &[String] {
        self.frames()
    }
}

impl Frames for Part {
    fn names(&self) -> &[String] {
        self.frames()
    }
}

/// Processes frames on all cores and returns the results in the order of the frames.
fn each_frame<S: Frames, T: Send + 'static>(
    source: &S,
    frames: Vec<usize>,
    progress: &ProgressBar,
    look: impl Fn(&S, usize) -> T + Send + Sync + 'static,
    mut take: impl FnMut(usize, T) -> Result<()>,
) -> Result<()> {
    progress.set_length(frames.len() as u64);
    let names = source.names();
    let source = source.clone();
    let chosen = frames.clone();
    let work = move |number: u64| {
        let index = *chosen.get(number as usize)?;
        Some(look(&source, index))
    };
    let mut seen = Ordered::start(multicond::threads::available(), 2, 0, work)?;
    for index in frames {
        let result = seen
            .next()
            .with_context(|| format!("a reader thread stopped at frame `{}`", names[index]))?;
        take(index, result)?;
        progress.inc(1);
    }
    Ok(())
}
