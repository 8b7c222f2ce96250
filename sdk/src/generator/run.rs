//! The generator: a model, loaded into an engine, making pictures of frames.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use ndarray::ArrayView3;

use super::{
    Frame, Merge, Options, Picture,
    memory::trim,
    merge::{Merger, run_whole},
    view::View,
};
use crate::{
    engine::{self, Engine, Input, Session},
    error::{Error, Result},
    model::{Manifest, ModelFile},
};

/// A model, loaded into an engine, that makes pictures of frames.
///
/// ```no_run
/// use multicond::{Frame, Generator, Options, Picture, files};
///
/// let mut generator = Generator::open("rooms.onnx", &Options::default())?;
/// let label = generator.manifest().label("depth")?.clone();
/// let mut frame = Frame::new(256, 256);
/// frame.set("depth", files::read_label("depth.exr", &label)?)?;
/// let mut picture = Picture::default();
/// generator.generate(&frame, &mut picture)?;
/// files::write_png("picture.png", &picture)?;
/// # Ok::<(), multicond::Error>(())
/// ```
pub struct Generator {
    manifest: Manifest,
    engine: &'static str,
    stages: Stages,
    concept: Vec<f32>,
    timings: Timings,
}

enum Stages {
    Cut {
        merge: Merger,
        render: Box<dyn Session>,
    },
    Uncut(Box<dyn Session>),
}

/// How long the stages of a picture took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// From the labels to the concept tensor. Zero for [`Merge::Uncut`].
    pub merge: Duration,
    /// From the concept tensor to the picture. Zero for [`Merge::Uncut`].
    pub render: Duration,
    /// All of it, checks included.
    pub total: Duration,
}

impl Generator {
    /// Loads a model.
    ///
    /// # Errors
    /// When the file is no model that this version can use, the options' engine is not there, or it refuses the model.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self> {
        Self::new(ModelFile::open(path)?, options)
    }

    /// Loads an opened model.
    ///
    /// # Errors
    /// When the options' engine is not there, or it refuses the model.
    pub fn new(file: ModelFile, options: &Options) -> Result<Self> {
        let threads = options.threads();
        let pixels = options.tile_pixels()?;
        let engine = engine::choose(options.device, options.ort_library.as_deref())?;
        let stages = load(&file, engine.as_ref(), options.merge, pixels, threads)
            .map_err(|error| in_file(error, &file))?;
        let manifest = file.manifest().clone();
        drop(file);
        trim();
        Ok(Self {
            manifest,
            engine: engine.name(),
            stages,
            concept: Vec::new(),
            timings: Timings::default(),
        })
    }

    /// What the model says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The name of the engine that runs.
    pub fn engine(&self) -> &'static str {
        self.engine
    }

    /// How long the last picture took.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// Makes the picture of a frame. `picture` is given the frame's size; its memory, like all that the generator
    /// needs, is used again from one picture to the next. Labels that the frame lacks are missing everywhere.
    ///
    /// # Errors
    /// When the frame does not fit the model ([`Error::Size`], [`Error::Label`]), `picture` being as it was, or the
    /// engine fails.
    pub fn generate(&mut self, frame: &Frame, picture: &mut Picture) -> Result<()> {
        let start = Instant::now();
        let mut view = View::new(frame, &self.manifest)?;
        let (width, height) = frame.size();
        picture.resize(width, height);
        let shape = [1, 3, height, width];
        let mut timings = Timings::default();
        match &mut self.stages {
            Stages::Cut { merge, render } => {
                let channels = self.manifest.concept_channels;
                self.concept.resize(channels * width * height, 0.0);
                merge.run(&mut view, channels, &mut self.concept)?;
                timings.merge = start.elapsed();
                let concept = Input::floats("concept", [1, channels, height, width], &self.concept);
                render.run(&[concept], picture.as_mut_slice(), shape)?;
                timings.render = start.elapsed() - timings.merge;
            }
            Stages::Uncut(session) => {
                run_whole(session.as_mut(), &mut view, picture.as_mut_slice(), shape)?;
            }
        }
        timings.total = start.elapsed();
        self.timings = timings;
        tracing::debug!(?timings, "made a picture of {width}x{height} pixels");
        Ok(())
    }

    /// The concept tensor `[channels, height, width]` of a frame, which the picture is rendered from.
    ///
    /// # Errors
    /// As [`generate`](Self::generate), and with [`Merge::Uncut`], where there is no such tensor.
    pub fn concept(&mut self, frame: &Frame) -> Result<ArrayView3<'_, f32>> {
        let Stages::Cut { merge, .. } = &mut self.stages else {
            return Err(Error::Option {
                name: "merge",
                reason: "an uncut model does not give out its concept tensor".into(),
            });
        };
        let mut view = View::new(frame, &self.manifest)?;
        let (width, height) = frame.size();
        let channels = self.manifest.concept_channels;
        self.concept.resize(channels * width * height, 0.0);
        merge.run(&mut view, channels, &mut self.concept)?;
        let view = ArrayView3::from_shape((channels, height, width), &self.concept);
        Ok(view.expect("just resized to this shape"))
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

fn load(
    file: &ModelFile,
    engine: &dyn Engine,
    merge: Merge,
    pixels: usize,
    threads: usize,
) -> Result<Stages> {
    if merge == Merge::Uncut {
        return Ok(Stages::Uncut(one(engine, file.bytes(), threads)?));
    }
    let parts = file.cut()?;
    let merger = match merge {
        Merge::Whole => Merger::Whole(one(engine, &parts.merge.to_bytes(None), threads)?),
        _ => Merger::tiled(engine, &parts.merge, file.manifest(), pixels, threads)?,
    };
    Ok(Stages::Cut {
        merge: merger,
        render: one(engine, &parts.render.to_bytes(None), threads)?,
    })
}

fn one(engine: &dyn Engine, model: &[u8], threads: usize) -> Result<Box<dyn Session>> {
    let session = engine.load(model, threads, 1)?.pop();
    Ok(session.expect("engines make as many sessions as asked for"))
}

/// An engine that refuses a model does not know the model's file.
fn in_file(error: Error, file: &ModelFile) -> Error {
    match error {
        Error::Engine { engine, reason } => {
            Error::model(file.path(), format_args!("{engine} refuses it: {reason}"))
        }
        error => error,
    }
}
