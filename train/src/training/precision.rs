//! Computing a step in numbers of half the width, as GPUs with bf16 do several times faster.
//!
//! Both networks' weights, the average and Adam's state stay f32. A step works on copies in bf16,
//! forward and backward; losses, and the sums of gradients over chunks, parts and devices, are f32 again.
//! bf16 has the exponents of f32, so nothing needs scaling.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{DType, Gradients, Tensor},
};
use serde::{Deserialize, Serialize};

/// The numbers that a step is computed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// 16 bits, 8 of them for the exponent.
    Bf16,
}

impl Precision {
    /// The type of tensors.
    pub fn dtype(self) -> DType {
        match self {
            Self::F32 => DType::F32,
            Self::Bf16 => DType::BF16,
        }
    }

    /// The networks as a step works on them. Copies have the parameters' identities, so that their
    /// gradients are the parameters' own.
    pub(super) fn of<M: Module>(self, module: M) -> M {
        match self {
            Self::F32 => module,
            Self::Bf16 => module.map(&mut Narrow),
        }
    }

    /// The gradients of what [`of`](Self::of) gave, in f32.
    pub(super) fn gradients<M: Module>(self, gradients: Gradients, module: &M) -> GradientsParams {
        let gradients = GradientsParams::from_grads(gradients, module);
        match self {
            Self::F32 => gradients,
            Self::Bf16 => {
                let mut widen = Widen(gradients);
                module.visit(&mut widen);
                widen.0
            }
        }
    }
}

struct Narrow;

impl ModuleMapper for Narrow {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_trained = param.is_require_grad();
        let copy = Tensor::from_inner(param.val().inner().cast(DType::BF16));
        Param::initialized(param.id, copy).set_require_grad(is_trained)
    }
}

struct Widen(GradientsParams);

impl ModuleVisitor for Widen {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.0.remove::<D>(param.id) {
            self.0.register::<D>(param.id, gradient.cast(DType::F32));
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::{module::ParamId, tensor::Device};

    use super::*;
    use crate::{
        net::{BackboneKind, BackboneNetwork, MergeKind, Preset},
        training::{
            GanState, GeneratorLoss, Share,
            fixtures::{SIDE, batch, config},
            gradients::Stage,
            mean_gradients::mean_gradients,
        },
    };

    /// The weight of the last convolution.
    fn last_kernel(backbone: &BackboneNetwork) -> ParamId {
        struct Last(Option<ParamId>);
        impl ModuleVisitor for Last {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                if D == 4 {
                    self.0 = Some(param.id);
                }
            }
        }
        let mut last = Last(None);
        backbone.visit(&mut last);
        last.0.expect("a backbone has convolutions")
    }

    /// bf16 has 8 binary digits; what a step makes of them is near what it makes of 24.
    #[test]
    fn a_step_in_bf16_is_near_one_in_f32() {
        for kind in BackboneKind::ALL {
            let mut config = config(MergeKind::Tlam, 1000);
            config.network.backbone = Preset::Small.backbone(kind, SIDE);
            let device = Device::flex().autodiff();
            let state = GanState::new(&config, &device);
            let batch = batch(2, &device);
            let mut gradients = |precision: Precision| {
                config.training.precision = precision;
                let shares = [Share {
                    batches: vec![batch.clone().cast(precision.dtype())],
                    vgg: None,
                }];
                let networks = state.networks(&config);
                let (gradients, losses) =
                    mean_gradients(&shares, &networks, &state.generator, |networks, work| {
                        networks.generator_gradients(work, &config, Stage::Adversarial)
                    });
                let last = last_kernel(&state.generator.backbone);
                let gradient = gradients.get::<4>(last).expect("has a gradient");
                assert_eq!(gradient.dtype(), DType::F32);
                let values: Vec<f32> = gradient.into_data().iter::<f32>().collect();
                (values, GeneratorLoss::mean(&losses))
            };
            let (full, full_loss) = gradients(Precision::F32);
            let (half, half_loss) = gradients(Precision::Bf16);
            let near = |a: f32, b: f32| (a - b).abs() < 0.03 * (a.abs() + 1.0);
            assert!(
                near(full_loss.adversarial, half_loss.adversarial),
                "{kind:?}"
            );
            assert!(near(full_loss.feature_matching, half_loss.feature_matching));
            let product =
                |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
            let cosine =
                product(&full, &half) / (product(&full, &full) * product(&half, &half)).sqrt();
            assert!(cosine > 0.9, "{kind:?}: {cosine}");
            assert!(full != half);
        }
    }
}
