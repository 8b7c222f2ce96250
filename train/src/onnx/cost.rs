//! What a generator weighs and costs, from its sizes alone.

use multicond::{label::Label, model::MultiplyAdds};

use crate::{
    data::encoded_channels,
    net::{
        AsapConfig, BackboneConfig, ClamConfig, MergeConfig, NetworkConfig, Pix2PixConfig,
        Pix2PixHdConfig, SpadeConfig, TlamConfig,
        asap::position,
        pix2pix_hd::WIDE,
        spade::{BLOCKS, FACTOR},
    },
};

/// Trained numbers of the generator.
pub fn parameter_count(network: &NetworkConfig, labels: &[Label]) -> u64 {
    let concept = network.merge.concept_channels(labels);
    let render: usize = layers(&network.backbone, concept)
        .iter()
        .map(|layer| layer.weights)
        .sum();
    (merge(&network.merge, labels).weights + render) as u64
}

/// Multiply-adds of the products in dense layers, attention and convolutions, for each pixel. The
/// share of a tile's work is rounded down.
pub fn multiply_adds(network: &NetworkConfig, labels: &[Label]) -> MultiplyAdds {
    let concept = network.merge.concept_channels(labels);
    let tile = network.backbone.tile();
    let render: usize = layers(&network.backbone, concept)
        .iter()
        .map(|layer| layer.products)
        .sum();
    MultiplyAdds {
        merge_per_pixel: merge(&network.merge, labels).products as u64,
        render_per_pixel: (render / (tile * tile)) as u64,
    }
}

/// What a layer weighs, and what it costs for each tile (in the merge for each pixel).
struct Layer {
    weights: usize,
    products: usize,
}

fn merge(config: &MergeConfig, labels: &[Label]) -> Layer {
    let n = labels.len();
    match *config {
        MergeConfig::Tlam(TlamConfig {
            dimension: d,
            layers,
            mlp_ratio: r,
            ..
        }) => {
            let block = 4 * d + (3 * d * d + 3 * d) + (d * d + d) + (2 * r * d * d + r * d + d);
            let products = 4 * n * d * d + 2 * r * n * d * d + 2 * n * n * d;
            Layer {
                weights: (encoded_channels(labels) + n) * d + n * d + layers * block,
                products: encoded_channels(labels) * d + layers * products,
            }
        }
        MergeConfig::Clam(ClamConfig {
            dimension: d,
            layers,
        }) => Layer {
            weights: (encoded_channels(labels) + n) * d + n * layers * (d * d + d),
            products: encoded_channels(labels) * d + n * layers * d * d,
        },
        MergeConfig::Naive {} | MergeConfig::Semantics {} => Layer {
            weights: 0,
            products: 0,
        },
    }
}

fn layers(backbone: &BackboneConfig, concept: usize) -> Vec<Layer> {
    match backbone {
        BackboneConfig::Asap(config) => asap(config, concept),
        BackboneConfig::Spade(config) => spade(config, concept),
        BackboneConfig::Pix2pix(config) => pix2pix(config, concept),
        BackboneConfig::Pix2pixHd(config) => pix2pix_hd(config, concept),
    }
}

/// A convolution with so many numbers in its bias and its norm, whose kernel is applied at so many
/// places along each side of a tile. Those of a transposed one are the pixels that it takes.
fn convolution([input, output]: [usize; 2], kernel: usize, others: usize, side: usize) -> Layer {
    let weights = kernel * kernel * input * output;
    Layer {
        weights: weights + others,
        products: weights * side * side,
    }
}

fn asap(config: &AsapConfig, concept: usize) -> Vec<Layer> {
    let (learned, width, most) = (config.learned_downsampling, config.width, config.max_width);
    let stage = |channels: [usize; 2], side| convolution(channels, 3, 2 * channels[1], side);
    let mut layers = vec![stage([concept, width], learned)];
    let halvings = learned.ilog2();
    layers.extend((1..=halvings).map(|halving| {
        let output = if halving == halvings { most } else { width };
        stage([width, output], learned >> halving)
    }));
    layers.extend((0..config.depth).map(|_| stage([most, most], 1)));
    let pixel = pixel_layers(config, concept - config.low_resolution_only);
    let parameters: usize = pixel.iter().map(|[i, o]| i * o + o).sum();
    layers.push(convolution([most, parameters], 1, parameters, 1));
    layers.extend(pixel.map(|[input, output]| Layer {
        weights: 0,
        products: input * output * config.tile * config.tile,
    }));
    layers
}

/// Inputs and outputs of the pixel network's layers.
fn pixel_layers(asap: &AsapConfig, input: usize) -> [[usize; 2]; 5] {
    let w = asap.pixel_width;
    let first = input + position::channels(asap.tile);
    [[first, w], [w, w], [w, w], [w, w], [w, 3]]
}

fn spade(config: &SpadeConfig, concept: usize) -> Vec<Layer> {
    let (width, hidden) = (config.width, config.hidden);
    let plain = |channels: [usize; 2], side| convolution(channels, 3, channels[1], side);
    let mut layers = vec![plain([concept, BLOCKS[0].input * width], 1)];
    for block in BLOCKS {
        let side = FACTOR / block.factor;
        let (input, output) = (block.input * width, block.output * width);
        let middle = input.min(output);
        let norm = |channels| {
            [
                plain([concept, hidden], side),
                plain([hidden, channels], side),
                plain([hidden, channels], side),
            ]
        };
        layers.extend(norm(input));
        layers.push(plain([input, middle], side));
        layers.extend(norm(middle));
        layers.push(plain([middle, output], side));
        if input != output {
            layers.extend(norm(input));
            layers.push(convolution([input, output], 1, 0, side));
        }
    }
    layers.push(plain([width, 3], FACTOR));
    layers
}

fn pix2pix(config: &Pix2PixConfig, concept: usize) -> Vec<Layer> {
    let halvings = config.halvings;
    let side = |halving: usize| 1 << (halvings - halving);
    let down = (1..=halvings).map(|halving| {
        let input = match halving {
            1 => concept,
            _ => config.channels(halving - 1),
        };
        let output = config.channels(halving);
        // A scale and a shift, or a bias.
        let others = match halving > 1 && halving < halvings {
            true => 2 * output,
            false => output,
        };
        convolution([input, output], 4, others, side(halving))
    });
    let up = (0..halvings).map(|halving| {
        let channels = config.up_channels(halving);
        let others = match halving > 0 {
            true => 2 * channels[1],
            false => channels[1],
        };
        convolution(channels, 4, others, side(halving + 1))
    });
    down.chain(up).collect()
}

fn pix2pix_hd(config: &Pix2PixHdConfig, concept: usize) -> Vec<Layer> {
    let (width, halvings) = (config.width, config.halvings);
    let channels = |halving: usize| width << halving;
    let side = |halving: usize| 1 << (halvings - halving);
    let mut layers = vec![convolution([concept, width], WIDE, 0, side(0))];
    for halving in 1..=halvings {
        let (fine, coarse) = (channels(halving - 1), channels(halving));
        layers.push(convolution([fine, coarse], 3, 0, side(halving)));
        layers.push(convolution([coarse, fine], 3, 0, side(halving)));
    }
    let lowest = channels(halvings);
    layers.extend((0..2 * config.blocks).map(|_| convolution([lowest, lowest], 3, 0, 1)));
    layers.push(convolution([width, 3], WIDE, 3, side(0)));
    layers
}

#[cfg(test)]
mod tests {
    use burn::{module::Module, tensor::Device};

    use super::*;
    use crate::net::{Backbone, BackboneKind, Generator, MergeKind, Preset};

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
        for kind in BackboneKind::ALL {
            let mut network = Preset::Small.network(128);
            network.backbone = Preset::Small.backbone(kind, 128);
            let generator = Generator::new(&network, &labels, &Device::flex());
            assert_eq!(
                parameter_count(&network, &labels),
                (generator.num_params() - estimates(&generator.backbone)) as u64,
                "{kind:?}"
            );
        }
    }

    /// Numbers of the singular vectors, which are not trained.
    fn estimates(backbone: &Backbone) -> usize {
        let Backbone::Spade(spade) = backbone else {
            return 0;
        };
        let normed = spade.blocks.iter().flat_map(|block| {
            let both = [&block.first, &block.second];
            both.into_iter().chain(&block.shortcut)
        });
        normed
            .map(|layer| layer.convolution.left.dims()[0] + layer.convolution.right.dims()[0])
            .sum()
    }

    /// What the public code prints: SPADE and Pix2PixHD for the 36 channels of Cityscapes, Pix2Pix for a
    /// picture's 3.
    #[test]
    fn other_backbones_have_the_sizes_of_the_originals() {
        let millions = |kind, channels| {
            let layers = layers(&Preset::Paper.backbone(kind, 256), channels);
            let count: usize = layers.iter().map(|layer| layer.weights).sum();
            format!("{:.1}", count as f64 / 1e6)
        };
        assert_eq!(millions(BackboneKind::Spade, 36), "93.0");
        assert_eq!(millions(BackboneKind::Pix2pixHd, 36), "182.5");
        assert_eq!(millions(BackboneKind::Pix2pix, 3), "54.4");
    }
}
