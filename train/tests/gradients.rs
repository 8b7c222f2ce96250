//! Compares gradients of the networks' custom parts with numerical differentiation.

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{Device, Distribution, Gradients, Tensor, TensorData},
};
use multicond::label::Label;
use multicond_train::net::{
    Condition, DiscriminatorConfig,
    backbone::{
        asap::{
            Asap, AsapConfig, Padding, downsample::downsample, enlarge::enlarge,
            pixel_mlp::PixelMlp,
        },
        unet::{Unet, UnetConfig},
    },
    discriminator::Discriminator,
    hints::Hints,
    merge::{
        clam::{Clam, ClamConfig},
        tlam::{Tlam, TlamConfig},
    },
    spectral::SpectralConv,
};

/// A seeded autodiff device, locked by one test at a time because all tests of a process share the random number
/// generator.
fn device() -> (Device, MutexGuard<'static, ()>) {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let device = Device::flex().autodiff();
    device.seed(1);
    (device, alone)
}

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Adds `by` to one value of one parameter.
struct Nudge {
    parameter: ParamId,
    index: usize,
    by: f32,
}

impl ModuleMapper for Nudge {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if parameter.id != self.parameter {
            return parameter;
        }
        let (device, shape) = (parameter.device(), parameter.dims());
        let mut values = numbers(parameter.val());
        values[self.index] += self.by;
        parameter.map(|_| Tensor::from_data(TensorData::new(values, shape), &device))
    }
}

/// Collects the gradients of all trained parameters.
struct Collect<'a> {
    gradients: &'a Gradients,
    found: Vec<(ParamId, usize, f32)>,
}

impl ModuleVisitor for Collect<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if !parameter.is_require_grad() {
            return;
        }
        let gradient = parameter.val().grad(self.gradients);
        let gradient = numbers(gradient.expect("every parameter has a gradient"));
        let found = gradient.into_iter().enumerate();
        self.found
            .extend(found.map(|(index, value)| (parameter.id, index, value)));
    }
}

/// Compares with central differences. The step size balances rounding errors of the loss and truncation errors; both
/// are below a thousandth of the largest gradient.
fn are_differences<M: Module>(module: &M, loss: impl Fn(&M) -> Tensor<1>) {
    let gradients = loss(module).backward();
    let mut collect = Collect {
        gradients: &gradients,
        found: Vec::new(),
    };
    module.visit(&mut collect);
    let largest = collect.found.iter().map(|g| g.2.abs()).fold(0.0, f32::max);
    assert!(largest > 0.1, "{largest}");
    let step = 2e-3;
    for (parameter, index, gradient) in collect.found {
        let at = |by| {
            let mut nudge = Nudge {
                parameter,
                index,
                by,
            };
            loss(&module.clone().map(&mut nudge)).into_scalar::<f32>()
        };
        let difference = (at(step) - at(-step)) / (2.0 * step);
        assert!(
            (difference - gradient).abs() < 2e-3 * largest.max(1.0),
            "number {index}: {difference} and {gradient}"
        );
    }
}

fn labels() -> [Label; 2] {
    [Label::semantics(["a", "b"]), Label::depth()]
}

#[test]
fn clam() {
    let (device, _alone) = device();
    let config = ClamConfig {
        dimension: 3,
        layers: 2,
    };
    let clam = Clam::new(&config, &labels(), &device);
    let (input, weight) = (random([4, 5], &device), random([4, 3], &device));
    are_differences(&clam, |clam| {
        (clam.merge(input.clone()) * weight.clone()).sum()
    });
}

#[test]
fn tlam() {
    let (device, _alone) = device();
    let config = TlamConfig {
        dimension: 12,
        layers: 2,
        heads: 3,
        mlp_ratio: 2,
    };
    let tlam = Tlam::new(&config, &labels(), &device);
    let (input, weight) = (random([4, 5], &device), random([4, 12], &device));
    are_differences(&tlam, |tlam| {
        (tlam.merge(input.clone()) * weight.clone()).sum()
    });
}

/// Gradients flow through the singular value, not through the singular vectors.
#[test]
fn spectral_norm() {
    let (device, _alone) = device();
    let config = DiscriminatorConfig {
        width: 1,
        condition: Condition::Concept,
    };
    let mut discriminator = Discriminator::new(&config, 4, &device);
    let middle = discriminator.scales[0].middle.remove(0);
    let convolution = middle.convolution.power_iteration();
    let (input, weight) = (random([1, 1, 6, 6], &device), random([1, 2, 4, 4], &device));
    are_differences(&convolution, |convolution: &SpectralConv| {
        (convolution.forward(input.clone()) * weight.clone()).mean() * 4.0
    });
}

/// Tensors as parameters of a module.
#[derive(Module, Debug)]
struct Given {
    input: Param<Tensor<4>>,
    parameters: Option<Param<Tensor<4>>>,
}

fn asap_config() -> AsapConfig {
    AsapConfig {
        tile: 2,
        learned_downsampling: 2,
        width: 2,
        max_width: 2,
        depth: 0,
        pixel_width: 2,
        padding: Padding::Zero,
        low_resolution_only: 0,
        smooth: 0,
        initial_gain: 1.0,
        head_gain: 1.0,
        shared_start: false,
    }
}

fn pixel_mlp(device: &Device) -> PixelMlp {
    Asap::new(&asap_config(), 3, device).pixel_mlp
}

/// Gradients of both the input and the parameters of the pixel networks. Random values are chosen so that no leaky ReLU
/// is near its kink.
#[test]
fn pixel_networks() {
    let (device, _alone) = device();
    let mlp = pixel_mlp(&device);
    let count = mlp.parameter_count();
    let given = Given {
        input: Param::from_tensor(random([1, 3, 2, 4], &device)),
        parameters: Some(Param::from_tensor(
            random([1, count, 1, 2], &device) * 0.5 + 0.3,
        )),
    };
    let weight = random([1, 3, 2, 4], &device);
    are_differences(&given, |given| {
        let parameters = given.parameters.as_ref().expect("given").val();
        (mlp.forward(given.input.val(), parameters) * weight.clone()).sum()
    });
}

#[test]
fn bilinear_enlarging() {
    let (device, _alone) = device();
    let given = Given {
        input: Param::from_tensor(random([1, 2, 3, 2], &device)),
        parameters: None,
    };
    let weight = random([1, 2, 12, 8], &device);
    are_differences(&given, |given| {
        (enlarge(given.input.val(), 4) * weight.clone()).sum()
    });
}

/// Raises biases, so that hardly any ReLU is at its kink, where differences are no gradients.
struct AwayFromKinks;

impl ModuleMapper for AwayFromKinks {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let raised = match D {
            1 => parameter.val() * 0.2 + 3.0,
            _ => parameter.val() * 0.5,
        };
        Param::from_tensor(raised.detach())
    }
}

/// Smooth features reach the picture and have gradients.
#[test]
fn smooth_features() {
    let (device, _alone) = device();
    let config = AsapConfig {
        smooth: 2,
        depth: 1,
        ..asap_config()
    };
    let asap = Asap::new(&config, 3, &device).map(&mut AwayFromKinks);
    let (input, weight) = (random([1, 3, 8, 8], &device), random([1, 3, 8, 8], &device));
    are_differences(&asap, |asap| {
        (asap.forward(input.clone()) * weight.clone()).sum()
    });
}

#[test]
fn unet() {
    let (device, _alone) = device();
    let config = UnetConfig {
        width: 2,
        downsamplings: 2,
        initial_gain: 1.4,
    };
    let unet = Unet::new(&config, 3, &device).map(&mut AwayFromKinks);
    let (input, weight) = (random([1, 3, 4, 8], &device), random([1, 3, 4, 8], &device));
    are_differences(&unet, |unet| {
        (unet.forward(input.clone()) * weight.clone()).sum()
    });
}

/// The gradient of the hint with respect to the encoded labels, where it is not clamped.
#[test]
fn hints() {
    let (device, _alone) = device();
    let labels = [Label::depth(), Label::albedo()];
    let hints = Hints::new(&["albedo".into()], &labels);
    let given = Given {
        input: Param::from_tensor(random([1, 6, 2, 3], &device).clamp(-0.9, 0.9)),
        parameters: None,
    };
    let weight = random([1, 3, 2, 3], &device);
    are_differences(&given, |given| {
        let colours = hints.colours(given.input.val()).expect("a hint");
        (colours * weight.clone()).sum()
    });
}

#[test]
fn tent_filter() {
    let (device, _alone) = device();
    for factor in [2, 4] {
        let given = Given {
            input: Param::from_tensor(random([1, 2, 8, 4], &device)),
            parameters: None,
        };
        let weight = random([1, 2, 8 / factor, 4 / factor], &device);
        are_differences(&given, |given| {
            (downsample(given.input.val(), factor) * weight.clone()).sum()
        });
    }
}
