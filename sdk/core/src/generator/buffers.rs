//! The tensors and lists that depend on the picture's size, reused from picture to picture.

use super::{Frame, planes::Planes, reuse::Reuse};
use crate::{engine::Tensor, error::Result, model::Manifest, pixels::Output};

pub(super) struct Buffers {
    pub(super) planes: Planes,
    pub(super) reuse: Reuse,
    /// `[1, channels, height, width]`.
    pub(super) concept: Tensor,
    /// `[1, 3, height, width]`.
    pub(super) image: Tensor,
    /// Whether `image` is the picture of `planes`.
    pub(super) rendered: bool,
    /// Host copy of an output on a GPU.
    scratch: Vec<u8>,
}

impl Buffers {
    /// `confidence` says whether there are planes for it, `concept` is the name that the render part gives its input.
    pub(super) fn new(
        manifest: &Manifest,
        size: (usize, usize),
        padded: (usize, usize),
        confidence: bool,
        lanes: usize,
        concept: &str,
    ) -> Result<Self> {
        let (width, height) = padded;
        let channels = manifest.concept_channels;
        Ok(Self {
            planes: Planes::new(&manifest.labels, confidence, size, padded)?,
            reuse: Reuse::new(width * height, lanes)?,
            concept: Tensor::floats(concept, [1, channels, height, width], 0.0)?,
            image: Tensor::floats("image", [1, 3, height, width], 0.0)?,
            rendered: false,
            scratch: Vec::new(),
        })
    }

    /// Reads a frame and plans the work: what changed, or everything without `reuse`.
    pub(super) fn take(
        &mut self,
        frame: &Frame<'_>,
        manifest: &Manifest,
        reuse: bool,
    ) -> Result<()> {
        if !reuse {
            self.planes.mark_all(true);
        }
        self.planes.update(frame, manifest)?;
        self.reuse.plan(&self.planes, reuse);
        if self.changed() > 0 {
            self.rendered = false;
        }
        Ok(())
    }

    /// The number of pixels that have to be merged or copied from a duplicate.
    pub(super) fn changed(&self) -> usize {
        self.reuse.merged + self.reuse.duplicates.len()
    }

    /// Copies the picture without its padding to three planes of the frame's size.
    pub(super) fn copy_image(&self, to: &mut [f32]) {
        let (width, height) = self.planes.size();
        let [_, _, padded_height, padded_width] = self.image.shape();
        let planes = self
            .image
            .as_floats()
            .chunks_exact(padded_width * padded_height);
        for (to, from) in to.chunks_exact_mut(width * height).zip(planes) {
            let rows = to
                .chunks_exact_mut(width)
                .zip(from.chunks_exact(padded_width));
            rows.for_each(|(to, from)| to.copy_from_slice(&from[..width]));
        }
    }

    /// Writes the picture without its padding to the caller's image, which has the frame's size.
    pub(super) fn write_image(&mut self, output: &mut Output<'_>) -> Result<()> {
        let [_, _, _, padded_width] = self.image.shape();
        output.write(self.image.as_floats(), padded_width, &mut self.scratch)
    }
}
