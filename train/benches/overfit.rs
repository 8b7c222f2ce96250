//! Overfitting benchmark: trains on four frames, exports a model file and scores it on the same frames, to check that
//! the networks can learn.
//!
//!     cargo xtask assets lpips
//!     cargo bench -p multicond-train --bench overfit -- --data rooms/train
//!
//! Fails if the mean LPIPS is not below 0.15.

use std::{path::PathBuf, time::Instant};

use anyhow::{Result, ensure};
use burn::tensor::Device;
use clap::Parser;
use indicatif::ProgressBar;
use multicond::Size;
use multicond_train::{
    data::{Dataset, OpenOptions, Sparsity},
    eval::{
        Condition, Evaluator, Judges, Keeping, Lpips, LpipsNetwork, Quantity, Subject, open_model,
    },
    net::Preset,
    training::{self, Config, Length, LossWeights, Recipe, Schedule, TrainOptions, TrainingConfig},
};

const FRAMES: usize = 4;
const SIDE: usize = 64;
const LARGEST_LPIPS: f64 = 0.15;

#[derive(Parser)]
struct Args {
    /// Training dataset; uses four frames, spread over it
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Dataset split
    #[arg(long, value_name = "NAME")]
    split: Option<String>,
    /// Number of training steps, with four frames each
    #[arg(long, default_value_t = 150)]
    steps: u64,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = &Args::parse();
    let folder = tempfile::tempdir()?;
    let options = OpenOptions {
        split: args.split.clone(),
        ..OpenOptions::default()
    };
    let all = Dataset::open_with(&args.data, &options)?;
    let names = all.frames();
    ensure!(names.len() >= FRAMES, "has fewer than {FRAMES} frames");
    let list: Vec<&str> = (0..FRAMES)
        .map(|number| names[number * names.len() / FRAMES].as_str())
        .collect();
    let path = folder.path().join("frames.txt");
    std::fs::write(&path, list.join("\n"))?;
    let options = OpenOptions {
        frames: Some(path),
        ..options
    };
    let data = Dataset::open_with(&args.data, &options)?;

    let config = config(&data, args.steps)?;
    let start = Instant::now();
    let run = folder.path().join("run");
    std::fs::create_dir(&run)?;
    let checkpoint = training::run(
        &config,
        TrainOptions {
            data: data.clone(),
            validation: None,
            run: &run,
            devices: vec![Device::flex()],
            vgg: None,
            steps: None,
        },
        None,
    )?;
    let seconds = start.elapsed().as_secs_f64();

    let alex = LpipsNetwork::Alex;
    let weights = multicond::cache_folder().unwrap_or_default();
    let options = multicond::Options::default();
    let judges = Judges {
        lpips_alex: Some(Lpips::load(
            alex,
            &weights.join(alex.file()),
            &options.engine,
        )?),
        ..Judges::default()
    };
    let mut subject = Subject::model(open_model(checkpoint.folder())?, &options)?;
    let mut evaluator = Evaluator::new(data, config.size, 0, judges, Keeping::default())?;
    let nothing_lost = Condition::default();
    let bar = ProgressBar::hidden();
    let scores = evaluator
        .score("overfit", &mut subject, &nothing_lost, &bar)?
        .scores
        .0;
    let (lpips, psnr) = (scores[&Quantity::LpipsAlex], scores[&Quantity::Psnr]);
    println!(
        "{FRAMES} frames of {SIDE}x{SIDE}, {} steps in {seconds:.0} s on flex: LPIPS {:.4} (below {LARGEST_LPIPS} \
         is asked for), PSNR {:.2} dB",
        args.steps, lpips, psnr
    );
    ensure!(
        lpips < LARGEST_LPIPS,
        "the networks do not learn these frames"
    );
    Ok(())
}

/// All frames in each step, without augmentation.
fn config(data: &Dataset, steps: u64) -> Result<Config> {
    let size = Size {
        width: SIDE,
        height: SIDE,
    };
    let mut recipe = Recipe::preset(Preset::Small, "overfit", Some(size));
    recipe.training = TrainingConfig {
        batch_size: FRAMES,
        schedule: Schedule {
            constant: Length::Steps(steps),
            ..Schedule::default()
        },
        warm_up_steps: steps,
        generator_rate: 1e-3,
        low_resolution_share: 0.3,
        betas: [0.5, 0.99],
        average_decay: 0.95,
        flip: false,
        loss: LossWeights {
            pixel: 40.0,
            perceptual: 0.0,
            ..LossWeights::default()
        },
        sparsity: Sparsity::at_rate(0.0, &[]),
        checkpoint_every: steps,
        samples_every: 0,
        ..TrainingConfig::default()
    };
    recipe.complete(data.labels())
}
