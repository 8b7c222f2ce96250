//! Benchmark of a training step against the same step in PyTorch (`step.py`) on the same machine. Also checks that both
//! compute the same losses.
//!
//!     cargo xtask assets lpips
//!     pip install torch==2.11.0 safetensors numpy
//!     cargo bench -p multicond-train --bench step -- --backend flex
//!
//! Uses the PyTorch of `$MULTICOND_PYTHON`, else of `python3`. Fails if the losses differ.

use std::{
    env,
    ffi::OsString,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, anyhow, ensure};
use burn::{
    module::Module,
    tensor::{Device, Distribution, Tensor},
};
use burn_store::{ModuleSnapshot, SafetensorsStore};
use clap::{Parser, ValueEnum};
use multicond::{Size, label::Label};
use multicond_train::{
    data::{Batch, encoded_channels},
    net::{BackboneConfig, Preset, vgg::Vgg},
    training::{
        BackendKind, Clock, Config, DiscriminatorLoss, GanState, GeneratorLoss, Precision, Recipe,
        Share, open_devices,
    },
};
use safetensors::{Dtype, tensor::TensorView};
use serde::Deserialize;

/// Maximum relative differences of losses in the first and in the second step. In the first step, rounding causes
/// about 1e-6. In its first update, Adam changes every weight by the learning rate in the direction of its gradient,
/// whose sign depends on rounding for tiny gradients: up to 4e-3 were measured in the second step.
const TOLERANCES: [f32; 2] = [1e-3, 2e-2];
/// Lower limit of the denominator of relative differences, because the adversarial loss is a mean around 0.
const SMALL: f32 = 0.1;
/// Number of classes of `examples/rooms`.
const CLASSES: usize = 15;

#[derive(Parser)]
struct Args {
    /// burn backend; every backend except flex needs the cargo feature of the same name
    #[arg(long, value_enum, default_value = "flex")]
    backend: BackendKind,
    /// Network sizes
    #[arg(long, value_enum, default_value = "small")]
    preset: Preset,
    /// Width and height of the pictures
    #[arg(long, value_name = "PIXELS", default_value_t = 128)]
    side: usize,
    /// Batch size
    #[arg(long, value_name = "N", default_value_t = 1)]
    batch: usize,
    /// Use the sizes, losses and rates of a recipe instead
    #[arg(long, value_name = "FILE", conflicts_with_all = ["preset", "side", "batch"])]
    recipe: Option<PathBuf>,
    /// Number of rounds, in which both are timed one after the other
    #[arg(long, value_name = "N", default_value = "3")]
    rounds: NonZeroUsize,
    /// Number of timed steps per round
    #[arg(long, value_name = "N", default_value = "5")]
    steps: NonZeroUsize,
    /// Number of warm-up steps per round
    #[arg(long, value_name = "N", default_value = "2")]
    warm_up: NonZeroUsize,
    /// Device of PyTorch: cpu or cuda
    #[arg(long, value_name = "NAME", default_value = "cpu")]
    torch_device: String,
    /// Number of threads of PyTorch [default: PyTorch's default]
    #[arg(long, value_name = "N")]
    torch_threads: Option<NonZeroUsize>,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = &Args::parse();
    let mut config = config(args)?;
    let vgg = perceptual_weights(&mut config);
    let found = open_devices(args.backend, NonZeroUsize::MIN)?.remove(0);
    println!("{found}");
    println!(
        "{}, {}, batch {}; loss {:?}",
        config.name,
        config.size,
        config.training.batch_size,
        config.training.loss.parts()
    );
    let mut ours = Ours::new(config, vgg.as_deref(), &found.device.autodiff())?;
    let folder = tempfile::tempdir()?;
    ours.write(folder.path())?;
    let python = python();
    if python.is_none() {
        loudly(
            "NOT COMPARED: $MULTICOND_PYTHON, else python3, has no PyTorch. \
             `pip install torch==2.11.0 safetensors numpy` installs it",
        );
    }

    let losses: Vec<Losses> = (0..args.warm_up.get()).map(|_| ours.step()).collect();
    let name = name(args.backend);
    let (mut our_seconds, mut their_seconds, mut last) = (Vec::new(), Vec::new(), None);
    for round in 1..=args.rounds.get() {
        let seconds = ours.seconds(args.steps);
        our_seconds.push(seconds);
        let mut line = format!("round {round}: {name} {seconds:.3} s");
        if let Some(python) = &python {
            let theirs = Theirs::run(python, folder.path(), vgg.as_deref(), args)?;
            their_seconds.push(theirs.seconds);
            line += &format!(", PyTorch {:.3} s", theirs.seconds);
            last = Some(theirs);
        }
        println!("{line}");
    }
    if ![&our_seconds, &their_seconds]
        .into_iter()
        .all(|seconds| steady(seconds))
    {
        loudly(
            "THE ROUNDS DIFFER: other processes used the CPU, which slows down PyTorch more than flex",
        );
    }
    let seconds = median(our_seconds);
    let Some(theirs) = last else {
        println!("a step: {name} {seconds:.3} s");
        return Ok(());
    };
    let torch_seconds = median(their_seconds);
    println!(
        "a step: {name} {seconds:.3} s; PyTorch {} on {}, {} threads, {torch_seconds:.3} s",
        theirs.torch, theirs.device, theirs.threads
    );
    let target =
        target(args.backend).map_or(String::new(), |target| format!(", wanted at most {target}"));
    println!("RATIO {:.2}{target}", seconds / torch_seconds);
    compare(&losses, &theirs.losses)
}

/// The labels of `examples/rooms` with networks of the selected sizes.
fn config(args: &Args) -> Result<Config> {
    let recipe = match &args.recipe {
        Some(path) => Recipe::load(path)?,
        None => {
            let (width, height) = (args.side, args.side);
            let size = Some(Size { width, height });
            let mut recipe = Recipe::preset(args.preset, name(args.preset), size);
            recipe.training.batch_size = args.batch;
            recipe
        }
    };
    let config = recipe.complete(&[
        Label::semantics((0..CLASSES).map(|class| format!("class {class}"))),
        Label::depth(),
        Label::normals(),
        Label::curvature(),
        Label::edges(),
        Label::albedo(),
    ])?;
    let network = &config.network;
    let is_written_in_python = match &network.backbone {
        BackboneConfig::Asap(asap) => asap.smooth == 0 && network.hints.is_empty(),
        _ => false,
    };
    ensure!(
        is_written_in_python,
        "step.py has the networks of the presets `paper` and `small` only"
    );
    ensure!(
        config.training.precision == Precision::F32,
        "training.precision: only f32 is compared"
    );
    Ok(config)
}

/// The VGG weights for the perceptual loss. Disables the perceptual loss if the file is missing.
fn perceptual_weights(config: &mut Config) -> Option<PathBuf> {
    let loss = &mut config.training.loss;
    let path = multicond::cache_folder()
        .unwrap_or_default()
        .join("vgg16.safetensors");
    if loss.needs_vgg() && !path.is_file() {
        loudly(
            "NO PERCEPTUAL LOSS, which is a large part of a step: `cargo xtask assets lpips` installs its weights",
        );
        *loss = loss.without_vgg();
    }
    loss.needs_vgg().then_some(path)
}

/// Maximum time of a step relative to PyTorch on the CPU.
fn target(backend: BackendKind) -> Option<f64> {
    match backend {
        BackendKind::Flex => Some(6.0),
        BackendKind::Libtorch => Some(3.0),
        BackendKind::Wgpu | BackendKind::Vulkan | BackendKind::Cuda => None,
    }
}

/// The step in burn.
struct Ours {
    config: Config,
    state: GanState,
    batch: Batch,
    vgg: Option<Vgg>,
}

impl Ours {
    /// New networks, with noise as pictures and labels.
    fn new(config: Config, vgg: Option<&Path>, device: &Device) -> Result<Self> {
        let state = GanState::new(&config, device);
        let noise = |channels| {
            let Size { width, height } = config.size;
            let shape = [config.training.batch_size, channels, height, width];
            Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), device)
        };
        Ok(Self {
            batch: Batch {
                labels: noise(encoded_channels(&config.labels)),
                pictures: noise(3),
            },
            vgg: vgg.map(|path| Vgg::load(path, device)).transpose()?,
            state,
            config,
        })
    }

    /// Writes the input of `step.py`.
    fn write(&self, folder: &Path) -> Result<()> {
        std::fs::write(folder.join("config.toml"), self.config.to_toml()?)?;
        save(&self.state.generator, &folder.join("generator.safetensors"))?;
        save(
            &self.state.discriminator,
            &folder.join("discriminator.safetensors"),
        )?;
        let Batch { labels, pictures } = self.batch.clone();
        let planes = [
            ("labels", labels.into_data()),
            ("pictures", pictures.into_data()),
        ];
        let planes = planes
            .iter()
            .map(|(name, data)| {
                let view = TensorView::new(Dtype::F32, data.shape().to_vec(), data.as_bytes())?;
                Ok((*name, view))
            })
            .collect::<Result<Vec<_>>>()?;
        safetensors::serialize_to_file(planes, None, &folder.join("batch.safetensors"))?;
        Ok(())
    }

    fn step(&mut self) -> Losses {
        let shares = [Share {
            batches: vec![self.batch.clone()],
            vgg: self.vgg.as_ref(),
        }];
        let (generator, discriminator) =
            self.state
                .step(&shares, &self.config, 1.0, &mut Clock::off());
        Losses {
            generator,
            discriminator,
        }
    }

    /// The median time of so many steps.
    fn seconds(&mut self, steps: NonZeroUsize) -> f64 {
        let seconds = (0..steps.get()).map(|_| {
            let start = Instant::now();
            self.step();
            start.elapsed().as_secs_f64()
        });
        median(seconds.collect())
    }
}

fn save<M: Module>(network: &M, path: &Path) -> Result<()> {
    network
        .valid()
        .save_into(&mut SafetensorsStore::from_file(path))
        .map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// The output of `step.py`.
#[derive(Deserialize)]
struct Theirs {
    /// Losses of the warm-up steps.
    losses: Vec<Losses>,
    seconds: f64,
    torch: String,
    device: String,
    threads: usize,
}

impl Theirs {
    fn run(python: &OsString, folder: &Path, vgg: Option<&Path>, args: &Args) -> Result<Self> {
        let mut command = Command::new(python);
        command
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/step.py"))
            .arg(folder)
            .args(["--device", &args.torch_device])
            .args(["--steps", &args.steps.to_string()])
            .args(["--warm-up", &args.warm_up.to_string()]);
        if let Some(path) = vgg {
            command.arg("--vgg").arg(path);
        }
        if let Some(threads) = args.torch_threads {
            command.args(["--threads", &threads.to_string()]);
        }
        let output = command.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "step.py: {}", output.status);
        serde_json::from_slice(&output.stdout).context("what step.py printed")
    }
}

#[derive(Clone, Copy, Deserialize)]
struct Losses {
    generator: GeneratorLoss,
    discriminator: DiscriminatorLoss,
}

impl Losses {
    fn parts(&self) -> impl Iterator<Item = (&'static str, f32)> {
        let generator = self.generator.parts().into_iter();
        generator.chain(self.discriminator.parts())
    }
}

/// A Python interpreter with PyTorch.
fn python() -> Option<OsString> {
    let python = env::var_os("MULTICOND_PYTHON").unwrap_or_else(|| "python3".into());
    let status = Command::new(&python)
        .args(["-c", "import numpy, safetensors.torch, torch"])
        .stderr(Stdio::null())
        .status();
    status
        .is_ok_and(|status| status.success())
        .then_some(python)
}

/// Prints the losses of the first steps side by side. Those of the second step show whether the first updates are the
/// same.
fn compare(ours: &[Losses], theirs: &[Losses]) -> Result<()> {
    println!("step  loss                       ours     PyTorch  difference");
    let mut wrong = Vec::new();
    let steps = ours.iter().zip(theirs).zip(TOLERANCES);
    for (step, ((ours, theirs), tolerance)) in (1..).zip(steps) {
        for ((name, ours), (_, theirs)) in ours.parts().zip(theirs.parts()) {
            let difference = (ours - theirs).abs() / theirs.abs().max(SMALL);
            println!("{step:4}  {name:20} {ours:10.6}  {theirs:10.6}  {difference:10.1e}");
            // False for NaN.
            let agree = difference <= tolerance;
            if !agree {
                wrong.push(format!(
                    "{name} in step {step} ({difference:.1e} > {tolerance:.0e})"
                ));
            }
        }
    }
    ensure!(
        wrong.is_empty(),
        "LOSSES DIFFER FROM PYTORCH'S: {}",
        wrong.join(", ")
    );
    Ok(())
}

/// Whether all values are within a fifth of each other.
fn steady(seconds: &[f64]) -> bool {
    let fastest = seconds.iter().copied().fold(f64::INFINITY, f64::min);
    seconds.iter().all(|seconds| *seconds <= 1.2 * fastest)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    if numbers.len().is_multiple_of(2) {
        (numbers[half - 1] + numbers[half]) / 2.0
    } else {
        numbers[half]
    }
}

/// The name of a value on the command line.
fn name(choice: impl ValueEnum) -> String {
    let value = choice.to_possible_value();
    value.map_or(String::new(), |value| value.get_name().into())
}

fn loudly(message: &str) {
    let line = "*".repeat(message.len());
    eprintln!("{line}\n{message}\n{line}");
}
