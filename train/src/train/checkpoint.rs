//! Checkpoints: folders that appear whole or not at all. `docs/checkpoint.md` describes them for
//! readers in other languages.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use burn::{module::Module, tensor::Device};
use burn_store::{ModuleSnapshot, SafetensorsStore};
use serde::{Deserialize, Serialize};

use super::{Config, Players, ema::is_finite};
use crate::net::Generator;

const FOLDER: &str = "checkpoints";
const CONFIG: &str = "config.toml";
const PROGRESS: &str = "progress.toml";
const GENERATOR: &str = "generator.safetensors";
const RESUME: &str = "resume";
/// Checkpoints that a run keeps.
const KEPT: usize = 2;

/// One checkpoint on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    folder: PathBuf,
}

/// How far a run has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Steps done.
    pub step: u64,
    /// Name of the data that was trained on.
    pub data: String,
}

/// What a run needs to go on.
pub struct Resume {
    /// How far it has come.
    pub progress: Progress,
    /// Networks and optimisers.
    pub players: Players,
}

impl Checkpoint {
    /// The checkpoint at a path: the folder itself, or the newest of a run's folder.
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
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("step_") && path.join(CONFIG).is_file() {
                checkpoints.push(path.clone());
            }
        }
        checkpoints.sort();
        Ok(checkpoints
            .into_iter()
            .map(|folder| Self { folder })
            .collect())
    }

    /// Writes a checkpoint of a run and removes all but the newest two. The folder gets its name only
    /// when every file in it is on the disk.
    ///
    /// # Errors
    /// When the weights are not finite, or the disk refuses; older checkpoints stay.
    pub fn write(
        run: &Path,
        config: &Config,
        progress: &Progress,
        players: &Players,
    ) -> Result<Self> {
        ensure!(
            is_finite(&players.average) && is_finite(&players.generator),
            "step {}: the generator's weights are no longer finite numbers",
            progress.step
        );
        let parent = run.join(FOLDER);
        fs::create_dir_all(&parent).with_context(|| parent.display().to_string())?;
        let work = tempfile::Builder::new()
            .prefix(".unfinished_")
            .tempdir_in(&parent)
            .with_context(|| parent.display().to_string())?;
        write_files(work.path(), config, progress, players)
            .with_context(|| format!("checkpoint of step {}", progress.step))?;

        let folder = parent.join(format!("step_{:08}", progress.step));
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        fs::rename(work.path(), &folder).with_context(|| folder.display().to_string())?;
        sync(&parent)?;

        let all = Self::of_run(run)?;
        for old in &all[..all.len().saturating_sub(KEPT)] {
            fs::remove_dir_all(&old.folder).with_context(|| old.folder.display().to_string())?;
        }
        Ok(Self { folder })
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its configuration.
    pub fn config(&self) -> Result<Config> {
        Config::load(&self.folder.join(CONFIG))
    }

    /// How far its run had come.
    pub fn progress(&self) -> Result<Progress> {
        let path = self.folder.join(PROGRESS);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }

    /// Its generator, for export and evaluation.
    ///
    /// # Errors
    /// When a tensor is missing, has another shape than the configuration says, or is not finite.
    pub fn generator(&self, config: &Config, device: &Device) -> Result<Generator> {
        let path = self.folder.join(GENERATOR);
        let mut generator = Generator::new(&config.network, &config.labels, device);
        let mut store = SafetensorsStore::from_file(path.clone());
        let outcome = generator
            .load_from(&mut store)
            .map_err(|error| anyhow!("{}: {}", path.display(), one_line(error)))?;
        if let Some(name) = outcome.unused.first() {
            bail!("{}: tensor `{name}` belongs to no layer", path.display());
        }
        Ok(generator)
    }

    /// Everything that its run needs to go on, on a device that records gradients.
    pub fn resume(&self, config: &Config, device: &Device) -> Result<Resume> {
        let folder = self.folder.join(RESUME);
        let file = |name: &str| folder.join(format!("{name}.burnpack"));
        let fresh = Players::new(config, device);
        let place = |name: &'static str| {
            let path = file(name);
            move || format!("{}: cannot be resumed from", path.display())
        };
        let players = Players {
            generator: fresh
                .generator
                .try_load_file(file("generator"))
                .with_context(place("generator"))?,
            average: fresh
                .average
                .try_load_file(file("average"))
                .with_context(place("average"))?,
            discriminator: fresh
                .discriminator
                .try_load_file(file("discriminator"))
                .with_context(place("discriminator"))?,
            generator_adam: fresh
                .generator_adam
                .load(file("generator_adam"))
                .with_context(place("generator_adam"))?,
            discriminator_adam: fresh
                .discriminator_adam
                .load(file("discriminator_adam"))
                .with_context(place("discriminator_adam"))?,
        };
        Ok(Resume {
            progress: self.progress()?,
            players,
        })
    }
}

fn write_files(
    folder: &Path,
    config: &Config,
    progress: &Progress,
    players: &Players,
) -> Result<()> {
    fs::write(folder.join(CONFIG), config.to_toml()?)?;
    fs::write(folder.join(PROGRESS), toml::to_string(progress)?)?;
    let exported = if config.training.average_decay > 0.0 {
        players.average.clone()
    } else {
        players.generator.valid()
    };
    let mut store = SafetensorsStore::from_file(folder.join(GENERATOR));
    exported
        .save_into(&mut store)
        .map_err(|error| anyhow!("{GENERATOR}: {}", one_line(error)))?;

    let resume = folder.join(RESUME);
    fs::create_dir(&resume)?;
    let file = |name: &str| resume.join(format!("{name}.burnpack"));
    players.generator.clone().save_file(file("generator"))?;
    players.average.clone().save_file(file("average"))?;
    players
        .discriminator
        .clone()
        .save_file(file("discriminator"))?;
    players.generator_adam.save(file("generator_adam"))?;
    players
        .discriminator_adam
        .save(file("discriminator_adam"))?;
    for directory in [folder, &resume] {
        for entry in fs::read_dir(directory)? {
            sync(&entry?.path())?;
        }
        sync(directory)?;
    }
    Ok(())
}

fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .with_context(|| path.display().to_string())
}

fn one_line(error: impl std::fmt::Display) -> String {
    error
        .to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
