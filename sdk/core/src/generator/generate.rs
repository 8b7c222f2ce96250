//! The generator: a loaded model that generates pictures from frames.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use ndarray::ArrayView3;

use super::{
    Canceller, Fit, Frame, Options, Progress, Statistics,
    buffers::Buffers,
    control::Reporter,
    finite,
    memory::{self, Estimator},
    planes,
    stages::Stages,
};
use crate::{
    Picture,
    engine::{Capabilities, Device, Engine},
    error::{Error, ErrorKind, Result},
    memory::reserve,
    model::{Manifest, ModelFile},
    pixels::Output,
    threads::OfProcess,
};

/// A model, loaded into an engine, that generates pictures from frames.
pub struct Generator {
    manifest: Manifest,
    path: PathBuf,
    estimator: Estimator,
    has_float16: bool,
    engine: Engine,
    options: Options,
    stages: OfProcess<Stages>,
    buffers: Option<Buffers>,
    canceller: Canceller,
    progress: Option<Progress>,
    statistics: Statistics,
}

impl Generator {
    /// Opens and loads a model file.
    ///
    /// # Errors
    /// When the file cannot be used, see [`ModelFile::open`], and as for [`new`](Self::new).
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self> {
        Self::new(ModelFile::open(path)?, options)
    }

    /// Loads an opened model.
    ///
    /// # Errors
    /// When the engine is not available, see [`Engine::new`], and as for [`with_engine`](Self::with_engine).
    pub fn new(file: ModelFile, options: &Options) -> Result<Self> {
        Self::with_engine(file, &Engine::new(&options.engine)?, options)
    }

    /// Loads an opened model into an engine that is already open; [`Options::engine`] is ignored.
    ///
    /// # Errors
    /// When the engine rejects the model, the model cannot be cut in two, or an option is out of range.
    pub fn with_engine(file: ModelFile, engine: &Engine, options: &Options) -> Result<Self> {
        let (manifest, path) = (file.manifest().clone(), file.path().to_owned());
        let estimator = Estimator::new(&file, options, engine.backend().capabilities())?;
        let has_float16 = file.footprint().has_float16();
        // The smallest picture, whose model is the largest part. Too small ones are refused when they come.
        let least = (manifest.size_multiple, manifest.size_multiple);
        if let Ok(needed) = estimator.needed(least) {
            reserve(needed.model)?;
        }
        let stages = Stages::load(file, engine.backend(), options)
            .map_err(|error| refused_by_engine(error, &path, has_float16))?;
        memory::trim();
        let canceller = Canceller::default();
        canceller.watch(stages.stops());
        let stages = OfProcess::new(stages);
        Ok(Self {
            manifest,
            path,
            estimator,
            has_float16,
            engine: engine.clone(),
            options: options.clone(),
            stages,
            buffers: None,
            canceller,
            progress: None,
            statistics: Statistics::default(),
        })
    }

    /// The model's manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The engine that runs the model.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Times and counts of the last picture that was generated; zero before the first.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// A handle that cancels a picture from another thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Sets the callback that is told the progress of each picture, or removes it.
    pub fn set_progress(&mut self, progress: Option<Progress>) {
        self.progress = progress;
    }

    /// Estimates the bytes that a generator of this model uses for pictures of this size with default options, see
    /// [`estimate_memory_with`](Self::estimate_memory_with).
    pub fn estimate_memory(file: &ModelFile, width: usize, height: usize) -> u64 {
        Self::estimate_memory_with(file, &Options::default(), width, height)
    }

    /// Estimates the bytes that a generator of this model uses for pictures of this size with these options, on the CPU.
    /// It follows from the sizes of the graph's tensors, and is meant to be above what ONNX Runtime takes. Excludes the
    /// program, ONNX Runtime's code and the open `file`. The largest number if the model cannot make such pictures.
    pub fn estimate_memory_with(
        file: &ModelFile,
        options: &Options,
        width: usize,
        height: usize,
    ) -> u64 {
        let estimator = Estimator::new(file, options, Capabilities::CPU);
        let needed = estimator
            .ok()
            .and_then(|estimator| estimator.needed((width, height)).ok());
        needed.map_or(u64::MAX, memory::Needed::total)
    }

    /// Checks that a model can generate pictures of this size with these options.
    ///
    /// # Errors
    /// When the size is not allowed ([`ErrorKind::Size`]) or exceeds the memory limit ([`ErrorKind::Memory`]).
    pub fn check(file: &ModelFile, options: &Options, width: usize, height: usize) -> Result<()> {
        padded(file.manifest(), options, (width, height))?;
        let estimator = Estimator::new(file, options, Capabilities::CPU)?;
        estimator.check(options, (width, height)).map(drop)
    }

    /// Prepares for pictures of this size: allocates memory and runs the model once, so that the first picture takes no
    /// longer than later ones.
    ///
    /// # Errors
    /// When the size is not allowed ([`ErrorKind::Size`]), exceeds the memory limit or the memory of the machine
    /// ([`ErrorKind::Memory`]), the engine fails, or the preparation is cancelled.
    pub fn prepare(&mut self, width: usize, height: usize) -> Result<()> {
        self.stages.check()?;
        self.canceller.reset();
        self.fit((width, height), false)?;
        let buffers = self.buffers.as_mut().expect("just made");
        // The warm-up overwrites the image, only in part if it is cancelled.
        buffers.rendered = false;
        let result = self.stages.warm_up(buffers);
        let result = self.canceller.explain(result);
        result.map_err(|error| in_model(error, &self.path, self.has_float16))
    }

    /// Generates the picture of a frame. `picture` is resized to the frame's size, and its memory is reused.
    ///
    /// # Errors
    /// When the frame does not fit the model ([`ErrorKind::Size`], [`ErrorKind::Label`]), exceeds the memory limit or the
    /// memory of the machine ([`ErrorKind::Memory`]), the engine fails ([`ErrorKind::Engine`]), the picture has NaN or
    /// infinities ([`ErrorKind::Model`]), or it is cancelled ([`ErrorKind::Cancelled`]). `picture` is then unchanged.
    pub fn generate(&mut self, frame: &Frame<'_>, picture: &mut Picture) -> Result<()> {
        self.canceller.reset();
        self.generate_with(frame, |buffers| {
            let (width, height) = frame.size();
            picture.try_resize(width, height)?;
            buffers.copy_image(picture.as_mut_slice());
            Ok(())
        })
    }

    /// Generates the picture of a frame into the caller's memory.
    ///
    /// # Errors
    /// As for [`generate`](Self::generate), and when `output` does not have the frame's size. `output` is then unchanged,
    /// unless it is on a GPU and copying to it failed.
    pub fn generate_into(&mut self, frame: &Frame<'_>, output: &mut Output<'_>) -> Result<()> {
        self.canceller.reset();
        self.generate_uncancelled(frame, output)
    }

    /// [`generate_into`](Self::generate_into) that does not clear an earlier cancel.
    pub(super) fn generate_uncancelled(
        &mut self,
        frame: &Frame<'_>,
        output: &mut Output<'_>,
    ) -> Result<()> {
        let (width, height) = output.size();
        if (width, height) != frame.size() {
            let (w, h) = frame.size();
            let expected = format_args!("but the frame has {w}x{h}");
            return Err(Error::size("the output", (width, height), expected));
        }
        self.generate_with(frame, |buffers| buffers.write_image(output))
    }

    /// Makes sure that there are buffers of this size, for confidences if they are needed or ever were.
    fn fit(&mut self, (width, height): (usize, usize), confidence: bool) -> Result<()> {
        let prepared = self.options.confidence && self.manifest.confidence;
        let confidence = confidence || prepared || self.stages.has_confidence();
        let is_it = |buffers: &Buffers| {
            let planes = &buffers.planes;
            planes.size() == (width, height) && planes.has_confidence() == confidence
        };
        if self.buffers.as_ref().is_some_and(is_it) {
            return Ok(());
        }
        let size = (width, height);
        let padded = padded(&self.manifest, &self.options, size)?;
        let needed = self.estimator.check(&self.options, size)?;
        // Free the old buffers first: they may be large.
        self.buffers = None;
        if self.engine.device() == Device::Cpu {
            reserve(needed.picture)?;
        }
        self.stages.fit(self.engine.backend(), padded, confidence)?;
        self.canceller.watch(self.stages.stops());
        let lanes = self.engine.backend().capabilities().lanes;
        let concept = self.stages.concept();
        let buffers = Buffers::new(&self.manifest, size, padded, confidence, lanes, concept)?;
        self.buffers = Some(buffers);
        Ok(())
    }

    fn generate_with(
        &mut self,
        frame: &Frame<'_>,
        write: impl FnOnce(&mut Buffers) -> Result<()>,
    ) -> Result<()> {
        let start = Instant::now();
        self.stages.check()?;
        planes::check(frame, &self.manifest)?;
        self.fit(frame.size(), frame.confident().next().is_some())?;
        let buffers = self.buffers.as_mut().expect("just made");
        self.canceller.check()?;
        let mut statistics = Statistics::default();
        let mut stopwatch = Stopwatch(start);
        buffers.take(frame, &self.manifest, self.options.reuse)?;
        statistics.pixels = buffers.planes.pixels();
        statistics.changed = buffers.changed();
        statistics.merged = self.stages.merged(buffers);
        statistics.decode = stopwatch.lap();
        let cost = self.manifest.multiply_adds;
        let whole = (cost.merge_per_pixel as f32 + cost.render_per_pixel as f32).max(1.0);
        let share = cost.merge_per_pixel as f32 / whole;
        let progress = self.progress.as_mut();
        let mut reporter = Reporter::new(&self.canceller, progress, share);
        let result = (|| {
            reporter.report(0.0)?;
            self.stages.merge(buffers, &mut reporter)?;
            statistics.merge = stopwatch.lap();
            statistics.rendered = self.stages.render(buffers)?;
            reporter.finish()
        })();
        let result = self.canceller.explain(result);
        result.map_err(|error| in_model(error, &self.path, self.has_float16))?;
        statistics.render = stopwatch.lap();
        write(buffers)?;
        statistics.write = stopwatch.lap();
        statistics.total = start.elapsed();
        self.statistics = statistics;
        tracing::debug!(?statistics, "made a picture");
        Ok(())
    }

    /// The concept tensor `[channels, height, width]` of a frame: its merged labels, from which the picture is rendered.
    /// Its sides are padded to multiples of [`Manifest::size_multiple`].
    ///
    /// # Errors
    /// As for [`generate`](Self::generate), and with [`Execution::Whole`](super::Execution::Whole), which has no such
    /// tensor.
    pub fn concept(&mut self, frame: &Frame<'_>) -> Result<ArrayView3<'_, f32>> {
        self.stages.check()?;
        if matches!(*self.stages, Stages::Uncut { .. }) {
            return Err(Error::option(
                "execution",
                "a model that runs as a whole has no concept tensor",
            ));
        }
        self.canceller.reset();
        planes::check(frame, &self.manifest)?;
        self.fit(frame.size(), frame.confident().next().is_some())?;
        let buffers = self.buffers.as_mut().expect("just made");
        buffers.take(frame, &self.manifest, self.options.reuse)?;
        let mut reporter = Reporter::new(&self.canceller, None, 1.0);
        let result = self.stages.merge(buffers, &mut reporter);
        let result = self.canceller.explain(result);
        let result = result.and_then(|()| finite::check(&buffers.concept));
        result.map_err(|error| in_model(error, &self.path, self.has_float16))?;
        let [_, channels, height, width] = buffers.concept.shape();
        let view = ArrayView3::from_shape((channels, height, width), buffers.concept.as_floats());
        Ok(view.expect("a tensor has as many numbers as its shape says"))
    }
}

/// Checks a size and returns it padded.
fn padded(
    manifest: &Manifest,
    options: &Options,
    (width, height): (usize, usize),
) -> Result<(usize, usize)> {
    match options.fit {
        Fit::Exact => manifest.check_size(width, height)?,
        Fit::Pad => manifest.check_padded_size(width, height)?,
    }
    // With `Exact` the padding is zero.
    Ok(manifest.padded_size(width, height))
}

/// Adds the model's file to an error of the engine, which does not know it.
fn refused_by_engine(error: Error, path: &Path, has_float16: bool) -> Error {
    match error.kind() {
        ErrorKind::Engine => {
            let (engine, reason) = (error.place(), error.reason());
            let about = if has_float16 {
                " (a float16 model)"
            } else {
                ""
            };
            Error::model(path, format_args!("{engine} refuses it{about}: {reason}"))
        }
        _ => error,
    }
}

/// Adds the model's file to an error about what the model made, or about a precision that an engine cannot run.
fn in_model(error: Error, path: &Path, has_float16: bool) -> Error {
    match error.kind() {
        ErrorKind::Model if error.place().is_empty() => Error::model(path, error.reason()),
        ErrorKind::Engine if has_float16 => refused_by_engine(error, path, true),
        _ => error,
    }
}

impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generator")
            .field("model", &self.manifest.name)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// Measures consecutive stages.
struct Stopwatch(Instant);

impl Stopwatch {
    /// The time since the last call.
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.0, now)
    }
}
