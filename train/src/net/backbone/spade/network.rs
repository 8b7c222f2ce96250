//! The residual blocks of SPADE and their norms.

use burn::{
    module::Module,
    nn::{InstanceNorm, conv::Conv2d},
    tensor::{
        Device, Tensor,
        activation::{leaky_relu, relu},
    },
};

use super::{super::BackboneModule, SpadeConfig, onnx};
use crate::{
    net::{
        layers::{Convolution, double, plain_norm},
        spectral::SpectralConv,
    },
    onnx::{
        builder::{Graph, Value},
        convolution::Features,
    },
};

/// Factor between the picture's size and the size of the smallest features.
pub const FACTOR: usize = 32;
/// Slope of the leaky ReLU before each convolution of a block.
pub const LEAKY_SLOPE: f64 = 0.2;

/// Shape of a residual block. Channels are in units of the configured width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockShape {
    /// Input channels.
    pub input: usize,
    /// Output channels.
    pub output: usize,
    /// Factor between the picture's size and the size of this block's features.
    pub factor: usize,
}

/// The seven blocks. Features are upsampled by 2 before each block whose factor is half that of the one before.
pub const BLOCKS: [BlockShape; 7] = {
    const fn shape(input: usize, output: usize, factor: usize) -> BlockShape {
        BlockShape {
            input,
            output,
            factor,
        }
    }
    [
        shape(16, 16, 32),
        shape(16, 16, 16),
        shape(16, 16, 16),
        shape(16, 8, 8),
        shape(8, 4, 4),
        shape(4, 2, 2),
        shape(2, 1, 1),
    ]
};

/// SPADE's generator.
#[derive(Module, Debug)]
pub struct Spade {
    /// The first convolution, from the concept at 1/32 of the size.
    pub start: Conv2d,
    /// Residual blocks, starting at the lowest resolution.
    pub blocks: Vec<Block>,
    /// The output layer.
    pub last: Conv2d,
}

/// Residual block: two normed convolutions and a shortcut.
#[derive(Module, Debug)]
pub struct Block {
    /// The first convolution, to the smaller of the block's input and output channels.
    pub first: Normed,
    /// The second convolution, to the output channels.
    pub second: Normed,
    /// The shortcut, a 1x1 convolution; the identity if the number of channels stays the same.
    pub shortcut: Option<Normed>,
}

/// A norm conditioned on the concept, followed by a convolution with spectral norm.
#[derive(Module, Debug)]
pub struct Normed {
    /// The norm.
    pub norm: ConceptNorm,
    /// The convolution.
    pub convolution: SpectralConv,
}

/// Instance norm whose scale and shift are computed from the concept for each pixel.
#[derive(Module, Debug)]
pub struct ConceptNorm {
    /// The instance norm, without weights.
    pub norm: InstanceNorm,
    /// 3x3 convolution from the concept to hidden features, followed by ReLU.
    pub hidden: Conv2d,
    /// Convolution from the hidden features to the scale, minus 1.
    pub scale: Conv2d,
    /// Convolution from the hidden features to the shift.
    pub shift: Conv2d,
}

impl Spade {
    /// A newly initialised network with `input` channels.
    pub fn new(config: &SpadeConfig, input: usize, device: &Device) -> Self {
        let plain = |channels| plain(channels, config.initial_gain).init(device);
        Self {
            start: plain([input, BLOCKS[0].input * config.width]),
            blocks: BLOCKS
                .iter()
                .map(|shape| Block::new(shape, config, input, device))
                .collect(),
            last: plain([config.width, 3]),
        }
    }

    /// The picture `[batch, 3, height, width]` for a concept whose sides are multiples of [`FACTOR`].
    pub fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        let mut factor = FACTOR;
        let mut features = self.start.forward(every(concept.clone(), factor));
        for (block, shape) in self.blocks.iter().zip(BLOCKS) {
            if shape.factor < factor {
                features = double(features);
                factor = shape.factor;
            }
            features = block.forward(features, every(concept.clone(), factor));
        }
        self.last.forward(leaky_relu(features, LEAKY_SLOPE))
    }

    pub(super) fn power_iteration(self) -> Self {
        Self {
            blocks: self
                .blocks
                .into_iter()
                .map(|block| Block {
                    first: block.first.power_iteration(),
                    second: block.second.power_iteration(),
                    shortcut: block.shortcut.map(Normed::power_iteration),
                })
                .collect(),
            ..self
        }
    }
}

impl BackboneModule for Spade {
    fn forward(&self, concept: Tensor<4>) -> Tensor<4> {
        self.forward(concept)
    }

    fn tile(&self) -> usize {
        FACTOR
    }

    fn power_iteration(self) -> Self {
        self.power_iteration()
    }

    fn colours(&self, graph: &mut Graph, concept: Features) -> anyhow::Result<Value> {
        onnx::colours(graph, self, &concept)
    }
}

impl Block {
    fn new(shape: &BlockShape, config: &SpadeConfig, concept: usize, device: &Device) -> Self {
        let (input, output) = (shape.input * config.width, shape.output * config.width);
        let middle = input.min(output);
        let normed = |convolution: Convolution| Normed {
            norm: ConceptNorm::new(convolution.channels[0], config, concept, device),
            convolution: SpectralConv::of(convolution.init(device), convolution.padding, device),
        };
        Self {
            first: normed(plain([input, middle], config.initial_gain)),
            second: normed(plain([middle, output], config.initial_gain)),
            shortcut: (input != output).then(|| {
                normed(Convolution {
                    kernel: 1,
                    padding: 0,
                    bias: false,
                    ..plain([input, output], config.initial_gain)
                })
            }),
        }
    }

    fn forward(&self, features: Tensor<4>, concept: Tensor<4>) -> Tensor<4> {
        let around = match &self.shortcut {
            Some(shortcut) => {
                let normed = shortcut.norm.forward(features.clone(), concept.clone());
                shortcut.convolution.forward(normed)
            }
            None => features.clone(),
        };
        let active = |normed: &Normed, features| {
            let features = normed.norm.forward(features, concept.clone());
            normed
                .convolution
                .forward(leaky_relu(features, LEAKY_SLOPE))
        };
        around + active(&self.second, active(&self.first, features))
    }
}

impl Normed {
    fn power_iteration(self) -> Self {
        Self {
            convolution: self.convolution.power_iteration(),
            ..self
        }
    }
}

impl ConceptNorm {
    fn new(channels: usize, config: &SpadeConfig, concept: usize, device: &Device) -> Self {
        let plain = |channels| plain(channels, config.initial_gain).init(device);
        Self {
            norm: plain_norm(channels, device),
            hidden: plain([concept, config.hidden]),
            scale: plain([config.hidden, channels]),
            shift: plain([config.hidden, channels]),
        }
    }

    fn forward(&self, features: Tensor<4>, concept: Tensor<4>) -> Tensor<4> {
        let hidden = relu(self.hidden.forward(concept));
        let scale = self.scale.forward(hidden.clone()) + 1.0;
        self.norm.forward(features) * scale + self.shift.forward(hidden)
    }
}

fn plain(channels: [usize; 2], gain: f64) -> Convolution {
    Convolution {
        channels,
        kernel: 3,
        stride: 1,
        padding: 1,
        bias: true,
        gain,
    }
}

/// Nearest-neighbour downsampling: every `factor`-th row and column, starting with the first.
fn every(tensor: Tensor<4>, factor: usize) -> Tensor<4> {
    if factor == 1 {
        return tensor;
    }
    let [batch, channels, height, width] = tensor.dims();
    let (rows, columns) = (height / factor, width / factor);
    tensor
        .reshape([batch, channels, rows, factor, columns * factor])
        .narrow(3, 0, 1)
        .reshape([batch, channels, rows, columns, factor])
        .narrow(4, 0, 1)
        .reshape([batch, channels, rows, columns])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_by_hand() {
        let device = Device::flex();
        let ramp = Tensor::<1, burn::tensor::Int>::arange(0..16, &device).float();
        let picture = ramp.reshape([1, 1, 4, 4]);
        let small = every(picture, 2);
        let values: Vec<f32> = small.clone().into_data().iter::<f32>().collect();
        assert_eq!(values, [0.0, 2.0, 8.0, 10.0]);
        let large: Vec<f32> = double(small).into_data().iter::<f32>().collect();
        assert_eq!(large[..4], [0.0, 0.0, 2.0, 2.0]);
        assert_eq!(large[4..8], [0.0, 0.0, 2.0, 2.0]);
        assert_eq!(large[8..12], [8.0, 8.0, 10.0, 10.0]);
    }
}
