//! Parameters and multiply-adds of a generator, computed from its configuration.

use multicond::{label::Label, model::MultiplyAdds};

use super::NetworkConfig;

/// Number of trainable parameters of the generator.
pub fn parameter_count(network: &NetworkConfig, labels: &[Label]) -> u64 {
    let concept = network.concept_channels(labels);
    let layers = network.backbone.layers(concept);
    let render: usize = layers.iter().map(|layer| layer.weights).sum();
    (network.merge.cost(labels).weights + render) as u64
}

/// Multiply-adds per pixel in dense layers, attention and convolutions. The work per tile is divided among its
/// pixels and rounded down.
pub fn multiply_adds(network: &NetworkConfig, labels: &[Label]) -> MultiplyAdds {
    let concept = network.concept_channels(labels);
    let tile = network.backbone.tile();
    let layers = network.backbone.layers(concept);
    let render: usize = layers.iter().map(|layer| layer.products).sum();
    MultiplyAdds {
        merge_per_pixel: network.merge.cost(labels).products as u64,
        render_per_pixel: (render / (tile * tile)) as u64,
    }
}

/// Parameters and multiply-adds of a layer, per tile (per pixel in the merge).
pub(crate) struct LayerCost {
    /// Number of trainable parameters.
    pub(crate) weights: usize,
    /// Multiply-adds.
    pub(crate) products: usize,
}

impl LayerCost {
    /// Cost of a layer without weights and computation.
    pub(crate) const NONE: Self = Self {
        weights: 0,
        products: 0,
    };
}

/// Cost of a convolution. `others` is the number of parameters of its bias and norm, and `side` the number of kernel
/// positions along each side of a tile, which for a transposed convolution are its input pixels.
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

    /// The labels of Taskonomy as in the paper: 18 classes, no presence channels.
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

    /// Number of values that are not trained: the singular vectors of spectral norms.
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

    /// Compares with the numbers that the public code prints: SPADE and Pix2PixHD for the 36 channels of Cityscapes,
    /// Pix2Pix for the 3 channels of a picture.
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
