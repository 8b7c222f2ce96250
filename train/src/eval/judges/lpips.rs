//! LPIPS 0.1 (Zhang et al. 2018) with AlexNet or VGG16: the perceptual distance between two pictures. One ONNX graph
//! takes both pictures and returns their distance.

use std::path::Path;

use anyhow::{Context, Result};
use multicond::{EngineOptions, Threads, engine::ExternalNetwork};
use multicond_format::model::proto::{DataType, ModelProto};
use ndarray::{Array4, ArrayView3, Axis, stack};
use prost::Message;
use safetensors::SafeTensors;

use crate::{
    onnx::builder::{Graph, Value, fixed, named},
    weights,
};

/// Mean and standard deviation with which the networks normalise pictures in [-1, 1].
const SHIFT: [f32; 3] = [-0.030, -0.088, -0.188];
const SCALE: [f32; 3] = [0.458, 0.448, 0.450];

/// The network whose features are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LpipsNetwork {
    /// AlexNet, which the authors recommend for evaluation.
    Alex,
    /// VGG16.
    Vgg,
}

/// A convolution with a ReLU, and an optional pooling before it.
#[derive(Clone, Copy)]
struct Layer {
    channels: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    /// Window of the max pooling of stride 2 before it.
    pool: Option<usize>,
    /// Whether LPIPS compares its features.
    is_compared: bool,
}

impl LpipsNetwork {
    /// The file that `cargo xtask assets lpips` installs.
    pub fn file(self) -> &'static str {
        match self {
            Self::Alex => "alexnet.safetensors",
            Self::Vgg => "vgg16.safetensors",
        }
    }

    fn layers(self) -> Vec<Layer> {
        match self {
            Self::Alex => {
                let layer = |channels, kernel, stride, padding, pool| Layer {
                    channels,
                    kernel,
                    stride,
                    padding,
                    pool,
                    is_compared: true,
                };
                vec![
                    layer(64, 11, 4, 2, None),
                    layer(192, 5, 1, 2, Some(3)),
                    layer(384, 3, 1, 1, Some(3)),
                    layer(256, 3, 1, 1, None),
                    layer(256, 3, 1, 1, None),
                ]
            }
            Self::Vgg => {
                let blocks = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)];
                let block = |(number, (channels, count)): (usize, (usize, usize))| {
                    (0..count).map(move |place| Layer {
                        channels,
                        kernel: 3,
                        stride: 1,
                        padding: 1,
                        pool: (place == 0 && number > 0).then_some(2),
                        is_compared: place + 1 == count,
                    })
                };
                blocks.into_iter().enumerate().flat_map(block).collect()
            }
        }
    }
}

/// LPIPS, run by the SDK's engine.
#[derive(Debug)]
pub struct Lpips(ExternalNetwork);

impl Lpips {
    /// Loads `conv{i}.{weight,bias}` and `lin{i}.weight` from the file that `cargo xtask assets lpips` installs.
    ///
    /// # Errors
    /// When the file is missing or belongs to another network, or the engine rejects it.
    pub fn load(network: LpipsNetwork, path: &Path, engine: &EngineOptions) -> Result<Self> {
        let model = weights::load(path, "lpips", |file| graph(network, file))?;
        let model = model.encode_to_vec();
        let loaded = ExternalNetwork::from_bytes(&model, None, engine, Threads::All);
        Ok(Self(loaded.with_context(|| path.display().to_string())?))
    }

    /// The distance between two pictures `[3, height, width]` in [0, 1]; 0 for equal pictures.
    ///
    /// # Errors
    /// When they differ in size or are smaller than the network allows.
    pub fn distance(&mut self, a: ArrayView3<'_, f32>, b: ArrayView3<'_, f32>) -> Result<f64> {
        let pair: Array4<f32> =
            stack(Axis(0), &[a, b]).context("LPIPS needs pictures of the same size")?;
        let distance = self.0.run(pair.view()).context("LPIPS")?;
        Ok(f64::from(distance.sum()))
    }
}

/// The graph, from `[2, 3, height, width]` in [0, 1] to one number.
fn graph(network: LpipsNetwork, file: &SafeTensors<'_>) -> Result<ModelProto> {
    let mut graph = Graph::new("lpips");
    let sides = vec![fixed(2), fixed(3), named("height"), named("width")];
    let pictures = graph.input("pictures", DataType::Float, sides);
    let mut value = normalise(&mut graph, &pictures)?;
    let mut input = 3;
    let mut compared = 0;
    let mut distance: Option<Value> = None;
    for (index, layer) in network.layers().into_iter().enumerate() {
        if let Some(side) = layer.pool {
            value = graph
                .node("MaxPool", &[&value])
                .ints("kernel_shape", [side as i64; 2])
                .ints("strides", [2; 2])
                .output();
        }
        let mut weight = |part: &str, shape: &[usize]| {
            let name = format!("conv{index}.{part}");
            Ok::<_, anyhow::Error>(graph.weight(
                &name,
                shape,
                &weights::numbers(file, &name, shape)?,
            )?)
        };
        let kernel = weight(
            "weight",
            &[layer.channels, input, layer.kernel, layer.kernel],
        )?;
        let bias = weight("bias", &[layer.channels])?;
        let convolved = graph
            .node("Conv", &[&value, &kernel, &bias])
            .ints("pads", [layer.padding as i64; 4])
            .ints("strides", [layer.stride as i64; 2])
            .output();
        value = graph.op("Relu", &[&convolved]);
        if layer.is_compared {
            let name = format!("lin{compared}.weight");
            let head = weights::numbers(file, &name, &[layer.channels])?;
            let head = graph.weight(&name, &[1, layer.channels, 1, 1], &head)?;
            let here = difference(&mut graph, &value, &head);
            distance = Some(match distance {
                None => here,
                Some(sum) => graph.op("Add", &[&sum, &here]),
            });
            compared += 1;
        }
        input = layer.channels;
    }
    let distance = distance.expect("every network has features to compare");
    graph.output(&distance, vec![fixed(1), fixed(1), fixed(1), fixed(1)]);
    Ok(graph.into_model("LPIPS 0.1 of two pictures from 0 to 1".into(), []))
}

fn normalise(graph: &mut Graph, pictures: &Value) -> Result<Value> {
    let channels = [1, 3, 1, 1];
    let factor = SCALE.map(|scale| 2.0 / scale);
    let offset: Vec<f32> = SHIFT
        .iter()
        .zip(SCALE)
        .map(|(shift, scale)| (-1.0 - shift) / scale)
        .collect();
    let factor = graph.weight("factor", &channels, &factor)?;
    let offset = graph.weight("offset", &channels, &offset)?;
    let scaled = graph.op("Mul", &[pictures, &factor]);
    Ok(graph.op("Add", &[&scaled, &offset]))
}

/// The weighted squared difference between the features of two pictures, normalised to unit length at each pixel, as
/// `[1, 1, 1, 1]`.
fn difference(graph: &mut Graph, features: &Value, head: &Value) -> Value {
    let channel = graph.list(&[1]);
    let squares = graph.op("Mul", &[features, features]);
    let sums = graph.op("ReduceSum", &[&squares, &channel]);
    let lengths = graph.op("Sqrt", &[&sums]);
    let least = graph.scalar(1e-10);
    let lengths = graph.op("Add", &[&lengths, &least]);
    let units = graph.op("Div", &[features, &lengths]);
    let pair = graph.node("Split", &[&units]).int("axis", 0).outputs(2);
    let apart = graph.op("Sub", &[&pair[0], &pair[1]]);
    let squared = graph.op("Mul", &[&apart, &apart]);
    let weighted = graph.op("Conv", &[&squared, head]);
    graph.op("GlobalAveragePool", &[&weighted])
}
