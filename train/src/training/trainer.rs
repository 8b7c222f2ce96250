//! The training loop.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use burn::{module::Module, tensor::Device};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::Array3;

use super::{
    Checkpoint, Clock, Config, DiscriminatorLoss, GanState, GeneratorLoss, Resume, Share,
    TrainingConfig,
    checkpoint::{Progress, tidy},
    clock::Part,
    events::Events,
    log::{Log, LogLine, Losses},
    plan::{Plan, Stage},
    sheet,
};
use crate::{
    data::{Augmentation, Dataset, HostBatch, Loader, Sample, Sparsity, Start, show::save_png},
    net::{GeneratorNetwork, vgg::Vgg},
    readable::words,
};

/// Frames on a sample sheet; each is shown once with dense and once with sparse labels.
const SHEET_FRAMES: usize = 3;

/// Options of a run that are not part of its configuration.
pub struct TrainOptions<'a> {
    /// The training data.
    pub data: Dataset,
    /// The data for sample sheets; the training data if absent.
    pub validation: Option<Dataset>,
    /// The run's folder.
    pub run: &'a Path,
    /// The devices to train on, without autodiff; at least one. Batches are split evenly among them; the first holds
    /// the networks.
    pub devices: Vec<Device>,
    /// The perceptual network.
    pub vgg: Option<Vgg>,
    /// Stop after this many steps, even if the schedule is longer.
    pub steps: Option<u64>,
}

/// Trains until the last stage ends, from a state that is given or from new networks. Returns the last checkpoint.
///
/// # Errors
/// When a frame cannot be read, a file cannot be written, or a loss is no longer finite. The last checkpoint stays
/// usable.
pub fn run(
    config: &Config,
    options: TrainOptions<'_>,
    resume: Option<Resume>,
) -> Result<Checkpoint> {
    let plan = Plan::new(config, &options.data)?;
    let devices = devices(config, &plan, &options)?;
    let device = devices[0].device.clone();
    let (state, done) = match resume {
        Some(resume) => (resume.state, resume.progress.step),
        None => (GanState::new(config, &device), 0),
    };
    let scheduled = plan.steps();
    let last = options
        .steps
        .map_or(scheduled, |steps| steps.min(scheduled));
    let log = Log::open(options.run, done)?;
    tidy(options.run)?;
    ensure!(
        done < last,
        "nothing to do: {done} of {last} steps are done"
    );
    let events = Events::open(&options.run.join("events"), done)?;
    let mut run = Running {
        config,
        data_name: data_name(&options.data),
        devices: &devices,
        scheduled,
        last,
        state,
        clock: Clock::of(&device),
        since_log: Instant::now(),
        log,
        events,
        progress: progress_bar(done, last),
        options: &options,
    };
    let mut step = done;
    for stage in plan.after(done) {
        if plan.len() > 1 {
            let (number, all, size) = (stage.number, plan.len(), stage.config.size);
            run.progress
                .set_prefix(format!("stage {number} of {all}, {size}, "));
        }
        if let Some(checkpoint) = run.stage(stage, &mut step)? {
            return Ok(checkpoint);
        }
    }
    unreachable!("the last step is in a stage")
}

/// A run that is under way.
struct Running<'a> {
    config: &'a Config,
    options: &'a TrainOptions<'a>,
    data_name: String,
    devices: &'a [TrainingDevice],
    /// Number of steps of all stages.
    scheduled: u64,
    /// The step after which to stop.
    last: u64,
    state: GanState,
    clock: Clock,
    /// When the last line of the log was written.
    since_log: Instant,
    log: Log,
    events: Events,
    progress: ProgressBar,
}

impl Running<'_> {
    /// Trains from `step` to the end of the stage. Returns the last checkpoint if the run ends before that.
    fn stage(&mut self, stage: &Stage, step: &mut u64) -> Result<Option<Checkpoint>> {
        let training = &stage.config.training;
        let validation = self.options.validation.as_ref();
        let sheet_samples = sheet_samples(&stage.config, validation.unwrap_or(&self.options.data))?;
        let mut loader = loader(stage, self.options.data.clone(), *step)?;
        let mut losses = Losses::default();
        let mut waiting = Duration::ZERO;
        while *step < stage.steps.end {
            let config = stage.config_at(*step);
            let (epoch, rate) = (stage.epoch(*step), stage.rate(*step));
            let next = *step + 1;
            let is_last = next == self.last;
            let is_logged =
                next.is_multiple_of(training.log_every) || is_last || next == stage.steps.end;
            self.clock.start_step(is_logged);
            let wait = Instant::now();
            let batch = loader.next_batch()?;
            waiting += wait.elapsed();
            let shares = divide(batch, training, self.devices);
            self.clock.lap(Part::Data);
            let (generator, discriminator) =
                self.state.step(&shares, config, rate, &mut self.clock);
            *step = next;
            check_losses(self.options.run, next, generator, discriminator)?;
            losses.add(generator, discriminator);
            self.progress.inc(1);

            if is_logged {
                let (generator, discriminator) = losses.means();
                let seconds = self.since_log.elapsed().as_secs_f64();
                let line = LogLine {
                    step: next,
                    stage: stage.number,
                    epoch,
                    rate,
                    seconds_per_step: seconds / losses.count() as f64,
                    waiting: waiting.as_secs_f64() / seconds,
                    seconds: Some(self.clock.take()),
                    generator,
                    discriminator,
                };
                self.log.write(&line)?;
                self.events.write(&line)?;
                self.progress
                    .set_message(message(&generator, &discriminator));
                self.since_log = Instant::now();
                (waiting, losses) = (Duration::ZERO, Losses::default());
            }
            let samples_every = training.samples_every;
            if samples_every > 0 && (next.is_multiple_of(samples_every) || is_last) {
                let path = self.options.run.join(format!("samples/step_{next:08}.png"));
                write_sheet(
                    &path,
                    &self.state.average,
                    &sheet_samples,
                    config,
                    &self.options.devices[0],
                )?;
            }
            if is_last || next.is_multiple_of(training.checkpoint_every) {
                // The losses above are from before the update. Checking them again here keeps networks that diverged
                // in this update out of the checkpoint.
                let (generator, discriminator) = self.state.losses(&shares, config);
                check_losses(self.options.run, next + 1, generator, discriminator)?;
                let progress = Progress {
                    step: next,
                    scheduled_steps: self.scheduled,
                    pictures: stage.pictures(next),
                    data: self.data_name.clone(),
                };
                let checkpoint =
                    Checkpoint::write(self.options.run, self.config, &progress, &self.state)?;
                if is_last {
                    self.progress.finish();
                    return Ok(Some(checkpoint));
                }
            }
        }
        Ok(None)
    }
}

/// The data loader of a stage, from a step of the run.
fn loader(stage: &Stage, data: Dataset, step: u64) -> Result<Loader> {
    let config = &stage.config;
    let training = &config.training;
    Loader::start(
        data,
        config.labels.clone(),
        config.size,
        training.batch_size,
        Augmentation {
            flip: training.flip,
            load_size: training.load_size,
            sparsity: training.sparsity.clone(),
            confidence: training.confidence.clone(),
        },
        training.seed,
        Start {
            before: stage.steps.start,
            step: step - stage.steps.start,
        },
    )
}

/// An autodiff device and its copy of the perceptual network.
struct TrainingDevice {
    device: Device,
    vgg: Option<Vgg>,
}

fn devices(
    config: &Config,
    plan: &Plan,
    options: &TrainOptions<'_>,
) -> Result<Vec<TrainingDevice>> {
    let devices = options.devices.len();
    for config in plan.configs() {
        let (pictures, parts) = (config.training.batch_size, config.training.accumulate);
        ensure!(
            devices > 0 && pictures.is_multiple_of(devices * parts),
            "{pictures} pictures per step cannot be split evenly among {devices} devices, in {parts} parts \
             each: change training.batch_size or training.accumulate"
        );
    }
    let precision = config.training.precision;
    let dtype = precision.dtype();
    for device in &options.devices {
        ensure!(
            device.supports_dtype(dtype),
            "training.precision {precision:?}: not supported by the device",
        );
    }
    let prepare = |device: &Device| {
        let device = device.clone().autodiff();
        TrainingDevice {
            vgg: options.vgg.as_ref().map(|vgg| vgg.on(&device, dtype)),
            device,
        }
    };
    Ok(options.devices.iter().map(prepare).collect())
}

/// Splits a batch and copies the parts to the devices.
fn divide<'a>(
    batch: HostBatch,
    training: &TrainingConfig,
    devices: &'a [TrainingDevice],
) -> Vec<Share<'a>> {
    let (accumulate, dtype) = (training.accumulate, training.precision.dtype());
    let parts = batch.split(devices.len() * accumulate);
    let mut parts = parts.into_iter();
    devices
        .iter()
        .map(|device| Share {
            batches: parts
                .by_ref()
                .take(accumulate)
                .map(|part| part.to_device(&device.device).cast(dtype))
                .collect(),
            vgg: device.vgg.as_ref(),
        })
        .collect()
}

/// The description of the training data that is stored in a model.
fn data_name(data: &Dataset) -> String {
    format!("{} ({} frames)", data.name(), data.frames().len())
}

/// Returns an error if a loss is not finite.
fn check_losses(
    run: &Path,
    step: u64,
    generator: GeneratorLoss,
    discriminator: DiscriminatorLoss,
) -> Result<()> {
    let generator = generator.parts().map(|(name, value)| (words(name), value));
    let discriminator = discriminator
        .parts()
        .map(|(name, value)| (format!("discriminator's {name}"), value));
    for (name, value) in generator.into_iter().chain(discriminator) {
        if !value.is_finite() {
            bail!("step {step}: the {name} loss is {value}; {}", advice(run)?);
        }
    }
    Ok(())
}

fn advice(run: &Path) -> Result<String> {
    Ok(match Checkpoint::of_run(run)?.pop() {
        Some(checkpoint) => format!(
            "{} is good: lower the rates in its config.toml and go on with --resume",
            checkpoint.folder().display()
        ),
        None => "there is no checkpoint yet: lower the rates in the recipe".into(),
    })
}

/// The losses shown next to the progress bar, without terms that the run does not use.
fn message(generator: &GeneratorLoss, discriminator: &DiscriminatorLoss) -> String {
    let terms = generator
        .parts()
        .into_iter()
        .filter(|(_, value)| *value != 0.0);
    let mut message: Vec<String> = terms
        .map(|(name, value)| format!("{} {value:.3}", words(name)))
        .collect();
    let both: f32 = discriminator.parts().iter().map(|(_, value)| value).sum();
    if both != 0.0 {
        message.push(format!("D {both:.3}"));
    }
    message.join(" ")
}

/// A progress bar for training steps, of which some may be done already.
pub fn progress_bar(done: u64, last: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{prefix}{bar:24} {pos}/{len} steps, {per_sec}, {eta} left, {msg}",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(last).with_style(style);
    bar.set_position(done);
    bar.reset_eta();
    bar
}

/// Frames spread over the data, each once with dense labels and once with half of the regions dropped.
fn sheet_samples(config: &Config, data: &Dataset) -> Result<Vec<Sample>> {
    let frames = data.frames().len();
    let count = SHEET_FRAMES.min(frames);
    let mut samples = Vec::new();
    for number in 0..count {
        let index = number * frames / count;
        let dense = data.read(index, &config.labels, config.size)?;
        let mut sparse = dense.clone();
        Sparsity::at_rate(0.5, &[]).apply_by_name(&mut sparse, &config.labels, 0);
        samples.extend([dense, sparse]);
    }
    Ok(samples)
}

fn write_sheet(
    path: &Path,
    generator: &GeneratorNetwork,
    samples: &[Sample],
    config: &Config,
    device: &Device,
) -> Result<()> {
    let generated = samples
        .iter()
        .map(|sample| picture(generator, sample, config, device))
        .collect::<Result<Vec<_>>>()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    save_png(&sheet(samples, &config.labels, &generated), path)
}

fn picture(
    generator: &GeneratorNetwork,
    sample: &Sample,
    config: &Config,
    device: &Device,
) -> Result<Array3<f32>> {
    let batch = HostBatch::new(std::slice::from_ref(sample), &config.labels).to_device(device);
    let image = generator.valid().forward(batch.labels).image;
    let values: Vec<f32> = image.into_data().iter::<f32>().collect();
    let (_, height, width) = sample.picture.dim();
    let picture = Array3::from_shape_vec((3, height, width), values)
        .context("the generator's picture has the sample's size")?;
    Ok((picture + 1.0) / 2.0)
}
