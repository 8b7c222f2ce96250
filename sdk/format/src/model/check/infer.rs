//! Follows the shapes through a graph for one size of its inputs, and bounds what running it takes.

use super::{
    fact::{Fact, MOST_SIDE},
    graph::{Attribute, Graph, Node, ValueId},
    shapes::Call,
};

/// Bytes that a tensor may have, and a picture at work, beside those for each pixel of the inputs.
const MOST_BYTES: u64 = 1 << 28;
const MOST_BYTES_PER_PIXEL: u64 = 1 << 16;
/// Bytes that engines may compute from constants when they load a model, beside as many as the constants have. 8-bit
/// weights become floats of four times their size.
const MOST_FIXED: u64 = 1 << 26;
/// Multiply-adds for each pixel of the inputs, and beside those.
const MOST_WORK: f64 = 1e9;
const MOST_WORK_PER_PIXEL: f64 = 2e8;

/// What is known about the values of a graph for one size; `None` for values that were not asked for.
#[derive(Debug)]
pub(crate) struct Shapes {
    pub(crate) facts: Vec<Option<Fact>>,
}

impl Graph {
    /// Follows the nodes, given in their order, from the values that are given. `pixels` are those of the inputs.
    ///
    /// # Errors
    /// When a node cannot work on such inputs, or takes more than a picture of so many pixels ever should.
    pub(crate) fn shapes(
        &self,
        nodes: &[usize],
        given: Vec<(ValueId, Fact)>,
        pixels: u64,
    ) -> Result<Shapes, String> {
        let mut facts = self.weights.clone();
        for (value, fact) in given {
            facts[value] = Some(fact);
        }
        let constants: u64 = self.weight_bytes().saturating_mul(4);
        let most_fixed = MOST_FIXED.saturating_add(constants);
        let most = MOST_BYTES.saturating_add(pixels.saturating_mul(MOST_BYTES_PER_PIXEL));
        let most_work = MOST_WORK + pixels as f64 * MOST_WORK_PER_PIXEL;
        let (mut fixed, mut work) = (0u64, 0.0);
        for node in nodes.iter().map(|&index| &self.nodes[index]) {
            let outputs = node
                .outcome(&facts)
                .map_err(|reason| format!("{} {reason}", node.describe()))?;
            let refuse = |what: &str| {
                let reason = format!("{} {what}, for {pixels} pixels", node.describe());
                Err(reason)
            };
            for output in &outputs {
                if output.dims.iter().any(|&side| side > MOST_SIDE) {
                    return refuse("makes a side that is too long");
                }
                if output.size() > most {
                    return refuse(&format!("makes {} bytes", output.size()));
                }
                if output.is_fixed {
                    fixed = fixed.saturating_add(output.size());
                }
            }
            work += node.work(&facts, &outputs);
            if fixed > most_fixed {
                return refuse("makes too many constants");
            }
            if work > most_work {
                return refuse("has too much to compute");
            }
            for (value, fact) in node.outputs.iter().zip(outputs) {
                if let Some(value) = value {
                    facts[*value] = Some(fact);
                }
            }
        }
        Ok(Shapes { facts })
    }

    /// Bytes of all weights, as the engine stores them.
    pub(crate) fn weight_bytes(&self) -> u64 {
        let weights = self.weights.iter().flatten();
        weights.fold(0, |all, fact| all.saturating_add(fact.size()))
    }
}

impl Node {
    fn outcome(&self, facts: &[Option<Fact>]) -> Result<Vec<Fact>, String> {
        let input = |value: &Option<ValueId>| value.map(|value| facts[value].as_ref());
        // Values outside of a part are not known in it.
        if self
            .inputs
            .iter()
            .filter_map(input)
            .any(|fact| fact.is_none())
        {
            return Err("needs a value of another part of the model".into());
        }
        let inputs = self.inputs.iter().map(|value| input(value).flatten());
        let call = Call::new(self, inputs.collect());
        let is_fixed = call.inputs().all(|fact| fact.is_fixed);
        let mut outputs = (self.operator.rule)(&call)?;
        if outputs.len() < self.outputs.len() {
            return Err(format!(
                "has {} outputs, expected {}",
                self.outputs.len(),
                outputs.len()
            ));
        }
        outputs.truncate(self.outputs.len());
        for output in &mut outputs {
            output.is_fixed = is_fixed;
        }
        Ok(outputs)
    }

    /// Multiply-adds, roughly.
    fn work(&self, facts: &[Option<Fact>], outputs: &[Fact]) -> f64 {
        let count = |fact: &Fact| fact.count() as f64;
        let input = |index: usize| {
            let value = self.inputs.get(index).copied().flatten()?;
            facts[value].as_ref()
        };
        let made: f64 = outputs.iter().map(count).sum();
        // Numbers of a weight for each number that it makes.
        let per_channel = |weight: Option<&Fact>| {
            weight.map_or(1.0, |w| {
                count(w) / w.dims.first().map_or(1.0, |&d| d.max(1) as f64)
            })
        };
        let last = |fact: Option<&Fact>| {
            fact.and_then(|fact| fact.dims.last())
                .map_or(1.0, |&side| side as f64)
        };
        match self.operator.name {
            "Conv" | "ConvInteger" => made * per_channel(input(1)),
            "QLinearConv" => made * per_channel(input(3)),
            "ConvTranspose" => input(0).map_or(0.0, count) * per_channel(input(1)),
            "MatMul" | "MatMulInteger" | "QLinearMatMul" => made * last(input(0)),
            "Gemm" => {
                let is_turned = matches!(self.attribute("transA"), Some(Attribute::Int(1..)));
                let inner = if is_turned { 0 } else { 1 };
                let side = input(0).and_then(|a| a.dims.get(inner));
                made * side.map_or(1.0, |&side| side as f64)
            }
            "Einsum" => made * last(input(0)).max(last(input(1))),
            "MaxPool" | "AveragePool" | "LpPool" => match self.attribute("kernel_shape") {
                Some(Attribute::Ints(sides)) => {
                    made * sides.iter().map(|&side| side as f64).product::<f64>()
                }
                _ => made,
            },
            _ => {
                made + self
                    .inputs
                    .iter()
                    .flatten()
                    .filter_map(|&v| facts[v].as_ref())
                    .map(count)
                    .sum::<f64>()
            }
        }
    }
}
