//! The two parts of a model: which nodes and weights each has, and that they fit together.

use std::collections::HashSet;

use super::{
    contract::{CONCEPT, IMAGE},
    fact::{Fact, Kind},
    graph::{Graph, Input, ValueId},
};
use crate::model::Manifest;

/// A graph that is a model of a manifest.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) graph: Graph,
    pub(crate) concept: ValueId,
    pub(crate) image: ValueId,
    /// From the labels to `concept`.
    pub(crate) merge: Reached,
    /// From `concept` to `image`.
    pub(crate) render: Reached,
    /// The type of `concept`: float32, or float16 in a converted model.
    pub(crate) concept_kind: Kind,
}

/// The nodes and weights that a value is computed from, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    pub(crate) nodes: Vec<usize>,
    /// The places of the nodes in the file.
    pub(crate) places: Vec<usize>,
    /// A weight's number is its place among the weights.
    pub(crate) weights: Vec<usize>,
    /// The inputs among those it may have.
    pub(crate) inputs: Vec<ValueId>,
}

/// Divides a graph, whose inputs are those of the manifest, and checks the parts.
pub(crate) fn check_parts(graph: Graph, manifest: &Manifest) -> Result<Checked, String> {
    let find = |name: &str| {
        let value = graph.find(name);
        value.ok_or_else(|| format!("no node makes `{name}`"))
    };
    check_optional(&graph, manifest)?;
    let (concept, image) = (find(CONCEPT)?, find(IMAGE)?);
    let labels = graph.inputs.iter().chain(graph.confidences());
    let labels: HashSet<ValueId> = labels.map(|input| input.value).collect();
    let merge = graph.reach(concept, &labels)?;
    let render = graph.reach(image, &HashSet::from([concept]))?;
    if let Some(node) = graph.nodes.iter().find(|node| node.operator.is_external) {
        return Err(format!(
            "{} is an operator that a model must not have",
            node.describe()
        ));
    }
    let mut checked = Checked {
        graph,
        concept,
        image,
        merge,
        render,
        concept_kind: Kind::Float,
    };
    checked.check(manifest)?;
    Ok(checked)
}

/// Checks that confidences, and no other inputs, can be left out, and are 1 then.
fn check_optional(graph: &Graph, manifest: &Manifest) -> Result<(), String> {
    for optional in &graph.optional {
        let input = &optional.input;
        let name = &graph.names[input.value];
        if !manifest.confidence_inputs().any(|own| own == *name) {
            return Err(format!(
                "input `{name}` has a value of its own, which only confidences may have"
            ));
        }
        let sides = input.dims.iter();
        let expected: Vec<u64> = sides.map(|side| side.unwrap_or(1)).collect();
        let fact = graph.weights[input.value].as_ref();
        if !optional.is_one || fact.is_none_or(|fact| fact.dims != expected) {
            return Err(format!(
                "input `{name}` must be 1 where a caller leaves it out: {expected:?} ones in float32"
            ));
        }
    }
    let is_optional = |name: &String| {
        let mut optional = graph.confidences();
        optional.any(|input| graph.names[input.value] == *name)
    };
    match manifest.confidence_inputs().find(|name| !is_optional(name)) {
        Some(name) => Err(format!(
            "input `{name}` cannot be left out: it has no value of its own"
        )),
        None => Ok(()),
    }
}

impl Checked {
    fn check(&mut self, manifest: &Manifest) -> Result<(), String> {
        self.check_given(manifest, Self::labels_and_confidences)?;
        // Ones that are left out may have another shape.
        let is_free = |input: &Input| input.dims.iter().any(Option::is_none);
        let has_free = self.graph.confidences().any(is_free);
        match has_free {
            true => self.check_given(manifest, Self::labels),
            false => Ok(()),
        }
    }

    fn check_given(
        &mut self,
        manifest: &Manifest,
        given: impl Fn(&Self, u64, u64, u64) -> Vec<(ValueId, Fact)>,
    ) -> Result<(), String> {
        // Two units each way, which norms need.
        let side = (2 * manifest.size_multiple).max(16) as u64;
        let small = given(self, 1, side, side);
        let [n, h, w] = sides(&small, [1, side, side]);
        let all: Vec<usize> = (0..self.graph.nodes.len()).collect();
        let shapes = self.graph.shapes(&all, small, n * h * w)?;
        let fact = |value: ValueId| shapes.facts[value].as_ref().ok_or("a value is not made");
        let (concept, image) = (fact(self.concept)?, fact(self.image)?);
        let channels = manifest.concept_channels as u64;
        is_shape(CONCEPT, concept, [n, channels, h, w])?;
        is_shape(IMAGE, image, [n, 3, h, w])?;
        if image.kind != Kind::Float {
            return Err(format!(
                "output `{IMAGE}` is {}, expected float32",
                image.kind.name()
            ));
        }
        if !matches!(concept.kind, Kind::Float | Kind::Float16) {
            return Err(format!(
                "`{CONCEPT}` is {}, expected float32 or float16",
                concept.kind.name()
            ));
        }
        self.concept_kind = concept.kind;
        let few = given(self, 2, 3, 5);
        let [n, h, w] = sides(&few, [2, 3, 5]);
        let merge = &self.merge.nodes;
        let inputs: Vec<ValueId> = few.iter().map(|(value, _)| *value).collect();
        let shapes = self.graph.shapes(merge, few, n * h * w);
        let checked = shapes.and_then(|shapes| {
            self.graph
                .check_per_pixel(merge, &inputs, &shapes, self.concept)
        });
        checked.map_err(|reason| format!("`{CONCEPT}` must depend on one pixel only, but {reason}"))
    }

    /// The labels of pictures of a size, where the file leaves the size free.
    fn labels(&self, batch: u64, height: u64, width: u64) -> Vec<(ValueId, Fact)> {
        let inputs = self.graph.inputs.iter();
        inputs
            .map(|input| sized(input, [batch, 1, height, width]))
            .collect()
    }

    /// The labels of pictures of a size, and their confidences, if the model takes any.
    pub(crate) fn labels_and_confidences(
        &self,
        batch: u64,
        height: u64,
        width: u64,
    ) -> Vec<(ValueId, Fact)> {
        let inputs = self.graph.inputs.iter().chain(self.graph.confidences());
        inputs
            .map(|input| sized(input, [batch, 1, height, width]))
            .collect()
    }
}

/// An input of pictures of a size.
fn sized(input: &Input, free: [u64; 4]) -> (ValueId, Fact) {
    let sides = input.dims.iter().zip(free);
    let dims = sides.map(|(own, free)| own.unwrap_or(free)).collect();
    (input.value, Fact::new(input.kind, dims))
}

/// Batch, height and width of inputs of four dimensions.
fn sides(labels: &[(ValueId, Fact)], usual: [u64; 3]) -> [u64; 3] {
    match labels.first().map(|(_, fact)| &fact.dims[..]) {
        Some(&[n, _, h, w]) => [n, h, w],
        _ => usual,
    }
}

fn is_shape(name: &str, fact: &Fact, expected: [u64; 4]) -> Result<(), String> {
    match fact.dims == expected {
        true => Ok(()),
        false => Err(format!(
            "`{name}` has the shape {:?} for inputs that call for {expected:?}",
            fact.dims
        )),
    }
}

impl Graph {
    /// The inputs that a caller may leave out; in a checked model, the confidences.
    pub(crate) fn confidences(&self) -> impl Iterator<Item = &Input> {
        self.optional.iter().map(|optional| &optional.input)
    }

    /// The nodes and weights that `target` is computed from, back to `inputs`.
    fn reach(&self, target: ValueId, inputs: &HashSet<ValueId>) -> Result<Reached, String> {
        let mut producer = vec![None; self.names.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            for &value in node.outputs.iter().flatten() {
                producer[value] = Some(index);
            }
        }
        let (mut nodes, mut weights) = (HashSet::new(), HashSet::new());
        let mut reached = HashSet::new();
        let is_input = |value: ValueId| self.confidences().any(|input| input.value == value);
        let mut open = vec![target];
        while let Some(value) = open.pop() {
            if inputs.contains(&value) && value != target {
                reached.insert(value);
            } else if let Some(index) = producer[value] {
                if nodes.insert(index) {
                    open.extend(self.nodes[index].inputs.iter().flatten());
                }
            } else if self.weights[value].is_some() && !is_input(value) && value != target {
                weights.insert(value);
            } else if value == target {
                return Err(format!("no node makes `{}`", self.names[target]));
            } else {
                let (made, from) = (&self.names[target], &self.names[value]);
                let expected = match made.as_str() {
                    IMAGE => "`concept`",
                    _ => "labels",
                };
                return Err(format!(
                    "`{made}` depends on `{from}`, expected it to depend on {expected} only"
                ));
            }
        }
        let sorted = |set: HashSet<usize>| {
            let mut list: Vec<usize> = set.into_iter().collect();
            list.sort_unstable();
            list
        };
        let nodes = sorted(nodes);
        Ok(Reached {
            places: nodes.iter().map(|&index| self.nodes[index].place).collect(),
            nodes,
            weights: sorted(weights),
            inputs: sorted(reached),
        })
    }
}
