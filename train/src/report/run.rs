//! Reads the folder of a run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use crate::{
    readable::three_digits,
    training::{
        Checkpoint, Config, DiscriminatorLoss, GeneratorLoss, LOG, LogLine, Progress, Seconds,
        read_log,
    },
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
    /// Number of steps of all stages, if there is a checkpoint.
    pub scheduled_steps: Option<u64>,
    /// Step of the newest checkpoint.
    pub checkpoint: Option<u64>,
    /// Total time of all logged steps, in seconds.
    pub seconds: f64,
    /// Mean time per step, in seconds.
    pub seconds_per_step: f64,
    /// What those seconds went to, if the log says so.
    pub seconds_by_part: Option<Seconds>,
    /// The stages so far.
    pub stages: Vec<StageTime>,
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

/// The time of a stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageTime {
    /// Its number, counted from 1.
    pub stage: usize,
    /// Number of steps done when it began.
    pub first: u64,
    /// Number of steps done now, or when it ended.
    pub last: u64,
    /// Mean time per step, in seconds.
    pub seconds_per_step: f64,
    /// What those seconds went to, if the log says so.
    pub seconds_by_part: Option<Seconds>,
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
        let mut whole = Total::default();
        let mut stages: Vec<StageTime> = Vec::new();
        let stage = |lines: &[LogLine], first: u64| {
            let total = Total::of(lines, first);
            StageTime {
                stage: lines[0].stage,
                first,
                last: total.step,
                seconds_per_step: total.seconds / total.step.saturating_sub(first).max(1) as f64,
                seconds_by_part: total.by_part(),
            }
        };
        for lines in self.lines.chunk_by(|a, b| a.stage == b.stage) {
            let first = stages.last().map_or(0, |stage: &StageTime| stage.last);
            stages.push(stage(lines, first));
        }
        self.lines.iter().for_each(|line| whole.add(line));
        let seconds = whole.seconds;
        let checkpoint = self.checkpoint.as_ref();
        let (config, progress) = checkpoint
            .map(|(config, progress)| (config, progress))
            .unzip();
        Summary {
            name: config.map_or(&self.folder, |config| &config.name).clone(),
            data: progress.map(|progress| progress.data.clone()),
            steps: newest.step,
            epochs: newest.epoch,
            scheduled_steps: progress.map(|progress| progress.scheduled_steps),
            checkpoint: progress.map(|progress| progress.step),
            seconds,
            seconds_per_step: seconds / newest.step.max(1) as f64,
            seconds_by_part: whole.by_part(),
            stages,
            waiting: if seconds > 0.0 {
                whole.waited / seconds
            } else {
                0.0
            },
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

/// The sums of a number of lines.
#[derive(Default)]
struct Total {
    /// Steps done at the last line.
    step: u64,
    seconds: f64,
    waited: f64,
    /// Sums of the lines that have parts, and their number of steps.
    parts: (Seconds, f64),
}

impl Total {
    /// Of lines that follow a step.
    fn of(lines: &[LogLine], step: u64) -> Self {
        let mut total = Self {
            step,
            ..Self::default()
        };
        lines.iter().for_each(|line| total.add(line));
        total
    }

    fn add(&mut self, line: &LogLine) {
        let steps = line.step.saturating_sub(self.step) as f64;
        let span = line.seconds_per_step * steps;
        self.seconds += span;
        self.waited += line.waiting * span;
        if let Some(seconds) = &line.seconds {
            self.parts.0.add(seconds, steps);
            self.parts.1 += steps;
        }
        self.step = line.step;
    }

    /// The mean seconds per step.
    fn by_part(&self) -> Option<Seconds> {
        let (sum, steps) = &self.parts;
        (*steps > 0.0).then(|| {
            let mut mean = Seconds::default();
            mean.add(sum, 1.0 / steps);
            mean
        })
    }
}

impl Summary {
    /// The seconds per step and what they went to, in one line: largest first, without what took none.
    pub fn time(&self) -> String {
        let mut text = format!("{} s per step", three_digits(self.seconds_per_step));
        if let Some(seconds) = &self.seconds_by_part {
            let mut parts = seconds.parts();
            parts.sort_by(|a, b| b.1.total_cmp(&a.1));
            let parts = parts.iter().filter(|(_, seconds)| *seconds > 0.0);
            let parts = parts.map(|(name, seconds)| format!("{name} {}", three_digits(*seconds)));
            let parts: Vec<_> = parts.collect();
            text += &format!(": {}", parts.join(", "));
        }
        text
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
