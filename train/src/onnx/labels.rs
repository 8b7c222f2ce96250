//! The inputs of the graph, and ONNX nodes that encode labels in physical units as network input, including missing
//! values. Equivalent to [`crate::data::encode`].

use anyhow::{Result, bail};
use multicond_format::{
    label::{Encoding, LEAST_MISSING, Label, NOTHING},
    model::{FixedShape, number_type, proto::DataType},
};

use super::{
    ExportOptions, Inputs,
    builder::{Dimension, Graph, Value, fixed, named},
    layers::{reshape, transpose},
};

/// The graph's input for a label.
pub(crate) enum Input {
    /// Class ids, `[batch, 1, height, width]`.
    Classes(Value),
    /// Values in physical units, `[batch, channels, height, width]`.
    Values(Value),
    /// Network input, `[batch, network channels, height, width]`.
    Encoded(Value),
    /// Network input that nodes computed, `[pixels, network channels]`.
    Rows(Value),
}

impl Input {
    /// Adds the input to the graph.
    pub(super) fn add(graph: &mut Graph, label: &Label, options: &ExportOptions) -> Self {
        let (name, shape) = (&label.name, options.fixed);
        match (options.inputs, label.classes()) {
            (Inputs::Encoded, _) => {
                let dims = dims(shape, label.network_channels());
                Self::Encoded(graph.input(name, DataType::Float, dims))
            }
            (Inputs::Physical, classes) => {
                let dims = dims(shape, label.channels());
                let value = graph.input(name, number_type(label), dims);
                match classes {
                    Some(_) => Self::Classes(value),
                    None => Self::Values(value),
                }
            }
        }
    }

    pub(super) fn value(&self) -> &Value {
        match self {
            Self::Classes(value)
            | Self::Values(value)
            | Self::Encoded(value)
            | Self::Rows(value) => value,
        }
    }
}

/// `[batch, channels, height, width]`: any number of pictures of any size, or only these.
pub(super) fn dims(shape: Option<FixedShape>, channels: usize) -> Vec<Dimension> {
    let [batch, height, width] = match shape {
        None => ["batch", "height", "width"].map(named),
        Some(FixedShape { batch, size }) => [batch, size.height, size.width].map(fixed),
    };
    vec![batch, fixed(channels), height, width]
}

/// The encoded label, `[pixels, network channels]`, zero where missing.
pub(crate) fn encoded(graph: &mut Graph, label: &Label, input: &Input) -> Result<Value> {
    match (input, label.encoding()) {
        (Input::Encoded(values), _) => Ok(rows(graph, values, label.network_channels())),
        (Input::Rows(values), _) => Ok(values.clone()),
        (Input::Values(values), Some(encoding)) => {
            let values = rows(graph, values, label.channels());
            encode(graph, &values, label, &encoding)
        }
        (Input::Classes(ids), _) => {
            let (classes, channels) = (label.class_count(), label.network_channels());
            let table = one_hot(classes, channels);
            let name = format!("labels.{}.one_hot", label.name);
            let table = graph.weight(&name, &[classes + 1, channels], &table)?;
            Ok(lookup(graph, ids, classes, &table))
        }
        (Input::Values(_), None) => unreachable!("labels without an encoding have classes"),
    }
}

/// `[batch, channels, height, width]` to `[pixels, channels]`.
fn rows(graph: &mut Graph, values: &Value, channels: usize) -> Value {
    let last = transpose(graph, values, [0, 2, 3, 1]);
    reshape(graph, &last, &[-1, channels as i64])
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

/// Encodes physical values `[pixels, channels]` as `[pixels, network channels]`, zero where missing.
fn encode(graph: &mut Graph, values: &Value, label: &Label, formula: &Encoding) -> Result<Value> {
    let present = is_present(graph, values, label.channels(), formula);
    let encoded = apply(graph, values, formula)?;
    // `Where` instead of a product, because NaN * 0 is NaN.
    let zero = graph.scalar(0.0);
    let encoded = graph.op("Where", &[&present, &encoded, &zero]);
    if !label.presence {
        return Ok(encoded);
    }
    let presence = as_number(graph, &present);
    Ok(graph
        .node("Concat", &[&encoded, &presence])
        .int("axis", -1)
        .output())
}

/// [`Encoding::is_present`] as booleans `[pixels, 1]`.
///
/// NaN fails two tests, because some runtimes get one of them wrong: with fast math a comparison with NaN may be true,
/// and an optimiser may take `x - x` for zero.
fn is_present(graph: &mut Graph, values: &Value, channels: usize, formula: &Encoding) -> Value {
    let zero = graph.scalar(0.0);
    let small = if matches!(formula, Encoding::Reciprocal { .. }) {
        let limit = graph.scalar(NOTHING);
        let near = graph.op("Less", &[values, &limit]);
        let in_front = graph.op("Greater", &[values, &zero]);
        graph.op("And", &[&near, &in_front])
    } else {
        let limit = graph.scalar(LEAST_MISSING);
        let size = graph.op("Abs", &[values]);
        graph.op("Less", &[&size, &limit])
    };
    let nothing = graph.op("Sub", &[values, values]);
    let number = graph.op("Equal", &[&nothing, &zero]);
    let mut finite = graph.op("And", &[&small, &number]);
    if channels > 1 {
        let numbers = as_number(graph, &finite);
        let all = graph
            .node("ReduceMin", &[&numbers])
            .ints("axes", [-1])
            .int("keepdims", 1)
            .output();
        finite = graph.op("Greater", &[&all, &zero]);
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

/// 1 where a condition is true, else 0. Not `Cast`, which names a type that programs that convert to half precision miss.
fn as_number(graph: &mut Graph, condition: &Value) -> Value {
    let (one, zero) = (graph.scalar(1.0), graph.scalar(0.0));
    graph.op("Where", &[condition, &one, &zero])
}
