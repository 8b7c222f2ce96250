//! Compares parameter counts with those in the paper and in the public code of ASAP-Net and SPADE.

use burn::{module::Module, tensor::Device};
use multicond::label::{Encoding, Label};
use multicond_train::net::{
    BackboneConfig, BackboneNetwork, Condition, DiscriminatorConfig, GeneratorNetwork, MergeKind,
    MergeNetwork, Preset,
    backbone::asap::{Asap, AsapConfig},
    discriminator::Discriminator,
    multiply_adds,
};

/// A label with so many channels and no presence channel.
fn raw(name: &str, channels: usize) -> Label {
    let encoding = Encoding::Affine {
        scale: 1.0,
        bias: 0.0,
    };
    Label::continuous(name, channels, "1", encoding).with_presence(false)
}

/// The paper's labels on Taskonomy: semantics, edges, curvature, depth, normals.
fn taskonomy() -> Vec<Label> {
    let mut semantics = Label::semantics((0..18).map(|class| class.to_string()));
    semantics.presence = false;
    vec![
        semantics,
        raw("edges", 1),
        raw("curvature", 3),
        raw("depth", 1),
        raw("normals", 3),
    ]
}

#[test]
fn tlam_has_338_976_parameters() {
    assert_eq!(merge(MergeKind::Tlam).num_params(), 338_976);
}

#[test]
fn clam_has_142_656_parameters_and_the_other_baselines_none() {
    assert_eq!(merge(MergeKind::Clam).num_params(), 142_656);
    assert_eq!(merge(MergeKind::Naive).num_params(), 0);
    assert_eq!(merge(MergeKind::Semantics).num_params(), 0);
}

fn merge(kind: MergeKind) -> MergeNetwork {
    MergeNetwork::new(&Preset::Paper.merge(kind), &taskonomy(), &Device::flex())
}

/// For Cityscapes with 35 classes, the public code has 83,201,411 parameters, plus those of the channel of instance
/// edges: 64 filters of 9 values.
#[test]
fn asap_on_semantics_has_the_numbers_of_the_original() {
    let mut semantics = Label::semantics((0..35).map(|class| class.to_string()));
    semantics.presence = false;
    let mut network = Preset::Paper.network(256);
    network.merge = Preset::Paper.merge(MergeKind::Semantics);
    let generator = GeneratorNetwork::new(&network, &[semantics], &Device::flex());
    assert_eq!(generator.num_params(), 83_201_411 - 64 * 9);
    let BackboneNetwork::Asap(asap) = &generator.backbone else {
        panic!("ASAP-Net is the default")
    };
    assert_eq!(asap.pixel_mlp.parameter_count(), 16_003);
}

fn asap(height: usize) -> AsapConfig {
    match Preset::Paper.network(height).backbone {
        BackboneConfig::Asap(config) => config,
        _ => panic!("ASAP-Net is the default"),
    }
}

#[test]
fn asap_has_87_237_571_parameters_and_19_907_per_cell() {
    let config = asap(256);
    assert_eq!(config.tile, 16);
    let asap = Asap::new(&config, 96, &Device::flex());
    assert_eq!(asap.num_params(), 87_237_571);

    let mlp = &asap.pixel_mlp;
    assert_eq!(mlp.parameter_count(), 19_907);
    let layers = mlp.layers();
    assert_eq!(layers.map(|l| l.bias), [0, 7232, 11_392, 15_552, 19_712]);
    assert_eq!(layers.map(|l| l.weight), [64, 7296, 11_456, 15_616, 19_715]);
}

#[test]
fn a_tile_of_32_has_20_163_parameters_per_cell() {
    let config = asap(512);
    let asap = Asap::new(&config, 96, &Device::flex());
    assert_eq!(asap.pixel_mlp.parameter_count(), 20_163);
    assert_eq!(asap.num_params(), 87_499_971);
}

#[test]
fn the_discriminator_has_5_724_290_parameters() {
    let config = DiscriminatorConfig {
        width: 64,
        condition: Condition::Concept,
    };
    let discriminator = Discriminator::new(&config, 99, &Device::flex());
    let estimates: usize = discriminator
        .scales
        .iter()
        .flat_map(|scale| &scale.middle)
        .map(|middle| &middle.convolution)
        .map(|conv| conv.left.dims()[0] + conv.right.dims()[0])
        .sum();
    assert_eq!(discriminator.num_params() - estimates, 5_724_290);
}

#[test]
fn small_is_an_eighth_of_paper_or_less() {
    let labels = taskonomy();
    let count = |preset: Preset| {
        GeneratorNetwork::new(&preset.network(256), &labels, &Device::flex()).num_params()
    };
    let cost = |preset: Preset| {
        let adds = multiply_adds(&preset.network(256), &labels);
        adds.merge_per_pixel + adds.render_per_pixel
    };
    assert!(8 * cost(Preset::Small) <= cost(Preset::Paper));
    // 16 MB of 4-byte values, with some space for the graph.
    assert!(count(Preset::Small) * 4 < 15_500_000);
    assert!(count(Preset::Paper) > 80_000_000);
}
