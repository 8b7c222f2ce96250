//! ONNX nodes of convolutions and instance norms.

use anyhow::{Context, Result};
use burn::{
    module::Param,
    nn::{InstanceNorm, conv::Conv2d, conv::ConvTranspose2d},
    tensor::Tensor,
};

use super::{
    builder::{Graph, Value},
    layers::EPSILON,
    weights,
};

/// Features in the graph, with their number of channels.
#[derive(Clone)]
pub(crate) struct Features {
    pub(crate) value: Value,
    pub(crate) channels: usize,
}

impl Features {
    /// Applies an operator that keeps the number of channels.
    pub(crate) fn through(self, graph: &mut Graph, operator: &str) -> Self {
        Self {
            value: graph.op(operator, &[&self.value]),
            ..self
        }
    }

    /// Concatenates with the features of a skip connection.
    pub(crate) fn concat(&self, graph: &mut Graph, other: &Self) -> Self {
        let value = graph
            .node("Concat", &[&self.value, &other.value])
            .int("axis", 1)
            .output();
        Self {
            value,
            channels: self.channels + other.channels,
        }
    }

    /// Adds features with the same number of channels.
    pub(crate) fn add(&self, graph: &mut Graph, other: &Self) -> Self {
        Self {
            value: graph.op("Add", &[&self.value, &other.value]),
            channels: self.channels,
        }
    }

    /// Applies a leaky ReLU.
    pub(crate) fn leaky(self, graph: &mut Graph, slope: f64) -> Self {
        let value = graph
            .node("LeakyRelu", &[&self.value])
            .float("alpha", slope as f32)
            .output();
        Self { value, ..self }
    }
}

/// A convolution with a square kernel: weight `[output, input, kernel, kernel]`, bias, stride and padding.
pub(crate) struct Kernel<'a> {
    pub(crate) weight: &'a Param<Tensor<4>>,
    pub(crate) bias: Option<&'a Param<Tensor<1>>>,
    pub(crate) stride: usize,
    /// Zero padding.
    pub(crate) padding: usize,
}

impl<'a> Kernel<'a> {
    /// The kernel of a layer, with zero padding.
    pub(crate) fn of(layer: &'a Conv2d, padding: usize) -> Self {
        Self {
            weight: &layer.weight,
            bias: layer.bias.as_ref(),
            stride: layer.stride[0],
            padding,
        }
    }
}

/// A convolution. `name` is the name of its layer in checkpoints.
pub(crate) fn convolve(
    graph: &mut Graph,
    name: &str,
    kernel: &Kernel<'_>,
    input: &Features,
) -> Result<Features> {
    let [output, _, rows, columns] = kernel.weight.dims();
    let dims = [output, input.channels, rows, columns];
    let weight_name = format!("{name}.weight");
    let weight = weights::read(&weight_name, kernel.weight, dims)?;
    let mut inputs = vec![graph.weight(&weight_name, &dims, &weight)?];
    inputs.extend(bias(graph, name, kernel.bias, output)?);
    let inputs: Vec<&Value> = std::iter::once(&input.value).chain(&inputs).collect();
    let node = graph.node("Conv", &inputs);
    // For a 1x1 kernel the defaults of the attributes are right.
    let value = match (rows, columns) {
        (1, 1) => node.output(),
        _ => node
            .ints("pads", [kernel.padding as i64; 4])
            .ints("strides", [kernel.stride as i64; 2])
            .output(),
    };
    Ok(Features {
        value,
        channels: output,
    })
}

/// A transposed convolution.
pub(crate) fn transposed(
    graph: &mut Graph,
    name: &str,
    layer: &ConvTranspose2d,
    input: &Features,
) -> Result<Features> {
    let [_, output, rows, columns] = layer.weight.dims();
    let dims = [input.channels, output, rows, columns];
    let weight_name = format!("{name}.weight");
    let weight = weights::read(&weight_name, &layer.weight, dims)?;
    let mut inputs = vec![graph.weight(&weight_name, &dims, &weight)?];
    inputs.extend(bias(graph, name, layer.bias.as_ref(), output)?);
    let inputs: Vec<&Value> = std::iter::once(&input.value).chain(&inputs).collect();
    let whole = |pair: [usize; 2]| pair.map(|side| side as i64);
    let [above, left] = whole(layer.padding);
    let value = graph
        .node("ConvTranspose", &inputs)
        .ints("pads", [above, left, above, left])
        .ints("output_padding", whole(layer.padding_out))
        .ints("strides", whole(layer.stride))
        .output();
    Ok(Features {
        value,
        channels: output,
    })
}

fn bias(
    graph: &mut Graph,
    name: &str,
    bias: Option<&Param<Tensor<1>>>,
    output: usize,
) -> Result<Option<Value>> {
    let name = format!("{name}.bias");
    bias.map(|bias| {
        let values = weights::read(&name, bias, [output])?;
        Ok(graph.weight(&name, &[output], &values)?)
    })
    .transpose()
}

/// An instance norm with scale and shift.
pub(crate) fn affine_norm(
    graph: &mut Graph,
    name: &str,
    norm: &InstanceNorm,
    input: &Features,
) -> Result<Features> {
    let factors = [("gamma", &norm.gamma), ("beta", &norm.beta)]
        .into_iter()
        .map(|(part, parameter)| {
            let name = format!("{name}.{part}");
            let parameter = parameter
                .as_ref()
                .with_context(|| format!("tensor `{name}` is missing"))?;
            let values = weights::read(&name, parameter, [input.channels])?;
            Ok(graph.weight(&name, &[input.channels], &values)?)
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(norm_with(graph, input, &factors))
}

/// An instance norm without weights.
pub(crate) fn plain_norm(graph: &mut Graph, input: &Features) -> Features {
    let factors = [1.0, 0.0].map(|value| graph.filled(input.channels, value));
    norm_with(graph, input, &factors)
}

fn norm_with(graph: &mut Graph, input: &Features, factors: &[Value]) -> Features {
    let inputs: Vec<&Value> = std::iter::once(&input.value).chain(factors).collect();
    let value = graph
        .node("InstanceNormalization", &inputs)
        .float("epsilon", EPSILON)
        .output();
    Features {
        value,
        channels: input.channels,
    }
}

/// Reflection padding by `pixels` on each side.
pub(crate) fn reflect(graph: &mut Graph, input: &Features, pixels: usize) -> Features {
    let pixels = pixels as i64;
    let pads = graph.list(&[0, 0, pixels, pixels, 0, 0, pixels, pixels]);
    let value = graph
        .node("Pad", &[&input.value, &pads])
        .text("mode", "reflect")
        .output();
    Features {
        value,
        channels: input.channels,
    }
}

/// Bilinear upsampling, with pixel centres at half-integers.
pub(crate) fn enlarge(graph: &mut Graph, input: Features, factor: usize) -> Features {
    let factor = factor as f32;
    let (no_region, scales) = (graph.none(), graph.floats(&[1.0, 1.0, factor, factor]));
    let value = graph
        .node("Resize", &[&input.value, &no_region, &scales])
        .text("mode", "linear")
        .text("coordinate_transformation_mode", "half_pixel")
        .output();
    Features { value, ..input }
}

/// Nearest-neighbour upsampling by 2.
pub(crate) fn double(graph: &mut Graph, input: Features) -> Features {
    let (no_region, scales) = (graph.none(), graph.floats(&[1.0, 1.0, 2.0, 2.0]));
    let value = graph
        .node("Resize", &[&input.value, &no_region, &scales])
        .text("mode", "nearest")
        .text("coordinate_transformation_mode", "asymmetric")
        .text("nearest_mode", "floor")
        .output();
    Features { value, ..input }
}
