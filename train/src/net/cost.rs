//! What a generator weighs and costs, from its sizes alone.

use multicond::{label::Label, model::MultiplyAdds};

use super::NetworkConfig;

/// Trained numbers of the generator.
pub fn parameter_count(network: &NetworkConfig, labels: &[Label]) -> u64 {
    let concept = network.merge.concept_channels(labels);
    let layers = network.backbone.layers(concept);
    let render: usize = layers.iter().map(|layer| layer.weights).sum();
    (network.merge.cost(labels).weights + render) as u64
}

/// Multiply-adds of the products in dense layers, attention and convolutions, for each pixel. The
/// share of a tile's work is rounded down.
pub fn multiply_adds(network: &NetworkConfig, labels: &[Label]) -> MultiplyAdds {
    let concept = network.merge.concept_channels(labels);
    let tile = network.backbone.tile();
    let layers = network.backbone.layers(concept);
    let render: usize = layers.iter().map(|layer| layer.products).sum();
    MultiplyAdds {
        merge_per_pixel: network.merge.cost(labels).products as u64,
        render_per_pixel: (render / (tile * tile)) as u64,
    }
}

/// What a layer weighs, and what it costs for each tile (in the merge for each pixel).
pub(crate) struct LayerCost {
    /// Trained numbers.
    pub(crate) weights: usize,
    /// Multiply-adds.
    pub(crate) products: usize,
}

impl LayerCost {
    /// Of what has no weights and does not compute.
    pub(crate) const NONE: Self = Self {
        weights: 0,
        products: 0,
    };
}

/// A convolution with so many numbers in its bias and its norm, whose kernel is applied at so many
/// places along each side of a tile. Those of a transposed one are the pixels that it takes.
pub(super) fn convolution(
    [input, output]: [usize; 2],
    kernel: usize,
    others: usize,
    side: usize,
) -> LayerCost {
    let weights = kernel * kernel * input * output;
    LayerCost {
        weights: weights + others,
        products: weights * side * side,
    }
}

#[cfg(test)]
mod tests {
    use burn::{
        module::{Module, ModuleVisitor, Param},
        tensor::{Device, Tensor},
    };

    use super::*;
    use crate::net::{BackboneKind, GeneratorNetwork, MergeKind, Preset};

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
        labels[2] = labels[2].clone().with_channels(3);
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
            let generator = GeneratorNetwork::new(&network, &labels, &Device::flex());
            assert_eq!(
                parameter_count(&network, &labels),
                generator.num_params() as u64
            );
        }
        for kind in BackboneKind::ALL {
            let mut network = Preset::Small.network(128);
            network.backbone = Preset::Small.backbone(kind, 128);
            let generator = GeneratorNetwork::new(&network, &labels, &Device::flex().autodiff());
            assert_eq!(
                parameter_count(&network, &labels),
                (generator.num_params() - untrained(&generator)) as u64,
                "{kind:?}"
            );
        }
    }

    /// Numbers of what is not trained: singular vectors of spectrally normed weights.
    fn untrained(generator: &GeneratorNetwork) -> usize {
        struct Untrained(usize);
        impl ModuleVisitor for Untrained {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                if !param.is_require_grad() {
                    self.0 += param.shape().num_elements();
                }
            }
        }
        let mut count = Untrained(0);
        generator.visit(&mut count);
        count.0
    }

    /// What the public code prints: SPADE and Pix2PixHD for the 36 channels of Cityscapes, Pix2Pix for a
    /// picture's 3.
    #[test]
    fn other_backbones_have_the_sizes_of_the_originals() {
        let millions = |kind, channels| {
            let layers = Preset::Paper.backbone(kind, 256).layers(channels);
            let count: usize = layers.iter().map(|layer| layer.weights).sum();
            format!("{:.1}", count as f64 / 1e6)
        };
        assert_eq!(millions(BackboneKind::Spade, 36), "93.0");
        assert_eq!(millions(BackboneKind::Pix2PixHd, 36), "182.5");
        assert_eq!(millions(BackboneKind::Pix2Pix, 3), "54.4");
    }
}
