//! Reads the folder of a run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::training::{
    Checkpoint, Config, DiscriminatorLoss, GeneratorLoss, LOG, LogLine, Progress, read_log,
};

/// A run, finished or in progress.
pub struct Run {
    /// Name of the run's folder.
    pub(super) folder: String,
    /// The contents of the newest checkpoint, if there is one.
    pub(super) checkpoint: Option<(Config, Progress)>,
    /// The log, with at least one line.
    pub(super) lines: Vec<LogLine>,
    /// The sample sheets by step, oldest first.
    pub(super) sheets: Vec<(u64, PathBuf)>,
}

/// A summary of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The model's name, or the folder's name before the first checkpoint.
    pub name: String,
    /// Name of the training data, if there is a checkpoint.
    pub data: Option<String>,
    /// Number of steps done.
    pub steps: u64,
    /// Number of epochs done.
    pub epochs: u64,
    /// Number of epochs in the schedule, if there is a checkpoint.
    pub scheduled_epochs: Option<u64>,
    /// Step of the newest checkpoint.
    pub checkpoint: Option<u64>,
    /// Total time of all logged steps, in seconds.
    pub seconds: f64,
    /// Mean time per step, in seconds.
    pub seconds_per_step: f64,
    /// Fraction of the time spent waiting for the data loader.
    pub waiting: f64,
    /// Factor of the schedule on the learning rates.
    pub rate: f64,
    /// Number of sample sheets.
    pub sheets: usize,
    /// The generator's last logged losses.
    pub generator: GeneratorLoss,
    /// The discriminator's last logged losses.
    pub discriminator: DiscriminatorLoss,
}

impl Run {
    /// Reads a run's log, the configuration in its newest checkpoint, and its list of sample sheets.
    ///
    /// # Errors
    /// When the folder is not a run, its log is still empty, or a file in it is damaged.
    pub fn read(folder: &Path) -> Result<Self> {
        let place = folder.display();
        ensure!(folder.is_dir(), "{place}: not a folder");
        let checkpoint = Checkpoint::of_run(folder)?.pop();
        let log = folder.join(LOG);
        if !log.is_file() {
            match checkpoint {
                Some(_) => bail!("{}: no such file; training writes it", log.display()),
                None => bail!("{place}: not a run, it has neither {LOG} nor checkpoints/step_*"),
            }
        }
        let lines = read_log(folder)?;
        ensure!(
            !lines.is_empty(),
            "{}: no line yet; the first comes after training.log_every steps",
            log.display()
        );
        let checkpoint = checkpoint
            .map(|checkpoint| anyhow::Ok((checkpoint.config()?, checkpoint.progress()?)))
            .transpose()?;
        Ok(Self {
            folder: folder_name(folder),
            checkpoint,
            lines,
            sheets: sheets(&folder.join("samples"))?,
        })
    }

    /// The summary of the run.
    pub fn summary(&self) -> Summary {
        let newest = self.newest();
        let (mut seconds, mut waited, mut before) = (0.0, 0.0, 0);
        for line in &self.lines {
            let span = line.seconds_per_step * line.step.saturating_sub(before) as f64;
            seconds += span;
            waited += line.waiting * span;
            before = line.step;
        }
        let checkpoint = self.checkpoint.as_ref();
        let (config, progress) = checkpoint
            .map(|(config, progress)| (config, progress))
            .unzip();
        Summary {
            name: config.map_or(&self.folder, |config| &config.name).clone(),
            data: progress.map(|progress| progress.data.clone()),
            steps: newest.step,
            epochs: newest.epoch,
            scheduled_epochs: config.map(|config| config.training.schedule.epochs()),
            checkpoint: progress.map(|progress| progress.step),
            seconds,
            seconds_per_step: seconds / newest.step.max(1) as f64,
            waiting: if seconds > 0.0 { waited / seconds } else { 0.0 },
            rate: newest.rate,
            sheets: self.sheets.len(),
            generator: newest.generator,
            discriminator: newest.discriminator,
        }
    }

    fn newest(&self) -> &LogLine {
        self.lines.last().expect("a run was read with a line")
    }
}

fn folder_name(folder: &Path) -> String {
    let whole = folder.canonicalize();
    let whole = whole.as_deref().unwrap_or(folder);
    let name = whole.file_name().unwrap_or(whole.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The files `step_*.png` of a folder, which may not exist.
fn sheets(folder: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let step = name
                .strip_prefix("step_")
                .and_then(|name| name.strip_suffix(".png"));
            if let Some(step) = step.and_then(|step| step.parse().ok()) {
                found.push((step, path));
            }
        }
    }
    found.sort();
    Ok(found)
}
