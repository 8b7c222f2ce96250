//! EfficientNet-Lite0 up to its 1280 pooled features, as an ONNX graph: the default network for Frechet distances,
//! whose weights come from a package.

use std::path::Path;

use anyhow::Result;
use multicond::EngineOptions;
use multicond_format::model::proto::{DataType, ModelProto};
use prost::Message;
use safetensors::SafeTensors;

use crate::{
    onnx::builder::{Graph, Value, fixed},
    vision::Network,
    weights,
};

const DESCRIPTION: &str = r#"
[input]
width = 224
height = 224
resize = "bilinear"
white = 255.0
mean = [127.0, 127.0, 127.0]
std = [128.0, 128.0, 128.0]
[result]
kind = "features"
"#;
const EPSILON: f32 = 1e-3;
const STEM: usize = 32;
const HEAD: usize = 1280;
/// Expansion factor, kernel size, stride of the first block, output channels, number of blocks.
const STAGES: [(usize, usize, usize, usize, usize); 7] = [
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
];

pub(super) fn load(path: &Path, engine: &EngineOptions) -> Result<Network> {
    let model = weights::load(path, "efficientnet", graph)?.encode_to_vec();
    Network::new(path, DESCRIPTION, &model, engine)
}

fn graph(file: &SafeTensors<'_>) -> Result<ModelProto> {
    let mut network = Builder {
        graph: Graph::new("efficientnet_lite0"),
        file,
    };
    let sides = [1, 3, 224, 224].map(fixed);
    let picture = network
        .graph
        .input("picture", DataType::Float, sides.to_vec());
    let stem = Convolution::of("_conv_stem", "_bn0", 3, STEM);
    let stem = Convolution {
        kernel: 3,
        stride: 2,
        ..stem
    };
    let stem = network.convolve(&picture, &stem)?;
    let mut value = network.clip(&stem);
    let mut channels = STEM;
    let mut index = 0;
    for (factor, kernel, stride, output, blocks) in STAGES {
        for block in 0..blocks {
            let stride = if block == 0 { stride } else { 1 };
            value = network.block(index, &value, [channels, output], factor, kernel, stride)?;
            channels = output;
            index += 1;
        }
    }
    let head = Convolution::of("_conv_head", "_bn1", channels, HEAD);
    let head = network.convolve(&value, &head)?;
    let head = network.clip(&head);
    let pooled = network.graph.op("GlobalAveragePool", &[&head]);
    let features = network.graph.op("Flatten", &[&pooled]);
    network.graph.output(&features, vec![fixed(1), fixed(HEAD)]);
    let about = "EfficientNet-Lite0 to its pooled features; pictures as (x - 127) / 128";
    Ok(network.graph.into_model(about.into(), []))
}

/// A convolution without bias, followed by batch norm.
struct Convolution {
    name: String,
    norm: String,
    channels: [usize; 2],
    kernel: usize,
    stride: usize,
    groups: usize,
}

impl Convolution {
    /// A 1x1 convolution.
    fn of(name: &str, norm: &str, input: usize, output: usize) -> Self {
        Self {
            name: name.into(),
            norm: norm.into(),
            channels: [input, output],
            kernel: 1,
            stride: 1,
            groups: 1,
        }
    }
}

struct Builder<'a> {
    graph: Graph,
    file: &'a SafeTensors<'a>,
}

impl Builder<'_> {
    /// An inverted residual block.
    fn block(
        &mut self,
        index: usize,
        input: &Value,
        [channels, output]: [usize; 2],
        factor: usize,
        kernel: usize,
        stride: usize,
    ) -> Result<Value> {
        let name = |part: &str| format!("_blocks.{index}.{part}");
        let inner = channels * factor;
        let mut value = input.clone();
        if factor > 1 {
            let expand = Convolution::of(&name("_expand_conv"), &name("_bn0"), channels, inner);
            let expanded = self.convolve(&value, &expand)?;
            value = self.clip(&expanded);
        }
        let depthwise = Convolution {
            kernel,
            stride,
            groups: inner,
            ..Convolution::of(&name("_depthwise_conv"), &name("_bn1"), inner, inner)
        };
        let filtered = self.convolve(&value, &depthwise)?;
        let filtered = self.clip(&filtered);
        let project = Convolution::of(&name("_project_conv"), &name("_bn2"), inner, output);
        let projected = self.convolve(&filtered, &project)?;
        Ok(if stride == 1 && channels == output {
            self.graph.op("Add", &[&projected, input])
        } else {
            projected
        })
    }

    fn convolve(&mut self, input: &Value, convolution: &Convolution) -> Result<Value> {
        let Convolution {
            name,
            norm,
            channels: [channels, output],
            kernel,
            stride,
            groups,
        } = convolution;
        let shape = [*output, channels / groups, *kernel, *kernel];
        let weight = self.weight(&format!("{name}.weight"), &shape)?;
        // TensorFlow's `SAME` padding: an odd pixel goes to the right and bottom. Sides are even wherever the stride is
        // 2.
        let padding = (kernel - stride) as i64;
        let (before, after) = (padding / 2, padding - padding / 2);
        let convolved = self
            .graph
            .node("Conv", &[input, &weight])
            .ints("pads", [before, before, after, after])
            .ints("strides", [*stride as i64; 2])
            .int("group", *groups as i64)
            .output();
        let mut part = |part: &str| self.weight(&format!("{norm}.{part}"), &[*output]);
        let (scale, bias) = (part("weight")?, part("bias")?);
        let (mean, variance) = (part("running_mean")?, part("running_var")?);
        Ok(self
            .graph
            .node(
                "BatchNormalization",
                &[&convolved, &scale, &bias, &mean, &variance],
            )
            .float("epsilon", EPSILON)
            .output())
    }

    fn weight(&mut self, name: &str, shape: &[usize]) -> Result<Value> {
        let values = weights::numbers(self.file, name, shape)?;
        Ok(self.graph.weight(name, shape, &values)?)
    }

    /// ReLU6.
    fn clip(&mut self, value: &Value) -> Value {
        let (low, high) = (self.graph.scalar(0.0), self.graph.scalar(6.0));
        self.graph.op("Clip", &[value, &low, &high])
    }
}
