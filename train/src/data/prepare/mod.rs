//! Writes prepared datasets: frames are read and encoded on all cores, and written in order.

mod unfinished;

use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use indicatif::ProgressBar;
use multicond::{Size, label::Label};

use self::unfinished::{Plan, Unfinished};
use super::{
    Dataset, Part,
    inspect::require_filled,
    layouts::prepared::{DatasetManifest, is_unfinished, record},
    ordered::Ordered,
};

/// Number of records that each thread may be ahead of the writer.
const AHEAD: usize = 2;

/// Options for preparing a dataset.
#[derive(Clone, Debug, Default)]
pub struct PrepareOptions {
    /// Picture size; the dataset's default if absent.
    pub size: Option<Size>,
    /// Names of the labels to keep; all if absent.
    pub labels: Option<Vec<String>>,
    /// Number of reader threads; one per core if absent.
    pub threads: Option<usize>,
    /// Whether labels may have no value in any frame.
    pub allow_missing: bool,
}

/// Writes `dataset` to the folder `destination`, continuing an earlier attempt if there is one.
///
/// # Errors
/// When the folder exists already, a label that is asked for has no value in any frame, a frame cannot be read, or
/// writing fails. Finished records are kept in `DESTINATION.unfinished`.
pub fn prepare(
    dataset: &Dataset,
    destination: &Path,
    options: &PrepareOptions,
    progress: &ProgressBar,
) -> Result<DatasetManifest> {
    ensure!(
        !destination.exists(),
        "{}: exists already",
        destination.display()
    );
    let size = options.size.unwrap_or(dataset.training_size());
    let labels = chosen_labels(dataset, options.labels.as_deref())?;
    // An earlier attempt has looked already.
    if !options.allow_missing && !is_unfinished(destination) {
        let chosen = options.labels.is_some().then_some(&labels[..]);
        require_filled(dataset, chosen)?;
    }
    let coded = labels
        .iter()
        .map(|label| (label.clone(), dataset.is_coded(label)));
    let coded: Vec<(Label, bool)> = coded.collect();
    let plan = Plan {
        sources: dataset.parts().iter().map(Part::source).collect(),
        manifest: DatasetManifest::plan(
            dataset.name(),
            dataset.derived(),
            size,
            &coded,
            dataset.has_instances(),
        )?,
        frames: dataset.frames().to_vec(),
    };

    let manifest = plan.manifest.clone();
    let mut unfinished = Unfinished::open(destination, plan)?;
    progress.set_length(dataset.frames().len() as u64);
    progress.set_position(unfinished.done() as u64);
    progress.reset_eta();
    let first = unfinished.done() as u64;
    let source = dataset.clone();
    let pack = move |index: u64| {
        let index = index as usize;
        (index < source.frames().len()).then(|| {
            let sample = source.read(index, &labels, size)?;
            let mut record = vec![0; manifest.record_bytes];
            record::write(&sample, &manifest, &mut record)
                .with_context(|| format!("frame `{}`", sample.name))?;
            anyhow::Ok((record, sample.camera, source.path_frame(index)?))
        })
    };
    let threads = options
        .threads
        .unwrap_or_else(multicond::threads::available);
    for packed in Ordered::start(threads, AHEAD, first, pack)? {
        let (record, camera, path) = packed.map_err(|error| {
            anyhow!(
                "{error:#} (finished frames are kept; `data check --good FILE` lists the usable frames, for \
                --frames)"
            )
        })?;
        unfinished.push(&record, camera, path)?;
        progress.inc(1);
    }
    ensure!(
        unfinished.done() == dataset.frames().len(),
        "a reader thread stopped at frame `{}`",
        dataset.frames()[unfinished.done()]
    );
    unfinished.finish()
}

fn chosen_labels(dataset: &Dataset, names: Option<&[String]>) -> Result<Vec<Label>> {
    let Some(names) = names else {
        return Ok(dataset.labels().to_vec());
    };
    let mut labels: Vec<Label> = Vec::with_capacity(names.len());
    for name in names {
        ensure!(
            !labels.iter().any(|label| label.name == *name),
            "label `{name}` is given twice"
        );
        labels.push(dataset.label(name)?.clone());
    }
    Ok(labels)
}
