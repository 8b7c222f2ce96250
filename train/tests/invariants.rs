//! Tests of invariants that hold for any weights. Their numbers are those in `docs/networks.md`. Invariant 5 is tested
//! next to the position code, 6 in `paper_numbers.rs`, 9 next to the losses, 10 next to the schedule.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::{
    nn::Linear,
    tensor::{Device, Distribution, Int, Tensor, activation::gelu},
};
use multicond::label::Label;
use multicond_train::net::{
    Condition, DiscriminatorConfig, MergeConfig, MergeNetwork,
    backbone::asap::{Asap, AsapConfig, Padding, downsample},
    discriminator::{self, Discriminator},
    merge::{
        clam::{Clam, ClamConfig},
        naive::NaiveConfig,
        semantics::SemanticsConfig,
        tlam::{Tlam, TlamConfig},
    },
};

/// The seeded CPU device, locked by one test at a time because all tests of a process share the random number
/// generator.
fn device() -> (Device, MutexGuard<'static, ()>) {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let device = Device::flex();
    device.seed(1);
    (device, alone)
}

fn labels() -> Vec<Label> {
    vec![
        Label::semantics(["a", "b"]),
        Label::depth(),
        Label::normals(),
    ]
}

/// Channels of each of `labels()`, including presence channels.
const CHANNELS: [usize; 3] = [3, 2, 4];

fn tlam(device: &Device) -> Tlam {
    device.seed(3);
    let config = TlamConfig {
        dimension: 12,
        layers: 2,
        heads: 3,
        mlp_ratio: 2,
    };
    let mut tlam = Tlam::new(&config, &labels(), device);
    tlam.projections.iter_mut().for_each(redraw_bias);
    tlam
}

fn clam(device: &Device) -> Clam {
    device.seed(3);
    let config = ClamConfig {
        dimension: 12,
        layers: 2,
    };
    let mut clam = Clam::new(&config, &labels(), device);
    for branch in &mut clam.branches {
        redraw_bias(&mut branch.projection);
        branch.layers.iter_mut().for_each(redraw_bias);
    }
    clam
}

fn redraw_bias(layer: &mut Linear) {
    let bias = layer.bias.take().expect("dense layers have a bias");
    layer.bias = Some(bias.map(|b| b.random_like(Distribution::Normal(0.0, 1.0))));
}

/// A merge of each kind.
fn merges(device: &Device) -> [MergeNetwork; 4] {
    let without_weights = |config| MergeNetwork::new(&config, &labels(), device);
    [
        MergeNetwork::Tlam(tlam(device)),
        MergeNetwork::Clam(clam(device)),
        without_weights(MergeConfig::Naive(NaiveConfig {})),
        without_weights(MergeConfig::Semantics(SemanticsConfig {})),
    ]
}

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

fn assert_close<const D: usize>(a: Tensor<D>, b: Tensor<D>, tolerance: f32) {
    let difference: f32 = (a - b).abs().max().into_scalar();
    assert!(difference <= tolerance, "differ by {difference}");
}

fn spread<const D: usize>(tensor: Tensor<D>) -> f32 {
    let highest: f32 = tensor.clone().max().into_scalar();
    let lowest: f32 = tensor.min().into_scalar();
    highest - lowest
}

#[test]
fn invariant_1_the_merge_is_pixel_wise() {
    let (device, _alone) = device();
    for merge in merges(&device) {
        is_pixel_wise(&merge, &device);
    }
}

fn is_pixel_wise(merge: &MergeNetwork, device: &Device) {
    let input = random([2, 9, 4, 6], device);
    let concept = merge.forward(input.clone());
    let channels = concept.dims()[1];
    assert!(spread(concept.clone()) > 0.5);

    let order: Vec<i32> = (0..24).map(|i| (i * 7 + 3) % 24).collect();
    let order = Tensor::<1, Int>::from_ints(order.as_slice(), device);
    let shuffle = |t: Tensor<4>, channels: usize| {
        t.reshape([2, channels, 24])
            .select(2, order.clone())
            .reshape([2, channels, 4, 6])
    };
    let shuffled = merge.forward(shuffle(input.clone(), 9));
    assert_close(shuffled, shuffle(concept.clone(), channels), 1e-6);

    let chunks: Vec<Tensor<4>> = input
        .clone()
        .chunk(3, 3)
        .into_iter()
        .map(|chunk| merge.forward(chunk))
        .collect();
    assert_close(Tensor::cat(chunks, 3), concept.clone(), 1e-6);
    assert_close(merge.forward_in_chunks(input.clone(), 7), concept, 1e-6);

    let constant = input.slice([0..1, 0..9, 0..1, 0..1]).repeat(&[1, 1, 3, 3]);
    let concept = merge.forward(constant);
    let first = concept
        .clone()
        .slice([0..1, 0..channels, 0..1, 0..1])
        .repeat(&[1, 1, 3, 3]);
    assert_close(concept, first, 1e-6);
}

#[test]
fn invariant_2_a_missing_label_is_a_token_without_input() {
    let (device, _alone) = device();
    let mut tlam = tlam(&device);
    tlam.blocks.clear();
    let input = random([1, 9, 2, 2], &device);
    let without_depth = input
        .clone()
        .slice_fill([0..1, CHANNELS[0]..CHANNELS[0] + CHANNELS[1]], 0.0);
    let concept = MergeNetwork::Tlam(tlam.clone()).forward(without_depth);

    let tokens: Vec<Tensor<2>> = (0..3)
        .map(|label| {
            let projection = &tlam.projections[label];
            let bias = projection
                .bias
                .as_ref()
                .expect("bias")
                .val()
                .unsqueeze::<2>();
            let encoding = tlam.label_encodings.val().narrow(0, label, 1);
            let first: usize = CHANNELS[..label].iter().sum();
            let values = input
                .clone()
                .narrow(1, first, CHANNELS[label])
                .permute([0, 2, 3, 1])
                .reshape([4, CHANNELS[label]]);
            let projected = if label == 1 {
                bias.repeat_dim(0, 4)
            } else {
                values.matmul(projection.weight.val()) + bias
            };
            gelu(projected) + encoding
        })
        .collect();
    let expected = (tokens[0].clone() + tokens[1].clone() + tokens[2].clone()) / 3.0;
    let expected = expected.reshape([1, 2, 2, 12]).permute([0, 3, 1, 2]);
    assert_close(concept, expected, 1e-6);
}

#[test]
fn invariant_3_the_order_of_labels_does_not_matter() {
    let (device, _alone) = device();
    let tlam = tlam(&device);
    let input = random([1, 9, 3, 3], &device);
    let parts = input.clone().split_with_sizes(CHANNELS.to_vec(), 1);

    let mut turned = tlam.clone();
    turned.projections.rotate_left(1);
    let order = Tensor::<1, Int>::from_ints([1, 2, 0], &device);
    turned.label_encodings = turned.label_encodings.map(|e| e.select(0, order));
    let turned_input = Tensor::cat(
        vec![parts[1].clone(), parts[2].clone(), parts[0].clone()],
        1,
    );
    assert_same(
        MergeNetwork::Tlam(turned),
        turned_input,
        MergeNetwork::Tlam(tlam),
        input,
    );
}

fn assert_same(a: MergeNetwork, a_input: Tensor<4>, b: MergeNetwork, b_input: Tensor<4>) {
    assert_close(a.forward(a_input), b.forward(b_input), 1e-5);
}

#[test]
fn invariant_2_in_clam() {
    let (device, _alone) = device();
    let clam = clam(&device);
    let input = random([4, 9], &device);
    let without_depth = input
        .clone()
        .slice_fill([0..4, CHANNELS[0]..CHANNELS[0] + CHANNELS[1]], 0.0);
    let parts = input.split_with_sizes(CHANNELS.to_vec(), 1);

    let depth = &clam.branches[1];
    let bias = depth.projection.bias.as_ref().expect("bias").val();
    let start = gelu(bias.unsqueeze::<2>().repeat_dim(0, 4));
    let depth = depth
        .layers
        .iter()
        .fold(start, |values, layer| gelu(layer.forward(values)));
    let others = [0, 2].map(|label| clam.branches[label].forward(parts[label].clone()));
    let [semantics, normals] = others;
    let expected = (semantics + depth + normals) / 3.0;
    assert_close(clam.merge(without_depth), expected, 1e-6);
}

#[test]
fn invariant_3_in_clam() {
    let (device, _alone) = device();
    let clam = clam(&device);
    let input = random([1, 9, 3, 3], &device);
    let mut parts = input.clone().split_with_sizes(CHANNELS.to_vec(), 1);
    let mut turned = clam.clone();
    turned.branches.rotate_left(1);
    parts.rotate_left(1);
    let turned_input = Tensor::cat(parts, 1);
    assert_same(
        MergeNetwork::Clam(turned),
        turned_input,
        MergeNetwork::Clam(clam),
        input,
    );
}

fn asap(device: &Device, tile: usize, learned: usize) -> Asap {
    device.seed(5);
    let config = AsapConfig {
        tile,
        learned_downsampling: learned,
        width: 6,
        max_width: 10,
        depth: 2,
        pixel_width: 8,
        padding: Padding::Zero,
        low_resolution_only: 0,
        smooth: 0,
        initial_gain: 1.0,
        head_gain: 1.0,
        shared_start: false,
    };
    Asap::new(&config, 5, device)
}

#[test]
fn invariant_4_tiles_are_computed_alike_and_independently() {
    let (device, _alone) = device();
    let mlp = asap(&device, 4, 4).pixel_mlp;
    let input = Tensor::<4>::ones([1, 5, 8, 12], &device);
    let cell = random([1, mlp.parameter_count(), 1, 1], &device);
    let parameters = cell.repeat(&[1, 1, 2, 3]);

    let image = mlp.forward(input.clone(), parameters.clone());
    let tile = image.clone().slice([0..1, 0..3, 0..4, 0..4]);
    assert!(spread(tile.clone()) > 0.01);
    assert_close(image.clone(), tile.repeat(&[1, 1, 2, 3]), 0.0);

    let one_changed = parameters.slice_fill([0..1, 0..mlp.parameter_count(), 1..2, 2..3], 0.25);
    let difference = (mlp.forward(input, one_changed) - image).abs();
    let inside: f32 = difference
        .clone()
        .slice([0..1, 0..3, 4..8, 8..12])
        .max()
        .into_scalar();
    let total: f32 = difference.clone().sum().into_scalar();
    let tile: f32 = difference
        .slice([0..1, 0..3, 4..8, 8..12])
        .sum()
        .into_scalar();
    assert!(inside > 0.01);
    assert_eq!(total, tile);
}

#[test]
fn pictures_have_the_size_of_the_input_at_every_tile() {
    let (device, _alone) = device();
    for (tile, learned) in [(2, 2), (4, 4), (8, 4), (16, 4), (16, 16)] {
        let image = asap(&device, tile, learned).forward(random([1, 5, 32, 64], &device));
        assert_eq!(image.dims(), [1, 3, 32, 64]);
    }
}

#[test]
fn invariant_7_sizes_of_the_discriminators_features() {
    let (device, _alone) = device();
    let config = DiscriminatorConfig {
        width: 2,
        condition: Condition::Concept,
    };
    let discriminator = Discriminator::new(&config, 5, &device);
    let features = discriminator.forward(
        Tensor::zeros([1, 2, 256, 256], &device),
        Tensor::zeros([1, 3, 256, 256], &device),
    );
    let sides: Vec<Vec<usize>> = features
        .iter()
        .map(|scale| scale.iter().map(|f| f.dims()[2]).collect())
        .collect();
    assert_eq!(sides, [[129, 65, 33, 34, 35], [65, 33, 17, 18, 19]]);
}

#[test]
fn invariant_8_averages_of_ones_are_ones() {
    let (device, _alone) = device();
    let ones = Tensor::<4>::ones([1, 2, 16, 8], &device);
    let halved = discriminator::halve(ones.clone());
    assert_eq!(halved.dims(), [1, 2, 8, 4]);
    assert_close(halved.clone(), halved.ones_like(), 1e-6);
    for factor in [2, 4] {
        let small = downsample::downsample(ones.clone(), factor);
        assert_eq!(small.dims(), [1, 2, 16 / factor, 8 / factor]);
        assert_close(small.clone(), small.ones_like(), 1e-6);
    }
    assert_eq!(downsample::tent(2), [0.125, 0.375, 0.375, 0.125]);
    assert_eq!(
        downsample::tent(4).iter().map(|t| t * 32.0).sum::<f32>(),
        32.0
    );
}

#[test]
fn spectral_norm_converges_to_a_largest_singular_value_of_one() {
    let (device, _alone) = device();
    device.seed(7);
    let config = DiscriminatorConfig {
        width: 4,
        condition: Condition::Concept,
    };
    let mut discriminator = Discriminator::new(&config, 5, &device);
    for _ in 0..200 {
        discriminator = discriminator.power_iteration();
    }
    let weight = discriminator.scales[0].middle[0]
        .convolution
        .normed_weight();
    let [output, input, height, width] = weight.dims();
    let matrix = weight.reshape([output, input * height * width]);
    // The largest singular value by power iteration from another initial vector.
    let mut vector = Tensor::<2>::ones([input * height * width, 1], &device);
    let mut length = 0.0;
    for _ in 0..500 {
        let next = matrix
            .clone()
            .transpose()
            .matmul(matrix.clone().matmul(vector));
        length = next.clone().square().sum().sqrt().into_scalar::<f32>();
        vector = next / length;
    }
    assert!((length.sqrt() - 1.0).abs() < 1e-3, "{}", length.sqrt());
}
