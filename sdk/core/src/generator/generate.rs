//! The generator: a loaded model that makes pictures of frames.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use ndarray::ArrayView3;

use super::{
    Canceller, Fit, Frame, Options, Progress, Statistics, buffers::Buffers, control::Reporter,
    memory, planes, stages::Stages,
};
use crate::{
    Picture,
    engine::Engine,
    error::{Error, ErrorKind, Result},
    limits::{MAX_SIDE, is_size},
    model::{Manifest, ModelFile},
    pixels::Output,
};

/// A model, loaded into an engine, that makes pictures of frames.
pub struct Generator {
    manifest: Manifest,
    file_bytes: u64,
    engine: Engine,
    options: Options,
    stages: Stages,
    buffers: Option<Buffers>,
    canceller: Canceller,
    progress: Option<Progress>,
    statistics: Statistics,
}

impl Generator {
    /// Loads a model.
    ///
    /// # Errors
    /// When the file is no model that this version can use, the options' engine is not available, or it refuses the model.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self> {
        Self::new(ModelFile::open(path)?, options)
    }

    /// Loads an opened model.
    ///
    /// # Errors
    /// When the options' engine is not available, or it refuses the model.
    pub fn new(file: ModelFile, options: &Options) -> Result<Self> {
        Self::with_engine(file, &Engine::new(&options.engine)?, options)
    }

    /// Loads an opened model into an engine that is already open; the options' engine is ignored.
    ///
    /// # Errors
    /// When the engine refuses the model.
    pub fn with_engine(file: ModelFile, engine: &Engine, options: &Options) -> Result<Self> {
        let (manifest, path) = (file.manifest().clone(), file.path().to_owned());
        let file_bytes = file.file_size() as u64;
        let stages =
            Stages::load(file, engine.backend(), options).map_err(|error| in_file(error, &path))?;
        memory::trim();
        let canceller = Canceller::default();
        canceller.watch(stages.stops());
        Ok(Self {
            manifest,
            file_bytes,
            engine: engine.clone(),
            options: options.clone(),
            stages,
            buffers: None,
            canceller,
            progress: None,
            statistics: Statistics::default(),
        })
    }

    /// What the model says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The engine that runs, and why others do not.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What the last picture took.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// A handle that ends the picture under way from another thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Has `progress` told how much of each picture is done, in place of an earlier one.
    pub fn set_progress(&mut self, progress: Option<Progress>) {
        self.progress = progress;
    }

    /// Bytes that a generator of this model takes for pictures of this size, about. The program itself, ONNX
    /// Runtime's code and the open `file` come on top.
    pub fn estimate_memory(file: &ModelFile, width: usize, height: usize) -> u64 {
        memory::estimate(file.manifest(), file.file_size() as u64, width, height)
    }

    /// Checks that a generator of this model may be made, for pictures of this size.
    ///
    /// # Errors
    /// When the model cannot make such pictures, or the memory limit does not allow them.
    pub fn check(file: &ModelFile, options: &Options, width: usize, height: usize) -> Result<()> {
        let bytes = file.file_size() as u64;
        check(file.manifest(), bytes, options, (width, height)).map(drop)
    }

    /// Makes ready for pictures of this size: allocates, and runs the model once, so that the first picture takes
    /// no longer than later ones.
    ///
    /// # Errors
    /// When the model cannot make such pictures, or the memory limit does not allow them.
    pub fn prepare(&mut self, width: usize, height: usize) -> Result<()> {
        self.canceller.reset();
        self.fit((width, height))?;
        let buffers = self.buffers.as_mut().expect("just made");
        // A run that somebody cancels leaves half an image.
        buffers.rendered = false;
        let result = self.stages.warm_up(buffers);
        self.canceller.explain(result)
    }

    /// Makes the picture of a frame. `picture` is given the frame's size; its memory, like all that the generator
    /// needs, is used again from one picture to the next.
    ///
    /// # Errors
    /// When the frame does not fit the model ([`ErrorKind::Size`], [`ErrorKind::Label`]), the engine fails, or somebody
    /// cancels ([`ErrorKind::Cancelled`]). `picture` is then as it was.
    pub fn generate(&mut self, frame: &Frame<'_>, picture: &mut Picture) -> Result<()> {
        self.canceller.reset();
        self.generate_with(frame, |buffers| {
            let (width, height) = frame.size();
            picture.resize(width, height);
            buffers.copy_image(picture.as_mut_slice());
            Ok(())
        })
    }

    /// Makes the picture of a frame in the caller's memory.
    ///
    /// # Errors
    /// As [`generate`](Self::generate), and when `output` does not have the frame's size. It is then as it was.
    pub fn generate_into(&mut self, frame: &Frame<'_>, output: &mut Output<'_>) -> Result<()> {
        self.canceller.reset();
        self.generate_uncancelled(frame, output)
    }

    /// [`generate_into`](Self::generate_into) that minds a cancel from before.
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

    /// Makes sure of buffers of this size.
    fn fit(&mut self, (width, height): (usize, usize)) -> Result<()> {
        let is_it = |buffers: &Buffers| buffers.planes.size() == (width, height);
        if self.buffers.as_ref().is_some_and(is_it) {
            return Ok(());
        }
        let size = (width, height);
        let padded = check(&self.manifest, self.file_bytes, &self.options, size)?;
        // The old one's memory first, which may be large.
        self.buffers = None;
        self.stages.fit(self.engine.backend(), padded)?;
        self.canceller.watch(self.stages.stops());
        let lanes = self.engine.backend().capabilities().lanes;
        self.buffers = Some(Buffers::new(&self.manifest, size, padded, lanes));
        Ok(())
    }

    fn generate_with(
        &mut self,
        frame: &Frame<'_>,
        write: impl FnOnce(&mut Buffers) -> Result<()>,
    ) -> Result<()> {
        let start = Instant::now();
        planes::check(frame, &self.manifest)?;
        self.fit(frame.size())?;
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
        self.canceller.explain(result)?;
        statistics.render = stopwatch.lap();
        write(buffers)?;
        statistics.write = stopwatch.lap();
        statistics.total = start.elapsed();
        self.statistics = statistics;
        tracing::debug!(?statistics, "made a picture");
        Ok(())
    }

    /// The concept tensor `[channels, height, width]` of a frame, padded to whole tiles, which the picture is
    /// rendered from.
    ///
    /// # Errors
    /// As [`generate`](Self::generate), and with [`Execution::Whole`](super::Execution::Whole), where there is no such tensor.
    pub fn concept(&mut self, frame: &Frame<'_>) -> Result<ArrayView3<'_, f32>> {
        if matches!(self.stages, Stages::Uncut(_)) {
            return Err(Error::option(
                "execution",
                "an uncut model does not give out its concept tensor",
            ));
        }
        self.canceller.reset();
        planes::check(frame, &self.manifest)?;
        self.fit(frame.size())?;
        let buffers = self.buffers.as_mut().expect("just made");
        buffers.take(frame, &self.manifest, self.options.reuse)?;
        let mut reporter = Reporter::new(&self.canceller, None, 1.0);
        let result = self.stages.merge(buffers, &mut reporter);
        self.canceller.explain(result)?;
        let [_, channels, height, width] = buffers.concept.shape();
        let view = ArrayView3::from_shape((channels, height, width), buffers.concept.as_floats());
        Ok(view.expect("a tensor has as many numbers as its shape says"))
    }
}

/// The padded size.
fn check(
    manifest: &Manifest,
    file_bytes: u64,
    options: &Options,
    (width, height): (usize, usize),
) -> Result<(usize, usize)> {
    match options.fit {
        Fit::Exact => manifest.check_size(width, height)?,
        Fit::Pad if is_size(width, height) => {}
        Fit::Pad => {
            let expected = format_args!("expected 1 to {MAX_SIDE} each way");
            return Err(Error::size("the frame", (width, height), expected));
        }
    }
    memory::check(manifest, file_bytes, options, (width, height))?;
    // A size that fits exactly is padded by nothing.
    Ok(manifest.padded_size(width, height))
}

/// An engine that refuses a model does not know the model's file.
fn in_file(error: Error, path: &Path) -> Error {
    match error.kind() {
        ErrorKind::Engine => {
            let (engine, reason) = (error.place(), error.reason());
            Error::model(path, format_args!("{engine} refuses it: {reason}"))
        }
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

/// Measures one thing after the other.
struct Stopwatch(Instant);

impl Stopwatch {
    /// Since the last call.
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.0, now)
    }
}
