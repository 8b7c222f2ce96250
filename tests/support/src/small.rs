//! A small model for tests, built in memory, and frames for it.

use std::path::{Path, PathBuf};

use multicond::{
    Frame, Size,
    label::{Label, LabelMap},
    model::{Manifest, MultiplyAdds},
};
use multicond_format::model::{
    CONCEPT, FORMAT, FORMAT_KEY, IMAGE, MANIFEST_KEY,
    builder::{Graph, Value, fixed, named},
    number_type,
    proto::{
        DataType, Dimension, DimensionProto, ModelProto, TensorProto, TensorShapeProto,
        TensorTypeProto, TypeProto, ValueInfoProto,
    },
};
use ndarray::{Array2, Array3};
use prost::Message;

/// Channels of the concept tensor.
pub const CHANNELS: usize = 12;
/// Sides of pictures are multiples of this.
pub const SIZE_MULTIPLE: usize = 4;

/// Labels of the small model.
pub fn labels() -> Vec<Label> {
    vec![
        Label::semantics(["wall", "floor", "chair"]),
        Label::depth(),
        Label::normals(),
        Label::curvature(),
    ]
}

/// Manifest of the small model.
pub fn manifest() -> Manifest {
    let mut manifest = Manifest::new("small", labels(), CHANNELS);
    manifest.system = "test".into();
    manifest.size_multiple = SIZE_MULTIPLE;
    manifest.trained_size = Size::new(32, 16);
    manifest.parameters = 1;
    manifest.multiply_adds = MultiplyAdds {
        merge_per_pixel: 100,
        render_per_pixel: 1000,
    };
    manifest
}

/// The small model, with confidences.
pub fn model_with_confidence() -> ModelProto {
    let mut manifest = manifest();
    manifest.confidence = true;
    build(&manifest)
}

/// The small model. `concept` is the sum of a 1x1 convolution of each label; `image` is computed from it by a 3x3
/// convolution and the picture's mean, so that wrong seams and padded tiles are detected.
pub fn model() -> ModelProto {
    build(&manifest())
}

fn build(manifest: &Manifest) -> ModelProto {
    let mut graph = Graph::new("small");
    let mut weights = Weights(0);
    let mut sum: Option<Value> = None;
    for label in &manifest.labels {
        let input = graph.input(&label.name, number_type(label), dims(label.channels()));
        let mut features = features(&mut graph, label, &input);
        if manifest.confidence {
            features = multiplied(&mut graph, label, &features);
        }
        let channels = label.classes().map_or(label.channels(), <[String]>::len);
        let weight = weights.next(&mut graph, &[CHANNELS, channels, 1, 1]);
        let projected = graph.op("Conv", &[&features, &weight]);
        sum = Some(match sum {
            None => projected,
            Some(sum) => graph.op("Add", &[&sum, &projected]),
        });
    }
    let sum = sum.unwrap();
    let concept = graph.node("Tanh", &[&sum]).named(CONCEPT);
    let weight = weights.next(&mut graph, &[3, CHANNELS, 3, 3]);
    let near = graph
        .node("Conv", &[&concept, &weight])
        .ints("pads", [1, 1, 1, 1])
        .output();
    let mean = graph.op("GlobalAveragePool", &[&concept]);
    let weight = weights.next(&mut graph, &[3, CHANNELS, 1, 1]);
    let far = graph.op("Conv", &[&mean, &weight]);
    let both = graph.op("Add", &[&near, &far]);
    let image = graph.node("Sigmoid", &[&both]).named(IMAGE);
    graph.output(&image, dims(3));
    let manifest = serde_json::to_string(manifest).unwrap();
    let metadata = [(FORMAT_KEY, FORMAT.into()), (MANIFEST_KEY, manifest)];
    graph.into_model("multicond tests".into(), metadata)
}

/// Whole numbers, as a weight.
pub fn ints(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: vec![values.len() as i64],
        data_type: DataType::Int64 as i32,
        raw_data: values
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect::<Vec<u8>>()
            .into(),
    }
}

/// A tensor value `[batch, channels, height, width]`.
pub fn value(name: &str, number: DataType, channels: usize) -> ValueInfoProto {
    let dim = dims(channels)
        .into_iter()
        .map(|side| DimensionProto { value: Some(side) });
    let shape = TensorShapeProto { dim: dim.collect() };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type: number as i32,
                shape: Some(shape),
            }),
        }),
    }
}

/// `[batch, channels, height, width]`.
fn dims(channels: usize) -> Vec<Dimension> {
    vec![
        named("batch"),
        fixed(channels),
        named("height"),
        named("width"),
    ]
}

/// Features times the confidence of the label. Not in every bit, but the sign of a zero does not reach the picture.
fn multiplied(graph: &mut Graph, label: &Label, features: &Value) -> Value {
    let name = label.confidence_input();
    let side = |side: &str| named(&format!("{name}_{side}"));
    let dims = vec![side("batch"), fixed(1), side("height"), side("width")];
    let confidence = graph.optional_input(&name, dims, &[1; 4], 1.0);
    graph.op("Mul", &[features, &confidence])
}

/// The label with zeros where it is missing; one channel per class.
fn features(graph: &mut Graph, label: &Label, input: &Value) -> Value {
    match label.class_count() {
        0 => {
            let missing = graph.op("IsNaN", &[input]);
            let zero = graph.scalar(0.0);
            graph.op("Where", &[&missing, &zero, input])
        }
        count => {
            let ids: Vec<i32> = (0..count as i32).collect();
            let ids = graph.ids(&[1, count, 1, 1], &ids);
            let is_class = graph.op("Equal", &[input, &ids]);
            let cast = graph.node("Cast", &[&is_class]);
            cast.int("to", DataType::Float as i64).output()
        }
    }
}

/// Pseudorandom weights, always the same.
struct Weights(u32);

impl Weights {
    fn next(&mut self, graph: &mut Graph, dims: &[usize]) -> Value {
        self.0 += 1;
        let mut state = self.0;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let values: Vec<f32> = (0..dims.iter().product()).map(|_| next()).collect();
        graph.weight("w", dims, &values).unwrap()
    }
}

/// Writes a model to a new file in `folder`.
pub fn write(folder: &Path, model: &ModelProto) -> PathBuf {
    let path = folder.join("model.onnx");
    std::fs::write(&path, model.encode_to_vec()).unwrap();
    path
}

/// A frame with structured labels that have missing pixels; the last label is absent.
pub fn frame(width: usize, height: usize) -> Frame<'static> {
    let mut frame = Frame::new(width, height);
    let labels = labels();
    for label in &labels[..labels.len() - 1] {
        let hole = |x: usize, y: usize| (x * 7 + y * 3).is_multiple_of(11);
        let map = match label.missing_class() {
            Some(missing) => LabelMap::Classes(Array2::from_shape_fn((height, width), |(y, x)| {
                if hole(x, y) {
                    missing
                } else {
                    ((x + 2 * y) % 3) as i32
                }
            })),
            None => LabelMap::Values(Array3::from_shape_fn(
                (label.channels(), height, width),
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
