//! A model in its engine, and how a canvas goes through it.

use std::sync::Arc;

use super::{Merge, Options, canvas::Canvas, control::Reporter, merge::Tiled};
use crate::{
    engine::{Engine, Session, Stop, Threads},
    error::Result,
    model::{ModelFile, Part},
};

pub(super) enum Stages {
    /// Merge and render, cut at the concept tensor.
    Cut {
        merge: Merger,
        render: Render,
    },
    Uncut(Box<dyn Session>),
}

pub(super) enum Merger {
    Tiled(Box<Tiled>),
    Whole(Box<dyn Session>),
}

pub(super) enum Render {
    AnySize(Box<dyn Session>),
    EachSize(Box<EachSize>),
}

/// The render part, loaded anew for each size, for engines that want that.
pub(super) struct EachSize {
    part: Part,
    threads: Threads,
    session: Option<Box<dyn Session>>,
}

impl Stages {
    pub(super) fn load(file: ModelFile, engine: &dyn Engine, options: &Options) -> Result<Self> {
        let habits = engine.habits();
        let threads = Threads {
            count: options.threads()?,
            spin: options.spin,
        };
        let pixels = options.tile_pixels(habits)?;
        if options.merge == Merge::Uncut {
            return Ok(Self::Uncut(one(engine, file.bytes(), threads)?));
        }
        let parts = file.cut()?;
        let merge = match options.merge {
            Merge::Whole => Merger::Whole(one(engine, &parts.merge.to_bytes(None), threads)?),
            _ => {
                let workers = threads.count.min(habits.most_workers);
                let manifest = file.manifest();
                let tiled = Tiled::new(engine, &parts.merge, manifest, pixels, workers)?;
                Merger::Tiled(Box::new(tiled))
            }
        };
        if habits.fixed_size {
            let render = Render::EachSize(Box::new(EachSize {
                part: parts.render,
                threads,
                session: None,
            }));
            return Ok(Self::Cut { merge, render });
        }
        // The render part has nearly all weights; the file must be gone before the engine copies them again.
        let render = parts.render.to_bytes(None);
        drop((parts, file));
        let render = Render::AnySize(one(engine, &render, threads)?);
        Ok(Self::Cut { merge, render })
    }

    /// Makes ready for pictures of this size, which has been checked.
    pub(super) fn fit(&mut self, engine: &dyn Engine, size: (usize, usize)) -> Result<()> {
        if let Self::Cut {
            render: Render::EachSize(render),
            ..
        } = self
        {
            render.session = None;
            let model = render.part.to_bytes(Some(size));
            render.session = Some(one(engine, &model, render.threads)?);
        }
        Ok(())
    }

    /// What ends a run of any session.
    pub(super) fn stops(&self) -> Vec<Arc<dyn Stop>> {
        match self {
            Self::Uncut(session) => session.stop().into_iter().collect(),
            Self::Cut { merge, render } => {
                let mut stops = match merge {
                    Merger::Tiled(tiled) => tiled.stops(),
                    Merger::Whole(session) => session.stop().into_iter().collect(),
                };
                let render = match render {
                    Render::AnySize(session) => Some(session),
                    Render::EachSize(render) => render.session.as_ref(),
                };
                stops.extend(render.and_then(|session| session.stop()));
                stops
            }
        }
    }

    /// Runs everything once.
    pub(super) fn warm_up(&mut self, canvas: &mut Canvas) -> Result<()> {
        if let Self::Cut {
            merge: Merger::Tiled(tiled),
            ..
        } = self
        {
            tiled.warm_up()?;
        }
        self.run_render(canvas)
    }

    /// How many pixels [`merge`](Self::merge) will merge.
    pub(super) fn merged(&self, canvas: &Canvas) -> usize {
        match self {
            Self::Cut {
                merge: Merger::Tiled(_),
                ..
            } => canvas.work.merged,
            _ if canvas.changed() > 0 => canvas.planes.pixels(),
            _ => 0,
        }
    }

    /// Brings the concept tensor up to date with the labels.
    pub(super) fn merge(&mut self, canvas: &mut Canvas, reporter: &mut Reporter<'_>) -> Result<()> {
        let changed = canvas.changed() > 0;
        let Canvas {
            planes,
            work,
            concept,
            ..
        } = canvas;
        if let Self::Cut { merge, .. } = self
            && changed
        {
            match merge {
                Merger::Tiled(tiled) => tiled.run(planes, work, concept, reporter)?,
                Merger::Whole(session) => session.run(planes.tensors(), concept)?,
            }
        }
        planes.mark_all(false);
        reporter.report(1.0)
    }

    /// Brings the image up to date; tells whether there was anything to do.
    pub(super) fn render(&mut self, canvas: &mut Canvas) -> Result<bool> {
        if canvas.rendered {
            return Ok(false);
        }
        self.run_render(canvas)?;
        canvas.rendered = true;
        Ok(true)
    }

    fn run_render(&mut self, canvas: &mut Canvas) -> Result<()> {
        let Canvas {
            planes,
            concept,
            image,
            ..
        } = canvas;
        match self {
            Self::Uncut(session) => session.run(planes.tensors(), image),
            Self::Cut { render, .. } => {
                let session = match render {
                    Render::AnySize(session) => session,
                    Render::EachSize(render) => {
                        render.session.as_mut().expect("`fit` has loaded it")
                    }
                };
                session.run(std::slice::from_ref(concept), image)
            }
        }
    }
}

fn one(engine: &dyn Engine, model: &[u8], threads: Threads) -> Result<Box<dyn Session>> {
    let session = engine.load(model, threads, 1)?.pop();
    Ok(session.expect("engines make as many sessions as asked for"))
}
