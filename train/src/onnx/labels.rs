//! ONNX nodes that encode labels in physical units as network input, including missing values. Equivalent to
//! [`crate::data::encode`].

use anyhow::{Result, bail};
use multicond_format::{
    label::{Encoding, Label},
    model::{number_type, proto::DataType},
};

use super::{
    builder::{Graph, Value, fixed, named},
    layers::{reshape, transpose},
};

/// The graph's inputs, one per label.
pub(crate) fn inputs(graph: &mut Graph, labels: &[Label]) -> Vec<Value> {
    labels.iter().map(|label| input(graph, label)).collect()
}

fn input(graph: &mut Graph, label: &Label) -> Value {
    let dims = vec![
        named("batch"),
        fixed(label.channels()),
        named("height"),
        named("width"),
    ];
    graph.input(&label.name, number_type(label), dims)
}

/// The encoded label, `[pixels, network channels]`, zero where missing.
pub(crate) fn encoded(graph: &mut Graph, label: &Label, input: &Value) -> Result<Value> {
    let Some(encoding) = label.encoding() else {
        let (classes, channels) = (label.class_count(), label.network_channels());
        let table = one_hot(classes, channels);
        let name = format!("labels.{}.one_hot", label.name);
        let table = graph.weight(&name, &[classes + 1, channels], &table)?;
        return Ok(lookup(graph, input, classes, &table));
    };
    encode(graph, input, label.channels(), &encoding, label.presence)
}

/// The encodings of all classes, `[classes + 1, channels]`. The last row is for missing ids, whose one-hot vector and
/// presence are zero.
pub(crate) fn one_hot(classes: usize, channels: usize) -> Vec<f32> {
    let mut rows = vec![0.0; (classes + 1) * channels];
    for (class, row) in rows.chunks_exact_mut(channels).take(classes).enumerate() {
        row[class] = 1.0;
        // With a presence channel, there is one more channel than there are classes.
        row[classes..].fill(1.0);
    }
    rows
}

/// Looks up the row of each pixel in a table of `classes + 1` rows; the last row is for ids out of range.
pub(crate) fn lookup(graph: &mut Graph, input: &Value, classes: usize, table: &Value) -> Value {
    let (first, last) = (graph.id(0), graph.id(classes as i32 - 1));
    let unknown = graph.id(classes as i32);
    let ids = reshape(graph, input, &[-1]);
    let below = graph.op("Less", &[&ids, &first]);
    let above = graph.op("Greater", &[&ids, &last]);
    let outside = graph.op("Or", &[&below, &above]);
    let rows = graph.op("Where", &[&outside, &unknown, &ids]);
    graph
        .node("Gather", &[table, &rows])
        .int("axis", 0)
        .output()
}

/// Encodes physical values `[batch, channels, height, width]` as `[pixels, network channels]`, zero where missing.
fn encode(
    graph: &mut Graph,
    input: &Value,
    channels: usize,
    formula: &Encoding,
    presence: bool,
) -> Result<Value> {
    let last = transpose(graph, input, [0, 2, 3, 1]);
    let values = reshape(graph, &last, &[-1, channels as i64]);
    let present = is_present(graph, &values, channels, formula);
    let encoded = apply(graph, &values, formula)?;
    // `Where` instead of a product, because NaN * 0 is NaN.
    let zero = graph.scalar(0.0);
    let encoded = graph.op("Where", &[&present, &encoded, &zero]);
    if !presence {
        return Ok(encoded);
    }
    let presence = cast(graph, &present, DataType::Float);
    Ok(graph
        .node("Concat", &[&encoded, &presence])
        .int("axis", -1)
        .output())
}

/// [`Encoding::is_present`] as booleans `[pixels, 1]`.
///
/// Comparisons with NaN are false, and optimisers cannot remove them, unlike `x - x`.
fn is_present(graph: &mut Graph, values: &Value, channels: usize, formula: &Encoding) -> Value {
    let largest = graph.scalar(f32::MAX);
    let size = graph.op("Abs", &[values]);
    let mut finite = graph.op("LessOrEqual", &[&size, &largest]);
    if channels > 1 {
        let numbers = cast(graph, &finite, DataType::Float);
        let all = graph
            .node("ReduceMin", &[&numbers])
            .ints("axes", [-1])
            .int("keepdims", 1)
            .output();
        finite = cast(graph, &all, DataType::Bool);
    }
    if *formula != Encoding::Direction {
        return finite;
    }
    let least = graph.scalar(Encoding::MIN_SQUARED_LENGTH);
    let length = graph
        .node("ReduceSumSquare", &[values])
        .ints("axes", [-1])
        .int("keepdims", 1)
        .output();
    let long = graph.op("GreaterOrEqual", &[&length, &least]);
    graph.op("And", &[&finite, &long])
}

/// [`Encoding::encode`].
fn apply(graph: &mut Graph, values: &Value, formula: &Encoding) -> Result<Value> {
    let (zero, one, two) = (graph.scalar(0.0), graph.scalar(1.0), graph.scalar(2.0));
    Ok(match *formula {
        Encoding::Affine { scale, bias } => {
            let (scale, bias) = (graph.scalar(scale), graph.scalar(bias));
            let minus_one = graph.scalar(-1.0);
            let scaled = graph.op("Mul", &[values, &scale]);
            let shifted = graph.op("Add", &[&scaled, &bias]);
            graph.op("Clip", &[&shifted, &minus_one, &one])
        }
        Encoding::Reciprocal { half } => {
            // 1 - 2 half / (v + half), which is equivalent and avoids infinity.
            let (half, twice) = (graph.scalar(half), graph.scalar(2.0 * half));
            let positive = graph.op("Max", &[values, &zero]);
            let sum = graph.op("Add", &[&positive, &half]);
            let ratio = graph.op("Div", &[&twice, &sum]);
            graph.op("Sub", &[&one, &ratio])
        }
        Encoding::Power { exponent } => {
            let exponent = graph.scalar(exponent);
            let clipped = graph.op("Clip", &[values, &zero, &one]);
            let power = graph.op("Pow", &[&clipped, &exponent]);
            let doubled = graph.op("Mul", &[&power, &two]);
            graph.op("Sub", &[&doubled, &one])
        }
        Encoding::Direction => values.clone(),
        other => bail!("encoding {other} cannot be exported to ONNX"),
    })
}

fn cast(graph: &mut Graph, value: &Value, to: DataType) -> Value {
    graph
        .node("Cast", &[value])
        .int("to", i64::from(i32::from(to)))
        .output()
}
