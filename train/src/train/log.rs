//! The log of a run: one JSON object a line, so that any program can read it while it grows.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{DiscriminatorLoss, GeneratorLoss};

/// The log's name in a run's folder.
pub(crate) const LOG: &str = "log.jsonl";

/// One line of a run's `log.jsonl`. Losses are means since the line before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Steps done.
    pub step: u64,
    /// Passes over the data done.
    pub epoch: u64,
    /// Share of the full learning rates.
    pub rate: f64,
    /// Seconds a step.
    pub seconds_per_step: f64,
    /// Share of the time that was spent waiting for data.
    pub waiting: f64,
    /// The generator's losses.
    pub generator: GeneratorLoss,
    /// The discriminator's losses.
    pub discriminator: DiscriminatorLoss,
}

/// Reads the log of a run, oldest line first. A last line without an end is left out: it is still being
/// written, or its writer was killed.
///
/// # Errors
/// When there is no such file, or a line of it is no line of a log.
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

/// The file, open for more lines.
pub(super) struct Log(File);

impl Log {
    /// Opens the log of a run that goes on after `step`; lines of lost later steps are taken out.
    pub(super) fn open(path: &Path, step: u64) -> Result<Self> {
        let place = || path.display().to_string();
        if path.exists() {
            let text = fs::read_to_string(path).with_context(place)?;
            let kept: String = text
                .lines()
                .filter(|line| serde_json::from_str::<LogLine>(line).is_ok_and(|l| l.step <= step))
                .flat_map(|line| [line, "\n"])
                .collect();
            fs::write(path, kept).with_context(place)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .with_context(place)?;
        Ok(Self(file))
    }

    pub(super) fn write(&mut self, line: &LogLine) -> Result<()> {
        let mut text = serde_json::to_string(line).context("a log line is plain numbers")?;
        text.push('\n');
        self.0.write_all(text.as_bytes()).context(LOG)
    }
}

/// Sums of losses since the last line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    count: u32,
    generator: GeneratorLoss,
    discriminator: DiscriminatorLoss,
}

impl Sums {
    pub(super) fn add(&mut self, generator: GeneratorLoss, discriminator: DiscriminatorLoss) {
        self.count += 1;
        self.generator.adversarial += generator.adversarial;
        self.generator.feature_matching += generator.feature_matching;
        self.generator.perceptual += generator.perceptual;
        self.generator.pixel += generator.pixel;
        self.discriminator.real += discriminator.real;
        self.discriminator.fake += discriminator.fake;
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn means(&self) -> (GeneratorLoss, DiscriminatorLoss) {
        let count = self.count.max(1) as f32;
        (
            GeneratorLoss {
                adversarial: self.generator.adversarial / count,
                feature_matching: self.generator.feature_matching / count,
                perceptual: self.generator.perceptual / count,
                pixel: self.generator.pixel / count,
            },
            DiscriminatorLoss {
                real: self.discriminator.real / count,
                fake: self.discriminator.fake / count,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resumed_log_has_every_step_once() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("log.jsonl");
        let line = |step| LogLine {
            step,
            epoch: 0,
            rate: 1.0,
            seconds_per_step: 0.1,
            waiting: 0.0,
            generator: GeneratorLoss::default(),
            discriminator: DiscriminatorLoss::default(),
        };
        let mut log = Log::open(&path, 0).expect("opens");
        for step in [10, 20, 30] {
            log.write(&line(step)).expect("writes");
        }
        drop(log);
        fs::write(
            &path,
            fs::read_to_string(&path).expect("text") + "{\"step\":4",
        )
        .expect("tear");
        let mut log = Log::open(&path, 20).expect("opens again");
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
