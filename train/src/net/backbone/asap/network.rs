//! ASAP-Net, composed of its two parts.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use super::{
    super::BackboneModule,
    AsapConfig,
    enlarge::enlarge,
    low_resolution::{Cells, LowResolution},
    onnx,
    pixel_mlp::PixelMlp,
};
use crate::onnx::{
    builder::{Graph, Value},
    convolution::Features,
};

/// The network from the concept tensor to the picture.
#[derive(Module, Debug)]
pub struct Asap {
    /// Predicts the pixel networks.
    pub low_resolution: LowResolution,
    /// The pixel networks; they have no weights of their own.
    #[module(skip)]
    pub pixel_mlp: PixelMlp,
}

impl Asap {
    /// A newly initialised network with `input` channels.
    pub fn new(config: &AsapConfig, input: usize, device: &Device) -> Self {
        let seen = input - config.low_resolution_only;
        let pixel_mlp = PixelMlp::new(config, seen + config.smooth);
        let mut low_resolution =
            LowResolution::new(config, input, pixel_mlp.parameter_count(), device);
        if config.shared_start {
            low_resolution.start_from(pixel_mlp.random(device));
        }
        Self {
            low_resolution,
            pixel_mlp,
        }
    }

    /// The colours `[batch, 3, height, width]`, before the last tanh, for a tensor `[batch, input, height, width]`
    /// whose sides are multiples of the tile.
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let Cells { parameters, smooth } = self.low_resolution.forward(input.clone());
        let seen = input.narrow(1, 0, self.seen_channels());
        let pixels = match smooth {
            Some(smooth) => Tensor::cat(vec![seen, enlarge(smooth, self.pixel_mlp.tile)], 1),
            None => seen,
        };
        self.pixel_mlp.forward(pixels, parameters)
    }

    /// Channels of the input that the pixel networks see, the first ones.
    pub(super) fn seen_channels(&self) -> usize {
        let smooth = &self.low_resolution.smooth;
        let smooth = smooth.as_ref().map_or(0, |layer| layer.weight.dims()[0]);
        self.pixel_mlp.input_channels() - smooth
    }
}

impl BackboneModule for Asap {
    fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        self.forward(concept)
    }

    fn tile(&self) -> usize {
        self.pixel_mlp.tile
    }

    fn colours(&self, graph: &mut Graph, concept: Features) -> anyhow::Result<Value> {
        onnx::colours(graph, self, concept)
    }
}
