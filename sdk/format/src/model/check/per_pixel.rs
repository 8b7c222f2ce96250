//! Checks that the merge works on each pixel by itself: only then may it run in tiles, and only then may a pixel keep
//! its concept from frame to frame.

use super::{
    fact::Fact,
    graph::{Attribute, Graph, Node, ValueId},
    infer::Shapes,
    layout::{Layout, channels},
};

/// A value of the merge.
#[derive(Clone)]
struct Value {
    /// `None` if it is the same for all pixels.
    layout: Option<Layout>,
    /// Whether it is computed from the size of the picture, which differs from that of a tile.
    is_size: bool,
}

impl Graph {
    /// Checks the nodes of the merge, from its `inputs` to `concept`, for the size of `shapes`.
    pub(super) fn check_per_pixel(
        &self,
        nodes: &[usize],
        inputs: &[ValueId],
        shapes: &Shapes,
        concept: ValueId,
    ) -> Result<(), String> {
        let constant = Value {
            layout: None,
            is_size: false,
        };
        let mut values = vec![constant.clone(); self.names.len()];
        for &input in inputs {
            if let Some(fact) = &shapes.facts[input] {
                values[input].layout = Some(Layout::picture(&fact.dims));
            }
        }
        for node in nodes.iter().map(|&index| &self.nodes[index]) {
            let walk = Walk {
                node,
                values: &values,
                facts: &shapes.facts,
            };
            let (layouts, is_size) = walk
                .outputs()
                .map_err(|reason| format!("{} {reason}", node.describe()))?;
            let layouts = layouts.into_iter().chain(std::iter::repeat(None));
            for (value, layout) in node.outputs.iter().zip(layouts) {
                if let Some(value) = value {
                    values[*value] = Value { layout, is_size };
                }
            }
        }
        let made = &values[concept];
        let fact = shapes.facts[concept].as_ref();
        let wanted = fact.map(|fact| Layout::picture(&fact.dims));
        match made.layout == wanted && !made.is_size {
            true => Ok(()),
            false => Err("it does not have the pixels in their order".into()),
        }
    }
}

type Layouts = Vec<Option<Layout>>;

struct Walk<'a> {
    node: &'a Node,
    values: &'a [Value],
    facts: &'a [Option<Fact>],
}

const SEVERAL: &str = "looks at several pixels";

impl Walk<'_> {
    fn outputs(&self) -> Result<(Layouts, bool), String> {
        let inputs = || {
            self.node
                .inputs
                .iter()
                .flatten()
                .map(|&value| &self.values[value])
        };
        let has_size = inputs().any(|value| value.is_size);
        let name = self.node.operator.name;
        if name == "Shape" || name == "Size" {
            return Ok((vec![None], true));
        }
        if inputs().all(|value| value.layout.is_none()) {
            return Ok((vec![None; self.node.outputs.len()], has_size));
        }
        // The shape that a reshape is given says nothing about the numbers.
        if has_size && name != "Reshape" {
            return Err("depends on the size of the picture".into());
        }
        Ok((self.layouts(name)?, false))
    }

    fn fact(&self, value: Option<ValueId>) -> Result<&Fact, String> {
        let fact = value.and_then(|value| self.facts[value].as_ref());
        fact.ok_or_else(|| "has an input or output that is not known".into())
    }

    fn output(&self, index: usize) -> Result<&Fact, String> {
        self.fact(self.node.outputs.get(index).copied().flatten())
    }

    fn is_constant(&self, index: usize) -> bool {
        let value = self.node.inputs.get(index).copied().flatten();
        value.is_none_or(|value| self.values[value].layout.is_none())
    }

    fn layout(&self, index: usize) -> Result<Layout, String> {
        let value = self.node.inputs.get(index).copied().flatten();
        let fact = self.fact(value)?;
        let own = value.and_then(|value| self.values[value].layout.clone());
        Ok(own.unwrap_or_else(|| Layout::channels(fact)))
    }

    fn layouts(&self, name: &str) -> Result<Layouts, String> {
        let one = |layout: Option<Layout>| Ok(vec![Some(layout.ok_or(SEVERAL)?)]);
        match name {
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => {
                one(self.layout(0)?.regroup(&self.output(0)?.dims))
            }
            "Transpose" => {
                let layout = self.layout(0)?;
                let order: Vec<usize> = match self.node.attribute("perm") {
                    Some(Attribute::Ints(order)) => order
                        .iter()
                        .map(|&axis| axis.rem_euclid(layout.rank() as i64) as usize)
                        .collect(),
                    _ => (0..layout.rank()).rev().collect(),
                };
                one(Some(Layout(
                    order.iter().map(|&axis| layout.0[axis].clone()).collect(),
                )))
            }
            "Concat" => {
                let mut all = self.channels_changed(0)?;
                for index in 1..self.node.inputs.len() {
                    let other = self.changed_input(index, 0)?;
                    all = all.combine(&other).ok_or(SEVERAL)?;
                }
                one(all.once())
            }
            "Split" | "Slice" | "Pad" | "Expand" | "Tile" => {
                let outputs = 0..self.node.outputs.len();
                outputs
                    .map(|index| self.channels_changed(index).map(Some))
                    .collect()
            }
            "Softmax" | "LogSoftmax" => {
                let layout = self.layout(0)?;
                let axis = self.axis(-1, layout.rank());
                one(layout.is_pixel_free(axis).then_some(layout))
            }
            "LayerNormalization" => {
                let layout = self.layout(0)?;
                let mut axes = self.axis(-1, layout.rank())..layout.rank();
                let is_right = axes.all(|axis| layout.is_pixel_free(axis))
                    && (1..self.node.inputs.len()).all(|index| self.is_constant(index));
                one(is_right.then_some(layout))
            }
            "BatchNormalization" => {
                let layout = self.layout(0)?;
                let is_per_channel = layout.rank() > 1
                    && layout.is_pixel_free(1)
                    && (1..self.node.inputs.len()).all(|index| self.is_constant(index));
                one(is_per_channel.then_some(layout))
            }
            "QuantizeLinear" | "DequantizeLinear" => {
                let layout = self.layout(0)?;
                let scale = self.node.inputs.get(1).copied().flatten();
                let is_scalar = self.fact(scale)?.count() == 1;
                let is_right = (is_scalar || layout.is_pixel_free(self.axis(1, layout.rank())))
                    && self.is_constant(1)
                    && self.is_constant(2);
                one(is_right.then_some(layout))
            }
            "Gather" => self.gather(),
            "MatMul" | "MatMulInteger" => one(self.product(0, 1)?),
            "QLinearMatMul" => one(self.product(0, 3)?),
            "Gemm" => self.gemm(),
            "Conv" | "ConvInteger" => self.convolution(1),
            "QLinearConv" => self.convolution(3),
            "DynamicQuantizeLinear" => {
                Err("takes its scale from all pixels; quantize the merge statically, or not".into())
            }
            name if name.starts_with("Reduce") => self.reduce(),
            name if ELEMENTWISE.contains(&name) => {
                let mut all = self.layout(0)?;
                for index in 1..self.node.inputs.len() {
                    if self.node.inputs[index].is_some() {
                        all = all.combine(&self.layout(index)?).ok_or(SEVERAL)?;
                    }
                }
                one(Some(all))
            }
            _ => Err(SEVERAL.into()),
        }
    }

    fn axis(&self, default: i64, rank: usize) -> usize {
        let axis = match self.node.attribute("axis") {
            Some(Attribute::Int(axis)) => *axis,
            _ => default,
        };
        axis.rem_euclid(rank.max(1) as i64) as usize
    }

    /// The layout of an output that has the first input's sides, except for sides without pixels.
    fn channels_changed(&self, output: usize) -> Result<Layout, String> {
        self.changed_input(0, output)
    }

    fn changed_input(&self, input: usize, output: usize) -> Result<Layout, String> {
        let (layout, made) = (self.layout(input)?, self.output(output)?);
        let given = self.fact(self.node.inputs[input])?;
        let all_sides = layout.0.into_iter().zip(&given.dims).zip(&made.dims);
        if made.rank() != given.rank() {
            return Err(SEVERAL.into());
        }
        let touched = self.touched(made.rank());
        let sides = all_sides
            .enumerate()
            .map(|(index, ((factors, before), after))| {
                let is_pixel_free = factors.iter().all(|factor| factor.axis.is_none());
                match touched[index] || before != after {
                    true if is_pixel_free => Some(channels(*after)),
                    true => None,
                    false => Some(factors),
                }
            });
        Ok(Layout(sides.collect::<Option<_>>().ok_or(SEVERAL)?))
    }

    /// The dimensions in which numbers may change their place though the side stays as it is.
    fn touched(&self, rank: usize) -> Vec<bool> {
        match self.node.operator.name {
            "Concat" | "Split" => {
                let axis = self.axis(0, rank);
                (0..rank).map(|index| index == axis).collect()
            }
            // A slice may reverse an axis, padding may move it.
            "Slice" => {
                let listed = self.node.inputs.get(3).copied().flatten();
                let listed = listed.and_then(|value| self.facts[value].as_ref()?.known.clone());
                match listed {
                    Some(axes) => {
                        let is_it = |index: usize, axis: f64| {
                            (axis as i64).rem_euclid(rank as i64) as usize == index
                        };
                        (0..rank)
                            .map(|index| axes.iter().any(|&axis| is_it(index, axis)))
                            .collect()
                    }
                    None => vec![true; rank],
                }
            }
            "Pad" => {
                let pads = self.node.inputs.get(1).copied().flatten();
                let pads = pads.and_then(|value| self.facts[value].as_ref()?.known.clone());
                match pads {
                    Some(pads) if pads.len() == 2 * rank => (0..rank)
                        .map(|index| pads[index] != 0.0 || pads[index + rank] != 0.0)
                        .collect(),
                    _ => vec![true; rank],
                }
            }
            _ => vec![false; rank],
        }
    }

    fn gather(&self) -> Result<Layouts, String> {
        let (data, indices) = (self.layout(0)?, self.layout(1)?);
        let axis = self.axis(0, data.rank());
        let mut all = data.0[..axis].to_vec();
        if !data.is_pixel_free(axis) {
            return Err(SEVERAL.into());
        }
        all.extend(indices.0);
        all.extend_from_slice(&data.0[axis + 1..]);
        Ok(vec![Some(Layout(all).once().ok_or(SEVERAL)?)])
    }

    fn product(&self, a: usize, b: usize) -> Result<Option<Layout>, String> {
        let (a, b) = (self.layout(a)?, self.layout(b)?);
        let (rank_a, rank_b) = (a.rank(), b.rank());
        if rank_a < 2 || rank_b < 2 {
            return Ok(None);
        }
        if !a.is_pixel_free(rank_a - 1) || !b.is_pixel_free(rank_b - 2) {
            return Ok(None);
        }
        let outer = Layout(a.0[..rank_a - 2].to_vec()).combine(&Layout(b.0[..rank_b - 2].to_vec()));
        Ok(outer.and_then(|outer| {
            let mut all = outer.0;
            all.push(a.0[rank_a - 2].clone());
            all.push(b.0[rank_b - 1].clone());
            Layout(all).once()
        }))
    }

    fn gemm(&self) -> Result<Layouts, String> {
        let turned = |index: usize, name: &str| {
            let mut layout = self.layout(index)?;
            if matches!(self.node.attribute(name), Some(Attribute::Int(turn)) if *turn != 0) {
                layout.0.reverse();
            }
            Ok::<_, String>(layout)
        };
        let (a, b) = (turned(0, "transA")?, turned(1, "transB")?);
        if !a.is_pixel_free(1) || !b.is_pixel_free(0) {
            return Err(SEVERAL.into());
        }
        let mut all = Layout(vec![a.0[0].clone(), b.0[1].clone()]).once();
        if self.node.inputs.get(2).copied().flatten().is_some() {
            let bias = self.layout(2)?;
            all = all.and_then(|all| all.combine(&bias));
        }
        Ok(vec![Some(all.ok_or(SEVERAL)?)])
    }

    /// Only of single pixels.
    fn convolution(&self, weight: usize) -> Result<Layouts, String> {
        let (layout, made) = (self.layout(0)?, self.output(0)?);
        let kernel = self.fact(self.node.inputs[weight])?;
        let is_one = |name: &str, value: i64| match self.node.attribute(name) {
            Some(Attribute::Ints(list)) => list.iter().all(|&each| each == value),
            _ => true,
        };
        let is_single = kernel.dims[2..].iter().all(|&side| side == 1)
            && is_one("strides", 1)
            && is_one("pads", 0)
            && layout.is_pixel_free(1)
            && (1..self.node.inputs.len()).all(|index| self.is_constant(index));
        if !is_single {
            return Err(SEVERAL.into());
        }
        let mut all = layout.0;
        all[1] = channels(made.dims[1]);
        Ok(vec![Some(Layout(all))])
    }

    fn reduce(&self) -> Result<Layouts, String> {
        let layout = self.layout(0)?;
        let rank = layout.rank();
        let listed: Option<Vec<i64>> = match self.node.attribute("axes") {
            Some(Attribute::Ints(axes)) => Some(axes.clone()),
            _ => {
                let input = self.node.inputs.get(1).copied().flatten();
                let known = input.and_then(|value| self.facts[value].as_ref()?.known.as_ref());
                known.map(|known| known.iter().map(|&axis| axis as i64).collect())
            }
        };
        let axes: Vec<usize> = match listed {
            Some(list) if !list.is_empty() => list
                .iter()
                .map(|axis| axis.rem_euclid(rank as i64) as usize)
                .collect(),
            _ => (0..rank).collect(),
        };
        if !axes.iter().all(|&axis| layout.is_pixel_free(axis)) {
            return Err(SEVERAL.into());
        }
        let keeps = self.output(0)?.rank() == rank;
        let sides = layout.0.into_iter().enumerate();
        let sides = sides.filter_map(|(index, factors)| match axes.contains(&index) {
            true => keeps.then(Vec::new),
            false => Some(factors),
        });
        Ok(vec![Some(Layout(sides.collect()))])
    }
}

/// Operators that work on each number by itself, or on numbers in the same place.
const ELEMENTWISE: &[&str] = &[
    "Abs",
    "Add",
    "And",
    "Cast",
    "CastLike",
    "Ceil",
    "Celu",
    "Clip",
    "Cos",
    "Div",
    "Dropout",
    "Elu",
    "Equal",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "Greater",
    "GreaterOrEqual",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "IsInf",
    "IsNaN",
    "LeakyRelu",
    "Less",
    "LessOrEqual",
    "Log",
    "Max",
    "Mean",
    "Min",
    "Mish",
    "Mod",
    "Mul",
    "Neg",
    "Not",
    "Or",
    "PRelu",
    "Pow",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Sigmoid",
    "Sign",
    "Sin",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Sub",
    "Sum",
    "Tanh",
    "ThresholdedRelu",
    "Where",
    "Xor",
];
