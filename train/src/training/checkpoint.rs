//! Checkpoints: folders that are written atomically. `docs/checkpoint.md` describes the format for readers in
//! other languages.

use std::{
    fmt::Display,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use burn::{module::Module, store::RecordError, tensor::Device};
use burn_store::{ModuleSnapshot, SafetensorsStore};
use serde::{Deserialize, Serialize};

use super::{Config, GanState, checksums, ema::is_finite};
use multicond_format::storage::{TEMPORARY_PREFIX, read_text};

use crate::{
    files::remove_temporary,
    net::{GeneratorNetwork, discriminator::Discriminator},
};

const FOLDER: &str = "checkpoints";
const CONFIG: &str = "config.toml";
const PROGRESS: &str = "progress.toml";
const GENERATOR: &str = "generator.safetensors";
const RESUME: &str = "resume";
/// Number of newest checkpoints that a run keeps complete.
const KEPT: usize = 2;

/// One checkpoint on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    folder: PathBuf,
}

/// The progress of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Number of steps done.
    pub step: u64,
    /// Number of steps of the whole run.
    pub scheduled_steps: u64,
    /// Number of pictures seen.
    pub pictures: u64,
    /// Name of the training data.
    pub data: String,
}

impl Progress {
    /// Pictures per step; the rounded mean of a run whose stages differ.
    pub fn batch_size(&self) -> usize {
        let steps = self.step.max(1);
        ((self.pictures + steps / 2) / steps) as usize
    }
}

/// Everything needed to resume a run.
pub struct Resume {
    /// Progress so far.
    pub progress: Progress,
    /// Networks and optimiser states.
    pub state: GanState,
}

impl Checkpoint {
    /// The checkpoint at a path: the folder itself, or the newest checkpoint if it is a run's folder.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(path: &Path) -> Result<Self> {
        if path.join(CONFIG).is_file() && path.join(GENERATOR).is_file() {
            return Ok(Self {
                folder: path.to_owned(),
            });
        }
        Self::of_run(path)?.pop().ok_or_else(|| {
            anyhow!(
                "{}: neither a checkpoint ({CONFIG}, {GENERATOR}) nor a run with {FOLDER}/step_*",
                path.display()
            )
        })
    }

    /// All checkpoints of a run, oldest first.
    pub fn of_run(run: &Path) -> Result<Vec<Self>> {
        let folder = run.join(FOLDER);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut checkpoints = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let folder = entry?.path();
            if let Some(step) = step_of(&folder)
                && folder.join(CONFIG).is_file()
            {
                checkpoints.push((step, Self { folder }));
            }
        }
        checkpoints.sort_by_key(|(step, _)| *step);
        Ok(checkpoints.into_iter().map(|(_, found)| found).collect())
    }

    /// Writes a checkpoint of a run, then removes all but the newest two and the generators that `keep_every` keeps.
    /// The folder is renamed to its final name only after all of its files have been synced to disk.
    ///
    /// # Errors
    /// When the weights are not finite, the run already has a checkpoint of that step, or writing fails. Older
    /// checkpoints are kept.
    pub fn write(
        run: &Path,
        config: &Config,
        progress: &Progress,
        state: &GanState,
    ) -> Result<Self> {
        ensure!(
            is_finite(&state.average)
                && is_finite(&state.generator)
                && is_finite(&state.discriminator),
            "step {}: the networks' weights are no longer finite",
            progress.step
        );
        let parent = run.join(FOLDER);
        let place = || parent.display().to_string();
        fs::create_dir_all(&parent).with_context(place)?;
        let folder = parent.join(format!("step_{:08}", progress.step));
        ensure!(!folder.exists(), "{}: exists already", folder.display());
        let work = tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .tempdir_in(&parent)
            .with_context(place)?;
        write_files(work.path(), config, progress, state)
            .with_context(|| format!("checkpoint of step {}", progress.step))?;
        fs::rename(work.path(), &folder).with_context(|| folder.display().to_string())?;
        sync(&parent)?;
        sync(run)?;

        remove_old(run, config.training.keep_every)?;
        Ok(Self { folder })
    }

    /// The path of its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its configuration.
    pub fn config(&self) -> Result<Config> {
        Config::load(&self.folder.join(CONFIG))
    }

    /// The progress of its run.
    pub fn progress(&self) -> Result<Progress> {
        let path = self.checked(PROGRESS)?;
        let text = read_text(&path)?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }

    /// Its generator, for export and evaluation.
    ///
    /// # Errors
    /// When the file is damaged, or a tensor is missing or has another shape than the configuration says.
    pub fn generator(&self, config: &Config, device: &Device) -> Result<GeneratorNetwork> {
        let path = self.checked(GENERATOR)?;
        let mut generator = GeneratorNetwork::new(&config.network, &config.labels, device);
        let mut store = SafetensorsStore::from_file(path.clone());
        let outcome = generator
            .load_from(&mut store)
            .map_err(|error| anyhow!("{}: {}", path.display(), one_line(error)))?;
        if let Some(name) = outcome.unused.first() {
            bail!(
                "{}: tensor `{name}` does not belong to any layer",
                path.display()
            );
        }
        Ok(generator)
    }

    /// Everything needed to resume its run, on an autodiff device.
    ///
    /// # Errors
    /// When a file is damaged or does not match the configuration.
    pub fn resume(&self, config: &Config, device: &Device) -> Result<Resume> {
        let fresh = GanState::new(config, device);
        Ok(Resume {
            progress: self.progress()?,
            state: GanState {
                generator: self.load("generator", |path| fresh.generator.try_load_file(path))?,
                average: self.load("average", |path| fresh.average.try_load_file(path))?,
                discriminator: self.load("discriminator", |path| {
                    fresh.discriminator.try_load_file(path)
                })?,
                generator_adam: self
                    .load("generator_adam", |path| fresh.generator_adam.load(path))?,
                discriminator_adam: self.load("discriminator_adam", |path| {
                    fresh.discriminator_adam.load(path)
                })?,
            },
        })
    }

    /// Whether it has a discriminator; kept generators have none.
    pub fn has_discriminator(&self) -> bool {
        self.folder.join(resume_file("discriminator")).is_file()
    }

    /// Its discriminator, into a network of the same sizes on an autodiff device.
    pub(super) fn discriminator(&self, empty: Discriminator) -> Result<Discriminator> {
        self.load("discriminator", |path| empty.try_load_file(path))
    }

    fn load<T>(&self, part: &str, load: impl FnOnce(&Path) -> Result<T, RecordError>) -> Result<T> {
        let path = self.checked(&resume_file(part))?;
        load(&path).map_err(|error| {
            let reason = one_line(error);
            anyhow!("{}: cannot be resumed from: {reason}", path.display())
        })
    }

    /// The path of one of its files, after its checksum was verified.
    fn checked(&self, name: &str) -> Result<PathBuf> {
        checksums::check(&self.folder, name)?;
        Ok(self.folder.join(name))
    }
}

/// Removes the leftovers of a killed process from a run. No other process may be writing to the run.
pub(super) fn tidy(run: &Path) -> Result<()> {
    for folder in [run.to_owned(), run.join(FOLDER), run.join("samples")] {
        if folder.is_dir() {
            remove_temporary(&folder)?;
        }
    }
    for checkpoint in Checkpoint::of_run(run)? {
        remove_temporary(&checkpoint.folder)?;
    }
    match Checkpoint::of_run(run)?.last() {
        Some(newest) => remove_old(run, newest.config()?.training.keep_every),
        None => Ok(()),
    }
}

/// Removes all but the newest checkpoints. Of steps that are multiples of `keep_every`, the generator is kept.
fn remove_old(run: &Path, keep_every: u64) -> Result<()> {
    let all = Checkpoint::of_run(run)?;
    for old in &all[..all.len().saturating_sub(KEPT)] {
        let is_kept = keep_every > 0
            && step_of(&old.folder).is_some_and(|step| step.is_multiple_of(keep_every));
        let useless = match is_kept {
            true => old.folder.join(RESUME),
            false => old.folder.clone(),
        };
        if useless.exists() {
            remove(&useless).with_context(|| old.folder.display().to_string())?;
        }
    }
    Ok(())
}

/// Parses the step from the name of a checkpoint folder.
fn step_of(folder: &Path) -> Option<u64> {
    let name = folder.file_name()?.to_str()?;
    name.strip_prefix("step_")?.parse().ok()
}

/// Renames a folder before removing it, so that a partly removed checkpoint is never taken for a complete one.
fn remove(folder: &Path) -> std::io::Result<()> {
    let name = folder.file_name().unwrap_or_default();
    let nameless = format!("{TEMPORARY_PREFIX}{}", name.to_string_lossy());
    let nameless = folder.with_file_name(nameless);
    fs::rename(folder, &nameless)?;
    fs::remove_dir_all(nameless)
}

/// The path of a part of the state, relative to the checkpoint.
fn resume_file(part: &str) -> String {
    format!("{RESUME}/{part}.burnpack")
}

fn write_files(
    folder: &Path,
    config: &Config,
    progress: &Progress,
    state: &GanState,
) -> Result<()> {
    let config_text = config.to_toml()?;
    save(&folder.join(CONFIG), |path| fs::write(path, config_text))?;
    let progress_text = toml::to_string(progress)?;
    save(&folder.join(PROGRESS), |path| {
        fs::write(path, progress_text)
    })?;
    save(&folder.join(GENERATOR), |path| {
        let average = state.average.clone();
        average.save_into(&mut SafetensorsStore::from_file(path))
    })?;

    let resume = folder.join(RESUME);
    save(&resume, |path| fs::create_dir(path))?;
    let part = |name: &str| folder.join(resume_file(name));
    save(&part("generator"), |path| {
        state.generator.clone().save_file(path)
    })?;
    save(&part("average"), |path| {
        state.average.clone().save_file(path)
    })?;
    save(&part("discriminator"), |path| {
        state.discriminator.clone().save_file(path)
    })?;
    save(&part("generator_adam"), |path| {
        state.generator_adam.save(path)
    })?;
    save(&part("discriminator_adam"), |path| {
        state.discriminator_adam.save(path)
    })?;

    // No checksum for the configuration, which users may edit before they resume.
    let mut summed = vec![PROGRESS.to_owned(), GENERATOR.to_owned()];
    for entry in fs::read_dir(&resume)? {
        let name = entry?.file_name();
        summed.push(format!("{RESUME}/{}", name.display()));
    }
    checksums::write(folder, &summed)?;
    for directory in [folder, &resume] {
        for entry in fs::read_dir(directory)? {
            sync(&entry?.path())?;
        }
        sync(directory)?;
    }
    Ok(())
}

fn save<E: Display>(path: &Path, write: impl FnOnce(&Path) -> Result<(), E>) -> Result<()> {
    write(path).map_err(|error| anyhow!("{}: {}", path.display(), one_line(error)))
}

fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .with_context(|| path.display().to_string())
}

fn one_line(error: impl Display) -> String {
    error
        .to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
