//! Tests of the merges that the paper compares TLAM with.

use burn::{
    module::Param,
    nn::Linear,
    tensor::{Device, Tensor, TensorData},
};
use multicond::label::{Label, LabelMap};
use multicond_train::{
    data::encode,
    net::{
        MergeConfig, MergeNetwork,
        merge::{
            clam::{Branch, Clam},
            naive::NaiveConfig,
            semantics::SemanticsConfig,
        },
    },
};
use ndarray::{Array3, array};

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// A dense layer with weight `[input, output]`.
fn linear<const O: usize>(weight: &[[f32; O]], bias: [f32; O]) -> Linear {
    let device = Device::flex();
    let data = TensorData::new(weight.concat(), [weight.len(), O]);
    Linear {
        weight: Param::from_tensor(Tensor::from_data(data, &device)),
        bias: Some(Param::from_tensor(Tensor::from_floats(bias, &device))),
    }
}

/// Compares with values calculated in double precision, with GELU(x) = x / 2 (1 + erf(x / sqrt 2)).
#[test]
fn clam_by_hand() {
    let clam = Clam {
        branches: vec![
            Branch {
                projection: linear(&[[1.0, -2.0]], [0.0, 1.0]),
                layers: vec![linear(&[[2.0, 0.0], [1.0, -1.0]], [0.0, 0.5])],
            },
            Branch {
                projection: linear(&[[1.0, 0.5], [-1.0, 2.0]], [0.5, -1.0]),
                layers: vec![linear(&[[0.0, 1.0], [-1.0, 1.0]], [1.0, 0.0])],
            },
        ],
    };
    // One pixel with all labels, one without any.
    let pixels = Tensor::<2>::from_floats([[1.0, 2.0, 1.0], [0.0, 0.0, 0.0]], &Device::flex());
    let expected = [0.632_346_4, 1.921_807, 0.844_402_8, -0.008_828_655];
    for (found, expected) in numbers(clam.merge(pixels)).into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
    }
}

/// Three pixels of three labels, and their encoding.
fn encoded() -> (Vec<Label>, Vec<f32>) {
    let labels = vec![
        Label::depth(),
        Label::semantics(["a", "b"]),
        Label::normals(),
    ];
    let mut depth = Array3::from_elem((1, 1, 3), 2.0);
    depth[[0, 0, 1]] = f32::NAN;
    let mut normals = Array3::zeros((3, 1, 3));
    normals[[2, 0, 0]] = 1.0;
    normals[[0, 0, 2]] = -1.0;
    let maps = [
        LabelMap::Values(depth),
        LabelMap::Classes(array![[1, 0, 255]]),
        LabelMap::Values(normals),
    ];
    let values = encode(&maps, &labels, 3);
    (labels, values)
}

fn concept(config: &MergeConfig, labels: &[Label], values: Vec<f32>) -> Vec<f32> {
    let device = Device::flex();
    let channels = values.len() / 3;
    let input = Tensor::<4>::from_data(TensorData::new(values, [1, channels, 1, 3]), &device);
    let concept = MergeNetwork::new(config, labels, &device).forward(input);
    assert_eq!(concept.dims(), [1, config.concept_channels(labels), 1, 3]);
    numbers(concept)
}

#[test]
fn the_naive_concept_is_the_encoding() {
    let (labels, values) = encoded();
    assert_eq!(values.len(), (2 + 3 + 4) * 3);
    assert_eq!(
        concept(&MergeConfig::Naive(NaiveConfig {}), &labels, values.clone()),
        values
    );
}

#[test]
fn semantics_sees_the_classes_alone() {
    let (labels, mut values) = encoded();
    let config = MergeConfig::Semantics(SemanticsConfig {});
    #[rustfmt::skip]
    let expected = [
        0.0, 1.0, 0.0, // class a
        1.0, 0.0, 0.0, // class b
        1.0, 1.0, 0.0, // present
    ];
    assert_eq!(concept(&config, &labels, values.clone()), expected);
    values[..2 * 3].fill(7.0);
    values[5 * 3..].fill(7.0);
    assert_eq!(concept(&config, &labels, values), expected);
}
