//! Generators with random weights for comparisons. A newly initialised generator always outputs nearly uniform grey, so
//! comparing its pictures would show nothing.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Tensor, TensorData},
};
use multicond::label::Label;
use multicond_train::net::{BackboneConfig, GeneratorNetwork, NetworkConfig};

use crate::random::Random;

/// A generator on the CPU with random parameters, with gains that keep signals from vanishing between labels and
/// picture.
pub fn generator(network: &NetworkConfig, labels: &[Label], seed: u64) -> GeneratorNetwork {
    let drawn = GeneratorNetwork::new(network, labels, &Device::flex()).map(&mut Redraw {
        path: Vec::new(),
        random: Random::new(seed),
        pixel_width: match &network.backbone {
            BackboneConfig::Asap(asap) => asap.pixel_width,
            _ => 1,
        },
    });
    // Random vectors are not singular vectors of the weights.
    (0..20).fold(drawn, |generator, _| generator.power_iteration())
}

struct Redraw {
    path: Vec<String>,
    random: Random,
    pixel_width: usize,
}

impl Redraw {
    /// Mean and standard deviation of a parameter's values.
    fn start(&self, dims: &[usize]) -> (f32, f32) {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match path[..] {
            [.., "gamma"] => (1.0, 0.2),
            // With a mean of zero, ReLU after a norm would amplify rounding errors in every layer.
            ["asap", .., "beta"] => (0.5, 0.2),
            [.., "beta"] => (0.0, 0.2),
            [.., "label_encodings"] => (0.0, 0.5),
            [.., "head", "bias"] => (0.0, 0.05),
            [.., "bias"] => (0.0, 0.15),
            _ => {
                let inputs: usize = match dims {
                    [_, input @ .., kernel_rows, kernel_columns] => {
                        input.iter().product::<usize>() * kernel_rows * kernel_columns
                    }
                    [input, ..] => *input,
                    [] => 1,
                };
                let gain = match path[..] {
                    ["tlam", ..] => 0.7,
                    // There are no norms, and pooling smooths.
                    ["unet", ..] => 1.8,
                    // The outputs of the head are weights themselves.
                    [.., "head", _] => 0.95 / (self.pixel_width as f32).sqrt(),
                    _ => 1.4,
                };
                (0.0, gain / (inputs as f32).sqrt())
            }
        }
    }
}

impl ModuleMapper for Redraw {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let dims = parameter.dims();
        let (mean, spread) = self.start(&dims);
        let size = dims.iter().product();
        let values: Vec<f32> = (0..size)
            .map(|_| mean + spread * self.random.spread())
            .collect();
        let device = parameter.device();
        parameter.map(|_| Tensor::from_data(TensorData::new(values, dims), &device))
    }
}
