//! External networks: any ONNX file with one input, made by others, under the same rules as models.

use super::{
    fact::Fact,
    graph::Graph,
    schema::{self, Fault},
};

/// The graph of an external network that has been checked: it cannot read files, loop, or make tensors whose size
/// depends on the picture's content.
#[derive(Clone, Debug)]
pub struct Network(Graph);

impl Network {
    /// Checks a file's content.
    ///
    /// # Errors
    /// The reason why it must not reach an engine, or is no ONNX file.
    pub fn check(file: &[u8]) -> Result<Self, String> {
        schema::check(file).map_err(|fault| match fault {
            Fault::Damaged(reason) => format!("not an ONNX file, or a damaged one: {reason}"),
            Fault::Refused(reason) => reason,
        })?;
        let graph = Graph::read(file)?;
        if graph.nodes.is_empty() {
            return Err("has no graph".into());
        }
        Ok(Self(graph))
    }

    /// Checks that the network can work on an input of this shape, and that this needs no more than it should.
    ///
    /// # Errors
    /// The node that cannot, and why.
    pub fn check_shape(&self, shape: &[usize]) -> Result<(), String> {
        let [input] = &self.0.inputs[..] else {
            return Err(format!(
                "the network has {} inputs, expected one picture",
                self.0.inputs.len()
            ));
        };
        let dims: Vec<u64> = shape.iter().map(|&side| side as u64).collect();
        let fits = |(own, given): (&Option<u64>, &u64)| own.is_none_or(|own| own == *given);
        if input.dims.len() != dims.len() || !input.dims.iter().zip(&dims).all(fits) {
            let wanted: Vec<String> = input
                .dims
                .iter()
                .map(|side| side.map_or("any".into(), |side| side.to_string()))
                .collect();
            let wanted = wanted.join(", ");
            return Err(format!("the input is {shape:?}, expected [{wanted}]"));
        }
        let pixels = dims.iter().skip(2).product();
        let nodes: Vec<usize> = (0..self.0.nodes.len()).collect();
        let given = vec![(input.value, Fact::new(input.kind, dims))];
        self.0.shapes(&nodes, given, pixels).map(drop)
    }
}
