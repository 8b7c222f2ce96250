//! Fixtures for the tests of training steps.

use std::collections::HashMap;

use burn::{
    module::{Module, ModuleVisitor, Param, ParamId},
    tensor::{Device, Distribution, Tensor},
};
use multicond::{Size, label::Label};

use super::{Config, Recipe, TrainingConfig};
use crate::{
    data::Batch,
    net::{MergeKind, Preset},
};

/// Width and height of the pictures.
pub(super) const SIDE: usize = 64;

/// Small networks for two labels.
pub(super) fn config(merge: MergeKind, merge_chunk: usize) -> Config {
    let size = Size {
        width: SIDE,
        height: SIDE,
    };
    let mut recipe = Recipe::preset(Preset::Small, "test", Some(size));
    recipe.merge = Some(merge);
    recipe.training = TrainingConfig {
        merge_chunk,
        ..TrainingConfig::default()
    };
    let labels = [Label::semantics(["a", "b"]), Label::depth()];
    recipe.complete(&labels).expect("a valid recipe")
}

/// A batch of noise with so many pictures.
pub(super) fn batch(pictures: usize, device: &Device) -> Batch {
    let random = |channels| {
        let normal = Distribution::Normal(0.0, 0.5);
        Tensor::random([pictures, channels, SIDE, SIDE], normal, device)
    };
    Batch {
        labels: random(5),
        pictures: random(3),
    }
}

/// The values of each parameter, and whether it requires a gradient.
pub(super) fn parameters(module: &impl Module) -> HashMap<ParamId, (Vec<f32>, bool)> {
    #[derive(Default)]
    struct All(HashMap<ParamId, (Vec<f32>, bool)>);
    impl ModuleVisitor for All {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let values = param.val().into_data().iter::<f32>().collect();
            self.0.insert(param.id, (values, param.is_require_grad()));
        }
    }
    let mut all = All::default();
    module.visit(&mut all);
    all.0
}
