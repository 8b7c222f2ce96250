//! The log of a run, in JSON Lines, so that any program can read it while training is running.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{DiscriminatorLoss, GeneratorLoss, Seconds};
use crate::files::lock;

/// File name of the log in a run's folder.
pub(crate) const LOG: &str = "log.jsonl";

/// One line of a run's `log.jsonl`. Losses are means since the previous line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Number of steps done.
    pub step: u64,
    /// The stage of these steps, counted from 1.
    #[serde(default = "first_stage")]
    pub stage: usize,
    /// Number of epochs done.
    pub epoch: u64,
    /// Factor of the schedule on the learning rates.
    pub rate: f64,
    /// Seconds per step.
    pub seconds_per_step: f64,
    /// Fraction of the time spent waiting for the data loader.
    pub waiting: f64,
    /// What these seconds went to; they add up to the seconds per step. Logs of old runs lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<Seconds>,
    /// The generator's losses.
    pub generator: GeneratorLoss,
    /// The discriminator's losses.
    pub discriminator: DiscriminatorLoss,
}

/// Logs that were written before there were stages are of one stage.
fn first_stage() -> usize {
    1
}

/// Reads the log of a run, oldest line first. A last line without a newline is skipped: it is still being written,
/// or its writer was killed.
///
/// # Errors
/// When the file cannot be read or a line is damaged.
pub fn read_log(run: &Path) -> Result<Vec<LogLine>> {
    let path = run.join(LOG);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().enumerate().map(|(index, line)| {
        serde_json::from_str(line)
            .with_context(|| format!("{}: line {} is damaged", path.display(), index + 1))
    });
    lines.collect()
}

/// The open log. It holds a lock, so no other process can train in the same folder.
pub(super) struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// Opens the log of a run that continues after `step` and truncates the lines of later steps.
    ///
    /// # Errors
    /// When another process has it open, or reading or writing fails.
    pub(super) fn open(run: &Path, step: u64) -> Result<Self> {
        let path = run.join(LOG);
        let place = || path.display().to_string();
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).open(&path);
        let mut file = file.with_context(place)?;
        lock(&file, "trains in this folder").with_context(place)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).with_context(place)?;
        file.set_len(length_until(&text, step))
            .with_context(place)?;
        Ok(Self { file, path })
    }

    pub(super) fn write(&mut self, line: &LogLine) -> Result<()> {
        let mut text = serde_json::to_string(line).context("a log line is plain numbers")?;
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .with_context(|| self.path.display().to_string())
    }
}

/// Length in bytes up to the last complete line whose step is not later than `step`.
fn length_until(text: &[u8], step: u64) -> u64 {
    let (mut length, mut kept) = (0, 0);
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        length += line.len() as u64;
        let is_whole = line.ends_with(b"\n");
        if is_whole && serde_json::from_slice::<LogLine>(line).is_ok_and(|line| line.step <= step) {
            kept = length;
        }
    }
    kept
}

/// The losses since the last log line.
#[derive(Clone, Debug, Default)]
pub(super) struct Losses {
    generator: Vec<GeneratorLoss>,
    discriminator: Vec<DiscriminatorLoss>,
}

impl Losses {
    pub(super) fn add(&mut self, generator: GeneratorLoss, discriminator: DiscriminatorLoss) {
        self.generator.push(generator);
        self.discriminator.push(discriminator);
    }

    pub(super) fn count(&self) -> usize {
        self.generator.len()
    }

    pub(super) fn means(&self) -> (GeneratorLoss, DiscriminatorLoss) {
        (
            GeneratorLoss::mean(&self.generator),
            DiscriminatorLoss::mean(&self.discriminator),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resumed_log_has_every_step_once() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join(LOG);
        let line = |step| LogLine {
            step,
            stage: 1,
            epoch: 0,
            rate: 1.0,
            seconds_per_step: 0.1,
            waiting: 0.0,
            seconds: None,
            generator: GeneratorLoss::default(),
            discriminator: DiscriminatorLoss::default(),
        };
        let mut log = Log::open(folder.path(), 0).expect("opens");
        for step in [10, 20, 30] {
            log.write(&line(step)).expect("writes");
        }
        let error = Log::open(folder.path(), 30).err().expect("is open");
        assert!(
            format!("{error:#}").contains("another process"),
            "{error:#}"
        );
        drop(log);
        fs::write(
            &path,
            fs::read_to_string(&path).expect("text") + "{\"step\":4",
        )
        .expect("tear");
        let mut log = Log::open(folder.path(), 20).expect("opens again");
        log.write(&line(30)).expect("writes");
        let steps: Vec<u64> = fs::read_to_string(&path)
            .expect("text")
            .lines()
            .map(|text| {
                serde_json::from_str::<LogLine>(text)
                    .expect("whole lines")
                    .step
            })
            .collect();
        assert_eq!(steps, [10, 20, 30]);
    }

    #[test]
    fn a_torn_last_line_is_left_out_and_a_damaged_one_named() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join(LOG);
        let whole = r#"{"step":10,"epoch":0,"rate":1.0,"seconds_per_step":0.5,"waiting":0.0,"generator":{"adversarial":0.0,"feature_matching":0.0,"perceptual":0.0,"pixel":0.5},"discriminator":{"real":0.0,"fake":0.0}}"#;
        let torn = &whole[..40];
        let read = |text: String| {
            fs::write(&path, text).expect("writes");
            read_log(folder.path())
        };
        let lines = read(format!("{whole}\n{torn}")).expect("reads");
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].generator.pixel, 0.5);
        assert_eq!(read(torn.into()).expect("reads"), []);
        let error = read(format!("{whole}\n{torn}\n{whole}\n")).expect_err("damaged");
        let error = format!("{error:#}");
        assert!(error.contains("log.jsonl: line 2"), "{error}");
    }
}
