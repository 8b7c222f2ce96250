//! The inputs of the graph, and ONNX nodes that encode labels in physical units as network input, including missing
//! values. Equivalent to [`crate::data::encode`].

use anyhow::{Result, bail};
use multicond_format::{
    label::{CERTAIN, Encoding, LEAST_MISSING, Label, NOTHING},
    model::{FixedShape, number_type, proto::DataType},
};

use super::{
    ExportOptions, Inputs,
    builder::{Dimension, Graph, Value, fixed, named},
    layers::{dense, reshape, transpose},
    weights::Dense,
};

/// The graph's inputs for a label.
pub(crate) struct Input {
    /// Its values.
    pub(crate) values: Values,
    /// How far they can be relied on, `[batch, 1, height, width]` or `[1, 1, 1, 1]`; `None` if the model does not take it.
    confidence: Option<Value>,
}

/// The graph's input for the values of a label.
pub(crate) enum Values {
    /// Class ids, `[batch, 1, height, width]`.
    Classes(Value),
    /// Values in physical units, `[batch, channels, height, width]`.
    Physical(Value),
    /// Network input, `[batch, network channels, height, width]`. Confidences are in it already.
    Encoded(Value),
    /// Network input that nodes computed, `[pixels, network channels]`.
    Rows(Value),
}

impl Input {
    /// Adds the inputs to the graph; `confidence` says whether there is one for the confidence.
    pub(super) fn add(
        graph: &mut Graph,
        label: &Label,
        confidence: bool,
        options: &ExportOptions,
    ) -> Self {
        let (name, shape) = (&label.name, options.fixed);
        if options.inputs == Inputs::Encoded {
            let dims = dims(shape, label.network_channels());
            return Self {
                values: Values::Encoded(graph.input(name, DataType::Float, dims)),
                confidence: None,
            };
        }
        let value = graph.input(name, number_type(label), dims(shape, label.channels()));
        Self {
            values: match label.classes() {
                Some(_) => Values::Classes(value),
                None => Values::Physical(value),
            },
            confidence: confidence.then(|| optional_input(graph, label, shape)),
        }
    }

    /// Whether the model takes the label's confidence.
    pub(crate) fn has_confidence(&self) -> bool {
        self.confidence.is_some()
    }

    /// The input for the values.
    pub(super) fn value(&self) -> &Value {
        match &self.values {
            Values::Classes(value)
            | Values::Physical(value)
            | Values::Encoded(value)
            | Values::Rows(value) => value,
        }
    }
}

/// The input for a confidence, which is 1 where a caller leaves it out. In a graph for any size its sides are its own, so
/// that those of the 1 fit them too.
fn optional_input(graph: &mut Graph, label: &Label, shape: Option<FixedShape>) -> Value {
    let name = label.confidence_input();
    match shape {
        None => {
            let [batch, height, width] =
                ["batch", "height", "width"].map(|side| named(&format!("{name}_{side}")));
            graph.optional_input(
                &name,
                vec![batch, fixed(1), height, width],
                &[1; 4],
                CERTAIN,
            )
        }
        Some(FixedShape { batch, size }) => {
            let sides = [batch, 1, size.height, size.width];
            graph.optional_input(&name, sides.map(fixed).to_vec(), &sides, CERTAIN)
        }
    }
}

/// A confidence as `[pixels, 1]`, or `[1, 1]` for all pixels.
pub(crate) struct Confidence {
    /// From 0 to 1.
    pub(crate) value: Value,
    /// Whether it is above 0, in booleans.
    above: Value,
}

/// [`multicond_format::label::confidence`] of a label's input; `None` if there is none.
///
/// NaN fails two tests, as in [`is_present`].
pub(crate) fn confidence(graph: &mut Graph, input: &Input) -> Option<Confidence> {
    let numbers = reshape(graph, input.confidence.as_ref()?, &[-1, 1]);
    let (zero, one) = (graph.scalar(0.0), graph.scalar(CERTAIN));
    let clipped = graph.op("Clip", &[&numbers, &zero, &one]);
    let above = graph.op("Greater", &[&clipped, &zero]);
    let nothing = graph.op("Sub", &[&clipped, &clipped]);
    let number = graph.op("Equal", &[&nothing, &zero]);
    let above = graph.op("And", &[&above, &number]);
    let value = graph.op("Where", &[&above, &clipped, &zero]);
    Some(Confidence { value, above })
}

/// `[batch, channels, height, width]`: any number of pictures of any size, or only these.
pub(super) fn dims(shape: Option<FixedShape>, channels: usize) -> Vec<Dimension> {
    let [batch, height, width] = match shape {
        None => ["batch", "height", "width"].map(named),
        Some(FixedShape { batch, size }) => [batch, size.height, size.width].map(fixed),
    };
    vec![batch, fixed(channels), height, width]
}

/// The encoded label, `[pixels, network channels]`, times its confidence, zero where missing.
pub(crate) fn encoded(graph: &mut Graph, label: &Label, input: &Input) -> Result<Value> {
    match (&input.values, label.encoding()) {
        (Values::Encoded(values), _) => Ok(rows(graph, values, label.network_channels())),
        (Values::Rows(values), _) => Ok(values.clone()),
        (Values::Physical(values), Some(encoding)) => {
            let values = rows(graph, values, label.channels());
            let confidence = confidence(graph, input);
            encode(graph, &values, confidence.as_ref(), label, &encoding)
        }
        (Values::Classes(ids), _) => {
            let (classes, channels) = (label.class_count(), label.network_channels());
            let table = one_hot(classes, channels);
            let name = format!("labels.{}.one_hot", label.name);
            let table = graph.weight(&name, &[classes + 1, channels], &table)?;
            let confidence = confidence(graph, input);
            Ok(lookup(graph, ids, confidence.as_ref(), classes, &table))
        }
        (Values::Physical(_), None) => unreachable!("labels without an encoding have classes"),
    }
}

/// The encoded label through a dense layer, `[pixels, outputs of the layer]`. Rows of classes are looked up.
pub(crate) fn projected(
    graph: &mut Graph,
    label: &Label,
    input: &Input,
    layer: &Dense,
) -> Result<Value> {
    let Values::Classes(ids) = &input.values else {
        let values = encoded(graph, label, input)?;
        return dense(graph, &values, layer);
    };
    let (classes, outputs) = (label.class_count(), layer.output);
    let name = &layer.name;
    let rows = class_rows(layer, classes);
    let table = graph.weight(&format!("{name}.rows"), &[classes + 1, outputs], &rows)?;
    let bias = graph.weight(&format!("{name}.bias"), &[outputs], &layer.bias)?;
    let confidence = confidence(graph, input);
    let rows = lookup(graph, ids, confidence.as_ref(), classes, &table);
    Ok(graph.op("Add", &[&rows, &bias]))
}

/// What a dense layer makes of each class before its bias, `[classes + 1, outputs]`. The last row is for missing ids,
/// whose one-hot vector and presence are zero.
pub(crate) fn class_rows(layer: &Dense, classes: usize) -> Vec<f32> {
    let outputs = layer.output;
    let mut all = Vec::with_capacity((classes + 1) * outputs);
    // With a presence channel, there is one more row than there are classes.
    let presence = layer.weight[classes * outputs..]
        .chunks_exact(outputs)
        .next();
    for row in layer.weight.chunks_exact(outputs).take(classes) {
        let presence = |index: usize| presence.map_or(0.0, |presence| presence[index]);
        all.extend(row.iter().enumerate().map(|(i, own)| own + presence(i)));
    }
    all.resize((classes + 1) * outputs, 0.0);
    all
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

/// Looks up the row of each pixel in a table of `classes + 1` rows, times its confidence. The last row is for ids out of
/// range; with confidences, it is zero.
pub(crate) fn lookup(
    graph: &mut Graph,
    input: &Value,
    confidence: Option<&Confidence>,
    classes: usize,
    table: &Value,
) -> Value {
    let (first, last) = (graph.id(0), graph.id(classes as i32 - 1));
    let unknown = graph.id(classes as i32);
    let ids = reshape(graph, input, &[-1]);
    let below = graph.op("Less", &[&ids, &first]);
    let above = graph.op("Greater", &[&ids, &last]);
    let outside = graph.op("Or", &[&below, &above]);
    let mut rows = graph.op("Where", &[&outside, &unknown, &ids]);
    if let Some(confidence) = confidence {
        // A missing row times 0, so that no sign of a zero tells a confidence of 0 from a missing id.
        let above = reshape(graph, &confidence.above, &[-1]);
        rows = graph.op("Where", &[&above, &rows, &unknown]);
    }
    let rows = graph
        .node("Gather", &[table, &rows])
        .int("axis", 0)
        .output();
    match confidence {
        Some(confidence) => graph.op("Mul", &[&rows, &confidence.value]),
        None => rows,
    }
}

/// Encodes physical values `[pixels, channels]` as `[pixels, network channels]`, zero where missing.
fn encode(
    graph: &mut Graph,
    values: &Value,
    confidence: Option<&Confidence>,
    label: &Label,
    formula: &Encoding,
) -> Result<Value> {
    let mut present = is_present(graph, values, label.channels(), formula);
    let mut encoded = apply(graph, values, formula)?;
    if let Some(confidence) = confidence {
        present = graph.op("And", &[&present, &confidence.above]);
        encoded = graph.op("Mul", &[&encoded, &confidence.value]);
    }
    // `Where` instead of a product, because NaN * 0 is NaN.
    let zero = graph.scalar(0.0);
    let encoded = graph.op("Where", &[&present, &encoded, &zero]);
    if !label.presence {
        return Ok(encoded);
    }
    let presence = match confidence {
        Some(confidence) => graph.op("Where", &[&present, &confidence.value, &zero]),
        None => as_number(graph, &present),
    };
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
