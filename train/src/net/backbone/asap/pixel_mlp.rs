//! The pixel network: five dense layers, whose weights the low-resolution stream predicts for each tile.

use burn::tensor::{Device, Distribution, Tensor, TensorData, activation};

use super::{AsapConfig, position};

/// Slope of the leaky ReLU between layers.
pub const LEAKY_SLOPE: f64 = 0.01;

/// The pixel networks, and the layout of their parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct PixelMlp {
    /// Side of a tile in pixels.
    pub tile: usize,
    /// Widths between layers: input with position code, four hidden, RGB.
    pub widths: [usize; 6],
}

/// The position of a layer's parameters in the parameter vector of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerSlice {
    /// Inputs of the layer.
    pub input: usize,
    /// Outputs of the layer.
    pub output: usize,
    /// Offset of the bias, `[output]`.
    pub bias: usize,
    /// Offset of the weights, `[input, output]` in row-major order.
    pub weight: usize,
}

impl PixelMlp {
    pub(super) fn new(config: &AsapConfig, input: usize) -> Self {
        let w = config.pixel_width;
        Self {
            tile: config.tile,
            widths: [input + position::channels(config.tile), w, w, w, w, 3],
        }
    }

    /// Number of input channels besides the position code.
    pub fn input_channels(&self) -> usize {
        self.widths[0] - position::channels(self.tile)
    }

    /// The layers in order; the bias of each precedes its weights.
    pub fn layers(&self) -> [LayerSlice; 5] {
        let mut start = 0;
        std::array::from_fn(|layer| {
            let (input, output) = (self.widths[layer], self.widths[layer + 1]);
            let slice = LayerSlice {
                input,
                output,
                bias: start,
                weight: start + output,
            };
            start = slice.weight + input * output;
            slice
        })
    }

    /// Number of parameters of one pixel network.
    pub fn parameter_count(&self) -> usize {
        let [.., last] = self.layers();
        last.weight + last.input * last.output
    }

    /// Parameters of a random network with He initialisation, which keeps the scale of values from layer to layer.
    pub(super) fn random(&self, device: &Device) -> Tensor<1> {
        let parts = self.layers().into_iter().flat_map(|layer| {
            let deviation = (2.0 / layer.input as f64).sqrt();
            let weights = Distribution::Normal(0.0, deviation);
            [
                Tensor::zeros([layer.output], device),
                Tensor::random([layer.input * layer.output], weights, device),
            ]
        });
        Tensor::cat(parts.collect(), 0)
    }

    /// The picture for `input [batch, channels, height, width]`, by the networks of
    /// `parameters [batch, parameter_count, height / tile, width / tile]`.
    pub fn forward(&self, input: Tensor<4>, parameters: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = input.dims();
        let tile = self.tile;
        let (rows, columns) = (height / tile, width / tile);
        let cells = batch * rows * columns;
        let (device, input_type) = (input.device(), input.dtype());

        let pixels = input
            .reshape([batch, channels, rows, tile, columns, tile])
            .permute([0, 2, 4, 3, 5, 1])
            .reshape([cells, tile * tile, channels]);
        let code = TensorData::new(
            position::table(tile),
            [1, tile * tile, position::channels(tile)],
        );
        let code = Tensor::<3>::from_data(code, &device)
            .cast(input_type)
            .repeat_dim(0, cells);
        let parameters = parameters
            .permute([0, 2, 3, 1])
            .reshape([cells, self.parameter_count()]);

        let layers = self.layers();
        let mut values = Tensor::cat(vec![pixels, code], 2);
        for (index, layer) in layers.iter().enumerate() {
            let weight = parameters
                .clone()
                .narrow(1, layer.weight, layer.input * layer.output)
                .reshape([cells, layer.input, layer.output]);
            let bias = parameters
                .clone()
                .narrow(1, layer.bias, layer.output)
                .reshape([cells, 1, layer.output]);
            values = values.matmul(weight) + bias;
            if index + 1 < layers.len() {
                values = activation::leaky_relu(values, LEAKY_SLOPE);
            }
        }
        values
            .reshape([batch, rows, columns, tile, tile, 3])
            .permute([0, 5, 1, 3, 2, 4])
            .reshape([batch, 3, height, width])
    }
}
