//! A small model for tests, made on the spot, and frames for it.

#![allow(dead_code, reason = "not every test needs everything")]

use multicond::{
    Device, DeviceReport, Frame, Options,
    label::{Label, LabelMap, Values},
    model::{
        FORMAT, FORMAT_KEY, MANIFEST_KEY, Manifest, MultiplyAdds, Size,
        proto::{
            AttributeProto, AttributeType, DataType, Dimension, DimensionProto, GraphProto,
            ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto,
            TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
        },
    },
};
use ndarray::{Array2, Array3};
use prost::Message;

/// Channels of the concept tensor.
pub(crate) const CHANNELS: usize = 12;
/// Pictures are multiples of this.
pub(crate) const TILE: usize = 4;

/// Labels of the small model.
pub(crate) fn labels() -> Vec<Label> {
    vec![
        Label::semantics(["wall", "floor", "chair"]),
        Label::depth(),
        Label::normals(),
        Label::curvature(),
    ]
}

/// What the small model says of itself.
pub(crate) fn manifest() -> Manifest {
    Manifest {
        name: "small".into(),
        system: "test".into(),
        labels: labels(),
        tile: TILE,
        concept_channels: CHANNELS,
        trained_size: Size {
            width: 32,
            height: 16,
        },
        parameters: 1,
        multiply_adds: MultiplyAdds {
            merge_per_pixel: 100,
            render_per_pixel: 1000,
        },
        training: None,
        notice: None,
    }
}

/// The small model: each label through a 1x1 convolution, summed up to `concept`; a 3x3 convolution and
/// the picture's mean make `image` of it, so that a wrong seam or a padded tile would show.
pub(crate) fn model() -> ModelProto {
    let mut graph = Builder::default();
    let manifest = manifest();
    let mut sum = String::new();
    for label in &manifest.labels {
        let features = graph.features(label);
        let weight = graph.weights(&[CHANNELS as i64, label.channels_in() as i64, 1, 1]);
        let projected = graph.node("Conv", &[&features, &weight], vec![]);
        sum = match sum.is_empty() {
            true => projected,
            false => graph.node("Add", &[&sum, &projected], vec![]),
        };
    }
    graph.named("Tanh", &[&sum], "concept", vec![]);
    let weight = graph.weights(&[3, CHANNELS as i64, 3, 3]);
    let pads = ints("pads", &[1, 1, 1, 1]);
    let near = graph.node("Conv", &["concept", &weight], vec![pads]);
    let mean = graph.node("GlobalAveragePool", &["concept"], vec![]);
    let weight = graph.weights(&[3, CHANNELS as i64, 1, 1]);
    let far = graph.node("Conv", &[&mean, &weight], vec![]);
    let both = graph.node("Add", &[&near, &far], vec![]);
    graph.named("Sigmoid", &[&both], "image", vec![]);
    let input = |label: &Label| match label.values {
        Values::Categorical { .. } => value(&label.name, DataType::Int32, 1),
        Values::Continuous { channels, .. } => value(&label.name, DataType::Float, channels),
    };
    let property = |key: &str, value: String| StringStringEntryProto {
        key: key.into(),
        value,
    };
    ModelProto {
        ir_version: 8,
        producer_name: "multicond tests".into(),
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: 17,
        }],
        metadata_props: vec![
            property(FORMAT_KEY, FORMAT.into()),
            property(MANIFEST_KEY, serde_json::to_string(&manifest).unwrap()),
        ],
        graph: Some(GraphProto {
            name: "small".into(),
            node: graph.node,
            initializer: graph.initializer,
            input: manifest.labels.iter().map(input).collect(),
            output: vec![value("image", DataType::Float, 3)],
            ..GraphProto::default()
        }),
        ..ModelProto::default()
    }
}

/// Writes a model to a new file in `folder`.
pub(crate) fn write(folder: &std::path::Path, model: &ModelProto) -> std::path::PathBuf {
    let path = folder.join("model.onnx");
    std::fs::write(&path, model.encode_to_vec()).unwrap();
    path
}

/// A frame with structure and holes in every label but the last, which is absent.
pub(crate) fn frame(width: usize, height: usize) -> Frame<'static> {
    let mut frame = Frame::new(width, height);
    let labels = labels();
    for label in &labels[..labels.len() - 1] {
        let hole = |x: usize, y: usize| (x * 7 + y * 3).is_multiple_of(11);
        let map = match &label.values {
            Values::Categorical { missing, .. } => {
                LabelMap::Classes(Array2::from_shape_fn((height, width), |(y, x)| {
                    if hole(x, y) {
                        *missing
                    } else {
                        ((x + 2 * y) % 3) as i32
                    }
                }))
            }
            Values::Continuous { channels, .. } => LabelMap::Values(Array3::from_shape_fn(
                (*channels, height, width),
                |(c, y, x)| {
                    if hole(y, x) {
                        f32::NAN
                    } else {
                        ((x * y + c) as f32 * 0.1).sin()
                    }
                },
            )),
        };
        frame.set(&label.name, map).unwrap();
    }
    frame
}

/// Options for one engine, two threads and tiles that do not divide the pictures of the tests.
pub(crate) fn options(device: Device) -> Options {
    Options {
        device: device.into(),
        threads: 2.try_into().ok(),
        tile_pixels: 37.try_into().ok(),
        ..Options::default()
    }
}

/// Whether ONNX Runtime is there. Says so loudly if not, or fails if it has to be there.
pub(crate) fn has_ort() -> bool {
    let ort = report(Device::Cpu);
    if ort.available {
        return true;
    }
    let reason = ort.reason.as_deref().unwrap_or("no reason given");
    let required = std::env::var_os("MULTICOND_REQUIRE_ORT").is_some_and(|v| v == "1");
    assert!(!required, "MULTICOND_REQUIRE_ORT=1, but: {reason}");
    eprintln!("SKIPPED: needs ONNX Runtime: {reason}");
    false
}

/// The engines that can be tested here.
pub(crate) fn devices() -> Vec<Device> {
    let mut devices = Vec::new();
    if has_ort() {
        devices.push(Device::Cpu);
    }
    if report(Device::Tract).available {
        devices.push(Device::Tract);
    }
    devices
}

/// What is known about one device.
pub(crate) fn report(device: Device) -> DeviceReport {
    let mut reports = multicond::devices(None).into_iter();
    reports.find(|report| report.device == device).unwrap()
}

#[derive(Default)]
struct Builder {
    node: Vec<NodeProto>,
    initializer: Vec<TensorProto>,
}

impl Builder {
    fn node(&mut self, op_type: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> String {
        let output = format!("v{}", self.node.len());
        self.named(op_type, inputs, &output, attribute);
        output
    }

    fn named(
        &mut self,
        op_type: &str,
        inputs: &[&str],
        output: &str,
        attribute: Vec<AttributeProto>,
    ) {
        self.node.push(NodeProto {
            input: inputs.iter().map(ToString::to_string).collect(),
            output: vec![output.into()],
            name: format!("node_{output}"),
            op_type: op_type.into(),
            attribute,
            domain: String::new(),
        });
    }

    /// The label without holes: zero where nothing is known, one channel a class.
    fn features(&mut self, label: &Label) -> String {
        match &label.values {
            Values::Categorical { classes, .. } => {
                let count = classes.len() as i64;
                let ids = (0..classes.len() as i32)
                    .flat_map(i32::to_le_bytes)
                    .collect();
                let ids = self.tensor(DataType::Int32, &[1, count, 1, 1], ids);
                let is_class = self.node("Equal", &[&label.name, &ids], vec![]);
                let mut to = ints("to", &[]);
                to.r#type = AttributeType::Int as i32;
                to.i = DataType::Float as i64;
                self.node("Cast", &[&is_class], vec![to])
            }
            Values::Continuous { .. } => {
                let hole = self.node("IsNaN", &[&label.name], vec![]);
                let zero = self.tensor(DataType::Float, &[], 0f32.to_le_bytes().into());
                self.node("Where", &[&hole, &zero, &label.name], vec![])
            }
        }
    }

    /// Weights that look random and are always the same.
    fn weights(&mut self, dims: &[i64]) -> String {
        let mut state = self.initializer.len() as u32 + 1;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let count = dims.iter().product::<i64>();
        let data = (0..count).flat_map(|_| next().to_le_bytes()).collect();
        self.tensor(DataType::Float, dims, data)
    }

    fn tensor(&mut self, data_type: DataType, dims: &[i64], data: Vec<u8>) -> String {
        let name = format!("w{}", self.initializer.len());
        self.initializer.push(TensorProto {
            dims: dims.into(),
            data_type: data_type as i32,
            name: name.clone(),
            raw_data: data.into(),
        });
        name
    }
}

trait ChannelsIn {
    fn channels_in(&self) -> usize;
}

impl ChannelsIn for Label {
    fn channels_in(&self) -> usize {
        self.classes().map_or(self.channels(), <[String]>::len)
    }
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        ints: values.into(),
        r#type: AttributeType::Ints as i32,
        ..AttributeProto::default()
    }
}

/// A tensor value `[batch, channels, height, width]`.
pub(crate) fn value(name: &str, elem_type: DataType, channels: usize) -> ValueInfoProto {
    let named = |name: &str| DimensionProto {
        value: Some(Dimension::Named(name.into())),
    };
    let channels = DimensionProto {
        value: Some(Dimension::Fixed(channels as i64)),
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type: elem_type as i32,
                shape: Some(TensorShapeProto {
                    dim: vec![named("batch"), channels, named("height"), named("width")],
                }),
            }),
        }),
    }
}
