//! Labels in physical units to tokens: encoding, missing values, projection, GELU, label encoding.
//!
//! The same function as [`crate::data::encode`] followed by the first lines of [`Tlam`].

use anyhow::{Context, Result};
use burn::tensor::{Device, Tensor, TensorData, activation};
use multicond::{
    label::{Encoding, Label, Values},
    model::proto::DataType,
};

use super::{
    builder::{Graph, Value, fixed, named},
    layers::{dense, gelu, reshape, transpose},
    weights::{self, Dense},
};
use crate::net::tlam::Tlam;

/// The inputs of all labels, and their tokens side by side, `[pixels, labels * dimension]`.
pub(super) struct Tokens {
    /// The first label's input, which tells the size of the picture.
    pub(super) first_input: Value,
    pub(super) tokens: Value,
}

pub(super) fn tokens(graph: &mut Graph, tlam: &Tlam, labels: &[Label]) -> Result<Tokens> {
    let count = labels.len();
    let [_, dimension] = tlam.label_encodings.dims();
    let encodings = weights::read(
        "tlam.label_encodings",
        &tlam.label_encodings,
        [count, dimension],
    )?;
    let inputs: Vec<Value> = labels.iter().map(|label| input(graph, label)).collect();
    let mut tokens = Vec::with_capacity(count);
    for (index, (label, encoding)) in labels
        .iter()
        .zip(encodings.chunks_exact(dimension))
        .enumerate()
    {
        let projection = Dense::read(
            &format!("tlam.projections.{index}"),
            &tlam.projections[index],
            [label.network_channels(), dimension],
        )?;
        graph.enter(format!("labels.{}", label.name));
        let token = match &label.values {
            Values::Categorical { classes, .. } => {
                class_token(graph, &inputs[index], classes.len(), &projection, encoding)
            }
            Values::Continuous {
                channels,
                encoding: formula,
                ..
            } => {
                let values = encode(graph, &inputs[index], *channels, formula, label.presence);
                value_token(graph, &values, &projection, encoding)
            }
        };
        tokens.push(token.with_context(|| format!("label `{}`", label.name))?);
    }
    graph.enter("labels");
    let tokens: Vec<&Value> = tokens.iter().collect();
    Ok(Tokens {
        first_input: inputs
            .into_iter()
            .next()
            .context("a model needs at least one label")?,
        tokens: graph.node("Concat", &tokens).int("axis", -1).output(),
    })
}

fn input(graph: &mut Graph, label: &Label) -> Value {
    let r#type = match label.values {
        Values::Categorical { .. } => DataType::Int32,
        Values::Continuous { .. } => DataType::Float,
    };
    let dims = vec![
        named("batch"),
        fixed(label.channels()),
        named("height"),
        named("width"),
    ];
    graph.input(&label.name, r#type, dims)
}

/// A class id has as many tokens as there are classes and one for "not known": a table.
///
/// The network itself fills the table, so a row is what training computed for that id.
fn class_token(
    graph: &mut Graph,
    input: &Value,
    classes: usize,
    projection: &Dense,
    encoding: &[f32],
) -> Result<Value> {
    let d = projection.output;
    let table = class_table(classes, projection, encoding)?;
    let table = graph.weight(
        &format!("{}.table", projection.name),
        &[classes + 1, d],
        &table,
    )?;
    let (first, last) = (graph.id(0), graph.id(classes as i32 - 1));
    let unknown = graph.id(classes as i32);
    let ids = reshape(graph, input, &[-1]);
    let below = graph.op("Less", &[&ids, &first]);
    let above = graph.op("Greater", &[&ids, &last]);
    let outside = graph.op("Or", &[&below, &above]);
    let rows = graph.op("Where", &[&outside, &unknown, &ids]);
    Ok(graph
        .node("Gather", &[&table, &rows])
        .int("axis", 0)
        .output())
}

/// Tokens `[classes + 1, dimension]`; the last row is that of a missing id, whose one-hot vector and
/// presence are zero.
fn class_table(classes: usize, projection: &Dense, encoding: &[f32]) -> Result<Vec<f32>> {
    let (channels, d) = (projection.input, projection.output);
    let mut before = Vec::with_capacity((classes + 1) * d);
    let rows = projection.weight.chunks_exact(d);
    // With a presence channel the rows are one more than the classes.
    let presence = projection.weight[(channels - 1) * d..].to_vec();
    for row in rows.take(classes) {
        before.extend((0..d).map(|i| {
            let presence = if channels > classes { presence[i] } else { 0.0 };
            row[i] + presence + projection.bias[i]
        }));
    }
    before.extend(&projection.bias);
    let device = Device::flex();
    let before = Tensor::<2>::from_data(TensorData::new(before, [classes + 1, d]), &device);
    let encoding = Tensor::<2>::from_data(TensorData::new(encoding.to_vec(), [1, d]), &device);
    let table = activation::gelu(before) + encoding;
    table
        .into_data()
        .try_into_vec::<f32>()
        .map_err(|error| anyhow::anyhow!("class tokens cannot be read: {error:?}"))
}

/// Physical values `[batch, channels, height, width]` to network input `[pixels, network channels]`,
/// zero where missing.
fn encode(
    graph: &mut Graph,
    input: &Value,
    channels: usize,
    formula: &Encoding,
    presence: bool,
) -> Value {
    let last = transpose(graph, input, [0, 2, 3, 1]);
    let values = reshape(graph, &last, &[-1, channels as i64]);
    let present = is_present(graph, &values, channels, formula);
    let encoded = apply(graph, &values, formula);
    // Where and not a product: NaN * 0 is NaN.
    let zero = graph.scalar(0.0);
    let encoded = graph.op("Where", &[&present, &encoded, &zero]);
    if !presence {
        return encoded;
    }
    let presence = cast(graph, &present, DataType::Float);
    graph
        .node("Concat", &[&encoded, &presence])
        .int("axis", -1)
        .output()
}

/// [`Encoding::is_present`] as a bool `[pixels, 1]`.
///
/// Comparisons are false for NaN, and no optimiser may fold them away as it may `x - x`.
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
fn apply(graph: &mut Graph, values: &Value, formula: &Encoding) -> Value {
    let (zero, one, two) = (graph.scalar(0.0), graph.scalar(1.0), graph.scalar(2.0));
    match *formula {
        Encoding::Affine { scale, bias } => {
            let (scale, bias) = (graph.scalar(scale), graph.scalar(bias));
            let minus_one = graph.scalar(-1.0);
            let scaled = graph.op("Mul", &[values, &scale]);
            let shifted = graph.op("Add", &[&scaled, &bias]);
            graph.op("Clip", &[&shifted, &minus_one, &one])
        }
        Encoding::Reciprocal { half } => {
            // 1 - 2 half / (v + half), the same number without an infinity on the way.
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
    }
}

/// Network input `[pixels, channels]` to tokens `[pixels, dimension]`.
fn value_token(
    graph: &mut Graph,
    values: &Value,
    projection: &Dense,
    encoding: &[f32],
) -> Result<Value> {
    let projected = dense(graph, values, projection)?;
    let active = gelu(graph, &projected);
    let encoding = graph.weight(
        &format!("{}.label_encoding", projection.name),
        &[projection.output],
        encoding,
    )?;
    Ok(graph.op("Add", &[&active, &encoding]))
}

fn cast(graph: &mut Graph, value: &Value, to: DataType) -> Value {
    graph
        .node("Cast", &[value])
        .int("to", i64::from(i32::from(to)))
        .output()
}
