//! How many bytes running a model takes, from the shapes of its tensors.

use std::sync::Arc;

use super::check::{Checked, Fact, Graph, Kind, ValueId};

/// The shapes of a model, without its weights: computes what a picture of any size needs. Clones share it.
#[derive(Clone, Debug)]
pub struct Footprint(Arc<Checked>);

/// Bytes that running a graph takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Weights.
    pub weights: u64,
    /// Constants that are computed from them.
    pub constants: u64,
    /// The tensors that exist at the same time, at the most demanding node.
    pub tensors: u64,
}

impl Footprint {
    pub(super) fn new(checked: Arc<Checked>) -> Self {
        Self(checked)
    }

    /// The part from the labels to `concept`, for a tile of so many pixels.
    ///
    /// # Errors
    /// The node that cannot work on so many pixels, or takes too much for them.
    pub fn merge(&self, pixels: usize) -> Result<Bytes, String> {
        let pixels = pixels as u64;
        let checked = &*self.0;
        let labels = checked.labels_and_confidences(1, 1, pixels);
        let merge = &checked.merge;
        checked
            .graph
            .bytes(&merge.nodes, &merge.weights, labels, pixels)
    }

    /// The part from `concept` to the picture, for a picture of this width and height.
    ///
    /// # Errors
    /// As for [`merge`](Self::merge).
    pub fn render(
        &self,
        (width, height): (usize, usize),
        channels: usize,
    ) -> Result<Bytes, String> {
        let checked = &*self.0;
        let dims = [1, channels, height, width]
            .map(|side| side as u64)
            .to_vec();
        let concept = Fact::new(checked.concept_kind, dims);
        let pixels = (width as u64).saturating_mul(height as u64);
        let render = &checked.render;
        let given = vec![(checked.concept, concept)];
        checked
            .graph
            .bytes(&render.nodes, &render.weights, given, pixels)
    }

    /// The whole graph, for a picture of this width and height.
    ///
    /// # Errors
    /// As for [`merge`](Self::merge).
    pub fn whole(&self, (width, height): (usize, usize)) -> Result<Bytes, String> {
        let checked = &*self.0;
        let labels = checked.labels_and_confidences(1, height as u64, width as u64);
        let pixels = (width as u64).saturating_mul(height as u64);
        let (nodes, weights) = (
            (0..checked.graph.nodes.len()).collect::<Vec<_>>(),
            (0..checked.graph.names.len())
                .filter(|&value| checked.graph.weights[value].is_some())
                .filter(|value| !labels.iter().any(|(input, _)| input == value))
                .collect::<Vec<_>>(),
        );
        checked.graph.bytes(&nodes, &weights, labels, pixels)
    }

    /// Whether the model has numbers of half precision.
    pub fn has_float16(&self) -> bool {
        let weights = self.0.graph.weights.iter().flatten();
        self.0.concept_kind == Kind::Float16
            || weights.into_iter().any(|fact| fact.kind == Kind::Float16)
    }
}

impl Graph {
    fn bytes(
        &self,
        nodes: &[usize],
        weights: &[usize],
        given: Vec<(ValueId, Fact)>,
        pixels: u64,
    ) -> Result<Bytes, String> {
        let inputs: Vec<ValueId> = given.iter().map(|(value, _)| *value).collect();
        let shapes = self.shapes(nodes, given, pixels)?;
        let size = |value: ValueId| shapes.facts[value].as_ref().map_or(0, Fact::size);
        let is_fixed = |value: ValueId| {
            let fact = shapes.facts[value].as_ref();
            fact.is_some_and(|fact| fact.is_fixed)
        };
        let sum = |all: u64, value: &usize| all.saturating_add(size(*value));
        let mut bytes = Bytes {
            weights: weights.iter().fold(0, sum),
            ..Bytes::default()
        };
        // The node after which a value is not needed any more.
        let mut last = vec![None; self.names.len()];
        for (place, &index) in nodes.iter().enumerate() {
            let node = &self.nodes[index];
            for &value in node.inputs.iter().chain(&node.outputs).flatten() {
                last[value] = Some(place);
            }
        }
        let mut live = inputs.iter().fold(0, sum);
        bytes.tensors = live;
        for (place, &index) in nodes.iter().enumerate() {
            let node = &self.nodes[index];
            for &value in node.outputs.iter().flatten() {
                match is_fixed(value) {
                    true => bytes.constants = bytes.constants.saturating_add(size(value)),
                    false => live = live.saturating_add(size(value)),
                }
            }
            bytes.tensors = bytes.tensors.max(live);
            let mut ended: Vec<ValueId> = node
                .inputs
                .iter()
                .chain(&node.outputs)
                .flatten()
                .copied()
                .collect();
            ended.sort_unstable();
            ended.dedup();
            for value in ended {
                let is_made_here = self.weights[value].is_none() && !is_fixed(value);
                if last[value] == Some(place) && is_made_here {
                    live = live.saturating_sub(size(value));
                }
            }
        }
        Ok(bytes)
    }
}
