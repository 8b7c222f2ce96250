//! A model loaded into its engine: runs the merge and the rendering on a picture's buffers.

use std::sync::Arc;

use multicond_format::model::{CONCEPT, FixedShape, Part, cut, whole};

use super::{
    Execution, Options, buffers::Buffers, control::Reporter, finite, tiled_merge::TiledMerge,
};
use crate::{
    engine::{Backend, Session, Stop},
    error::{Error, Result},
    model::ModelFile,
    threads::{Division, SessionThreads},
};

pub(super) enum Stages {
    /// Merge and render, cut at the concept tensor.
    Cut {
        merge: Box<TiledMerge>,
        render: Render,
        /// The name of the render part's input.
        concept: &'static str,
    },
    Uncut {
        session: Box<dyn Session>,
        /// Whether it takes confidences.
        confidence: bool,
    },
}

pub(super) enum Render {
    AnySize(Box<dyn Session>),
    EachSize(Box<EachSize>),
}

/// The render part, loaded for each size, for engines that work best that way.
pub(super) struct EachSize {
    part: Part,
    threads: SessionThreads,
    /// The session, and the size that it is for.
    session: Option<(Box<dyn Session>, (usize, usize))>,
}

impl Stages {
    pub(super) fn load(file: ModelFile, engine: &dyn Backend, options: &Options) -> Result<Self> {
        let capabilities = engine.capabilities();
        let most = capabilities.most_workers;
        let division = Division::new(options.threads, options.spin, most)?;
        let (workers, threads) = (division.merge_workers, division.render);
        let tile = options.tile_pixels(capabilities)?;
        let fixed = file.manifest().fixed;
        if let Some(FixedShape { batch: 2.., .. }) = fixed {
            let reason = "exported with `--batch`, for several pictures per run; multicond needs a batch of 1";
            return Err(Error::model(file.path(), reason));
        }
        // The merge of a model for one size cannot run on tiles.
        if options.execution == Execution::Whole || fixed.is_some() {
            let confidence = file.manifest().confidence;
            let session = match confidence {
                true => one(engine, &whole(&file).to_bytes(None), threads)?,
                false => one(engine, file.bytes(), threads)?,
            };
            return Ok(Self::Uncut {
                session,
                confidence,
            });
        }
        let parts = cut(&file);
        let merge = parts.merge.detached();
        let merge = TiledMerge::new(engine, merge, file.manifest(), tile, workers)?;
        let (merge, concept) = (Box::new(merge), parts.input);
        if capabilities.fixed_size {
            let render = Render::EachSize(Box::new(EachSize {
                part: parts.render,
                threads,
                session: None,
            }));
            return Ok(Self::Cut {
                merge,
                render,
                concept,
            });
        }
        // The render part has nearly all weights, so free the file before the engine copies them again.
        let render = parts.render.to_bytes(None);
        drop((parts, file));
        let render = Render::AnySize(one(engine, &render, threads)?);
        Ok(Self::Cut {
            merge,
            render,
            concept,
        })
    }

    /// Whether confidences are inputs of the model as it is loaded.
    pub(super) fn has_confidence(&self) -> bool {
        match self {
            Self::Cut { merge, .. } => merge.has_confidence(),
            Self::Uncut { confidence, .. } => *confidence,
        }
    }

    /// Prepares for pictures of this size, which has been checked, with or without confidences.
    pub(super) fn fit(
        &mut self,
        engine: &dyn Backend,
        size: (usize, usize),
        confidence: bool,
    ) -> Result<()> {
        let Self::Cut { merge, render, .. } = self else {
            return Ok(());
        };
        merge.fit(engine, size.0 * size.1, confidence)?;
        if let Render::EachSize(render) = render
            && render.session.as_ref().is_none_or(|(_, own)| *own != size)
        {
            render.session = None;
            let model = render.part.to_bytes(Some(size));
            render.session = Some((one(engine, &model, render.threads)?, size));
        }
        Ok(())
    }

    /// The name of the concept tensor as the render part's input.
    pub(super) fn concept(&self) -> &'static str {
        match self {
            Self::Cut { concept, .. } => concept,
            Self::Uncut { .. } => CONCEPT,
        }
    }

    /// Handles that stop the runs of all sessions.
    pub(super) fn stops(&self) -> Vec<Arc<dyn Stop>> {
        match self {
            Self::Uncut { session, .. } => session.stop().into_iter().collect(),
            Self::Cut { merge, render, .. } => {
                let mut stops = merge.stops();
                let render = match render {
                    Render::AnySize(session) => Some(session),
                    Render::EachSize(render) => render.session.as_ref().map(|(own, _)| own),
                };
                stops.extend(render.and_then(|session| session.stop()));
                stops
            }
        }
    }

    /// Runs every session once.
    pub(super) fn warm_up(&mut self, buffers: &mut Buffers) -> Result<()> {
        if let Self::Cut { merge, .. } = self {
            merge.warm_up()?;
        }
        self.run_render(buffers)
    }

    /// The number of pixels that [`merge`](Self::merge) will merge.
    pub(super) fn merged(&self, buffers: &Buffers) -> usize {
        match self {
            Self::Cut { .. } => buffers.reuse.merged,
            Self::Uncut { .. } if buffers.changed() > 0 => buffers.planes.pixels(),
            Self::Uncut { .. } => 0,
        }
    }

    /// Updates the concept tensor from the labels.
    pub(super) fn merge(
        &mut self,
        buffers: &mut Buffers,
        reporter: &mut Reporter<'_>,
    ) -> Result<()> {
        let changed = buffers.changed() > 0;
        let Buffers {
            planes,
            reuse,
            concept,
            ..
        } = buffers;
        if let Self::Cut { merge, .. } = self
            && changed
        {
            merge.run(planes, reuse, concept, reporter)?;
        }
        planes.mark_all(false);
        reporter.report(1.0)
    }

    /// Updates the image. Returns whether it had to be rendered.
    pub(super) fn render(&mut self, buffers: &mut Buffers) -> Result<bool> {
        if buffers.rendered {
            return Ok(false);
        }
        self.run_render(buffers)?;
        // Otherwise it would be black: integers have no NaN.
        finite::check(&buffers.image)?;
        buffers.rendered = true;
        Ok(true)
    }

    fn run_render(&mut self, buffers: &mut Buffers) -> Result<()> {
        let Buffers {
            planes,
            concept,
            image,
            ..
        } = buffers;
        match self {
            Self::Uncut { session, .. } => session.run(planes.tensors(), image),
            Self::Cut { render, .. } => {
                let session = match render {
                    Render::AnySize(session) => session,
                    Render::EachSize(render) => {
                        let loaded = render.session.as_mut();
                        &mut loaded.expect("`fit` has loaded it").0
                    }
                };
                session.run(std::slice::from_ref(concept), image)
            }
        }
    }
}

fn one(engine: &dyn Backend, model: &[u8], threads: SessionThreads) -> Result<Box<dyn Session>> {
    let session = engine.load(model, threads, 1)?.pop();
    Ok(session.expect("engines make as many sessions as asked for"))
}
