//! Exponential moving average of a network's weights, which gives better pictures than the weights of the last step.

use std::collections::HashMap;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{Tensor, TensorData},
};

/// `decay * average + (1 - decay) * current` for each parameter.
pub fn average<M: Module>(average: M, current: &M, decay: f64) -> M {
    let mut blend = Blend {
        current: Collect::of(current),
        decay,
    };
    average.map(&mut blend)
}

/// The values of all parameters, flattened, by parameter id.
struct Collect(HashMap<ParamId, Tensor<1>>);

impl Collect {
    fn of<M: Module>(module: &M) -> Self {
        let mut collect = Self(HashMap::new());
        module.visit(&mut collect);
        collect
    }
}

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val().without_autodiff();
        let length = value.shape().num_elements();
        self.0.insert(param.id, value.reshape([length]));
    }
}

struct Blend {
    current: Collect,
    decay: f64,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let current = self.current.0.remove(&param.id);
        let decay = self.decay;
        param.map(|average| match current {
            Some(current) => {
                let shape = average.shape();
                average * decay + current.reshape(shape) * (1.0 - decay)
            }
            None => average,
        })
    }
}

/// Whether all parameters are finite.
pub(super) fn is_finite<M: Module>(module: &M) -> bool {
    struct Check(bool);
    impl ModuleVisitor for Check {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let data: TensorData = param.val().into_data();
            self.0 &= data.iter::<f32>().all(f32::is_finite);
        }
    }
    let mut check = Check(true);
    module.visit(&mut check);
    check.0
}

#[cfg(test)]
mod tests {
    use burn::{nn::LinearConfig, tensor::Device};

    use super::*;

    #[test]
    fn the_average_moves_by_its_share() {
        let device = Device::flex();
        let current = LinearConfig::new(3, 2).init(&device);
        let mut start = current.clone();
        start.weight = start.weight.map(|weight| weight.zeros_like());
        let moved = average(start, &current, 0.75);
        let expected = current.weight.val() * 0.25;
        assert!(moved.weight.val().all_close(expected, None, Some(1e-7)));
        assert_eq!(moved.weight.id, current.weight.id);
        assert!(is_finite(&moved));
    }
}
