//! Mixed-precision training with bf16, which is several times faster on GPUs that support it.
//!
//! The weights of both networks, the moving average and Adam's state stay f32. The forward and backward passes use
//! copies in bf16. Losses, and sums of gradients over chunks, micro-batches and devices, are f32.
//! bf16 has the exponent range of f32, so the loss needs no scaling.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{DType, Gradients, Tensor},
};
use serde::{Deserialize, Serialize};

/// The precision of a step's computations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// bfloat16: 16 bits, 8 of them for the exponent.
    Bf16,
}

impl Precision {
    /// The element type of tensors.
    pub fn dtype(self) -> DType {
        match self {
            Self::F32 => DType::F32,
            Self::Bf16 => DType::BF16,
        }
    }

    /// The module in this precision. Copies keep the ids of the parameters, so that their gradients can be applied to
    /// the originals.
    pub(super) fn of<M: Module>(self, module: M) -> M {
        match self {
            Self::F32 => module,
            Self::Bf16 => module.map(&mut Narrow),
        }
    }

    /// The gradients of a module returned by [`of`](Self::of), in f32.
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
            Clock, GanState, GeneratorLoss, Share,
            fixtures::{SIDE, batch, config},
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

    /// bf16 has 8 significant bits, f32 has 24; the gradients of a step must still be close.
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
                let (gradients, losses) = mean_gradients(
                    &shares,
                    &networks,
                    &state.generator,
                    &mut Clock::off(),
                    |networks, work, clock| networks.generator_gradients(work, &config, clock),
                );
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
