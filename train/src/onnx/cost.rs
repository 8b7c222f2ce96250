//! What a generator weighs and costs, from its sizes alone.

use multicond::{label::Label, model::MultiplyAdds};

use crate::{
    data::encoded_channels,
    net::{AsapConfig, ClamConfig, MergeConfig, NetworkConfig, TlamConfig, asap::position},
};

/// Trained numbers of the generator.
pub fn parameter_count(network: &NetworkConfig, labels: &[Label]) -> u64 {
    let n = labels.len();
    let merge = match network.merge {
        MergeConfig::Tlam(TlamConfig {
            dimension: d,
            layers,
            mlp_ratio: r,
            ..
        }) => {
            let block = 4 * d + (3 * d * d + 3 * d) + (d * d + d) + (2 * r * d * d + r * d + d);
            (encoded_channels(labels) + n) * d + n * d + layers * block
        }
        MergeConfig::Clam(ClamConfig {
            dimension: d,
            layers,
        }) => (encoded_channels(labels) + n) * d + n * layers * (d * d + d),
        MergeConfig::Naive {} | MergeConfig::Semantics {} => 0,
    };

    let concept = network.merge.concept_channels(labels);
    let convolutions: usize = stages(&network.asap, concept)
        .map(|stage| 9 * stage.input * stage.output + 2 * stage.output)
        .sum();
    let pixel = pixel_parameters(&network.asap, concept);
    let head = pixel * network.asap.max_width + pixel;
    (merge + convolutions + head) as u64
}

/// Multiply-adds of the products in dense layers, attention and convolutions, for each pixel. The
/// share of a tile's work is rounded down.
pub fn multiply_adds(network: &NetworkConfig, labels: &[Label]) -> MultiplyAdds {
    let n = labels.len();
    let merge = match network.merge {
        MergeConfig::Tlam(TlamConfig {
            dimension: d,
            layers,
            mlp_ratio: r,
            ..
        }) => {
            let block = 4 * n * d * d + 2 * r * n * d * d + 2 * n * n * d;
            encoded_channels(labels) * d + layers * block
        }
        MergeConfig::Clam(ClamConfig {
            dimension: d,
            layers,
        }) => encoded_channels(labels) * d + n * layers * d * d,
        MergeConfig::Naive {} | MergeConfig::Semantics {} => 0,
    };

    let asap = &network.asap;
    let concept = network.merge.concept_channels(labels);
    let stream: usize = stages(asap, concept)
        .map(|stage| 9 * stage.input * stage.output * stage.side * stage.side)
        .sum();
    let head = pixel_parameters(asap, concept) * asap.max_width;
    let pixel: usize = pixel_layers(asap, concept)
        .map(|[input, output]| input * output)
        .iter()
        .sum();
    MultiplyAdds {
        merge_per_pixel: merge as u64,
        render_per_pixel: ((stream + head) / (asap.tile * asap.tile) + pixel) as u64,
    }
}

/// A convolution of the low-resolution stream.
struct Stage {
    input: usize,
    output: usize,
    /// Outputs along each side of a tile.
    side: usize,
}

fn stages(asap: &AsapConfig, input: usize) -> impl Iterator<Item = Stage> {
    let (learned, width, max_width) = (asap.learned_downsampling, asap.width, asap.max_width);
    let halvings = learned.ilog2();
    let first = Stage {
        input,
        output: width,
        side: learned,
    };
    let halving = (1..=halvings).map(move |halving| Stage {
        input: width,
        output: if halving == halvings {
            max_width
        } else {
            width
        },
        side: learned >> halving,
    });
    let coarse = (0..asap.depth).map(move |_| Stage {
        input: max_width,
        output: max_width,
        side: 1,
    });
    std::iter::once(first).chain(halving).chain(coarse)
}

/// Inputs and outputs of the pixel network's layers.
fn pixel_layers(asap: &AsapConfig, input: usize) -> [[usize; 2]; 5] {
    let w = asap.pixel_width;
    let first = input + position::channels(asap.tile);
    [[first, w], [w, w], [w, w], [w, w], [w, 3]]
}

fn pixel_parameters(asap: &AsapConfig, input: usize) -> usize {
    pixel_layers(asap, input)
        .iter()
        .map(|[input, output]| input * output + output)
        .sum()
}

#[cfg(test)]
mod tests {
    use burn::{module::Module, tensor::Device};

    use super::*;
    use crate::net::{Generator, MergeKind, Preset};

    /// Taskonomy as in the paper: 18 classes, no presence channels.
    fn taskonomy() -> Vec<Label> {
        let mut labels = vec![
            Label::semantics((0..18).map(|class| class.to_string())),
            Label::edges(),
            Label::curvature(),
            Label::depth(),
            Label::normals(),
        ];
        for label in &mut labels {
            label.presence = false;
        }
        if let multicond::label::Values::Continuous { channels, .. } = &mut labels[2].values {
            *channels = 3;
        }
        labels
    }

    #[test]
    fn paper_generator_has_the_numbers_of_the_original() {
        let network = Preset::Paper.network(256);
        let cost = multiply_adds(&network, &taskonomy());
        assert_eq!(
            parameter_count(&network, &taskonomy()),
            87_237_571 + 338_976
        );
        assert_eq!(cost.merge_per_pixel, 1_675_776);
        assert_eq!(cost.render_per_pixel, 407_372 + 19_648);
    }

    #[test]
    fn baselines_cost_less_before_the_concept() {
        let merge = |kind| {
            let mut network = Preset::Paper.network(256);
            network.merge = Preset::Paper.merge(kind);
            multiply_adds(&network, &taskonomy()).merge_per_pixel
        };
        assert_eq!(merge(MergeKind::Clam), 140_736);
        assert_eq!(merge(MergeKind::Naive), 0);
        assert_eq!(merge(MergeKind::Semantics), 0);
    }

    #[test]
    fn fixed_downsampling_divides_the_stream() {
        let network = Preset::Paper.network(512);
        let cost = multiply_adds(&network, &taskonomy());
        assert_eq!(cost.render_per_pixel, 102_099 + 19_904);
    }

    #[test]
    fn formula_counts_what_the_module_holds() {
        let labels = [
            Label::semantics(["a", "b"]),
            Label::depth(),
            Label::albedo(),
        ];
        for kind in MergeKind::ALL {
            let mut network = Preset::Small.network(128);
            network.merge = Preset::Small.merge(kind);
            let generator = Generator::new(&network, &labels, &Device::flex());
            assert_eq!(
                parameter_count(&network, &labels),
                generator.num_params() as u64
            );
        }
    }
}
