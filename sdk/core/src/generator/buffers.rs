//! The tensors and lists that depend on a picture's size, kept from one picture to the next.

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
    /// Copy of an output on a GPU.
    scratch: Vec<u8>,
}

impl Buffers {
    pub(super) fn new(
        manifest: &Manifest,
        size: (usize, usize),
        padded: (usize, usize),
        lanes: usize,
    ) -> Self {
        let (width, height) = padded;
        let channels = manifest.concept_channels;
        Self {
            planes: Planes::new(&manifest.labels, size, padded),
            reuse: Reuse::new(width * height, lanes),
            concept: Tensor::floats("concept", [1, channels, height, width], 0.0),
            image: Tensor::floats("image", [1, 3, height, width], 0.0),
            rendered: false,
            scratch: Vec::new(),
        }
    }

    /// Takes a frame and finds out what is to be done. Without `reuse` all is.
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

    /// Pixels that have to be merged, or take over another one's result.
    pub(super) fn changed(&self) -> usize {
        self.reuse.merged + self.reuse.duplicates.len()
    }

    /// The frame's part of the picture to three planes of its size.
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

    /// The frame's part of the picture to the caller's image of its size.
    pub(super) fn write_image(&mut self, output: &mut Output<'_>) -> Result<()> {
        let [_, _, _, padded_width] = self.image.shape();
        output.write(self.image.as_floats(), padded_width, &mut self.scratch)
    }
}
