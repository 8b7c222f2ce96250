//! Exports the segmenter of [`crate::net::segmenter`] to a model with a description of its input and output.

use anyhow::Result;
use multicond_format::{
    Size,
    model::proto::{DataType, ModelProto},
};

use super::{
    builder::{Graph, fixed},
    convolution::{Features, Kernel, affine_norm, convolve, double},
};
use crate::{
    net::segmenter::{Normed, Segmenter},
    vision::{Description, Input, ResultKind, VISION_KEY},
};

/// The model of a segmenter that was trained at this size.
///
/// # Errors
/// When a weight is not finite.
pub fn segmenter(network: &Segmenter, classes: &[String], size: Size) -> Result<ModelProto> {
    let mut graph = Graph::new("segmenter");
    let sides = [1, 3, size.height, size.width].map(fixed);
    let mut features = Features {
        value: graph.input("picture", DataType::Float, sides.to_vec()),
        channels: 3,
    };
    let mut sizes = Vec::with_capacity(network.down.len());
    for (index, layer) in network.down.iter().enumerate() {
        features = normed(&mut graph, layer, &format!("down.{index}"), &features)?;
        sizes.push(features.clone());
    }
    sizes.pop();
    for (index, layer) in network.up.iter().enumerate() {
        let skipped = sizes.pop().expect("as many sizes down as up");
        let larger = double(&mut graph, features);
        let both = skipped.concat(&mut graph, &larger);
        features = normed(&mut graph, layer, &format!("up.{index}"), &both)?;
    }
    graph.enter("last");
    let scores = convolve(&mut graph, "last", &Kernel::of(&network.last, 0), &features)?;
    let sides = [1, classes.len(), size.height, size.width].map(fixed);
    graph.output(&scores.value, sides.to_vec());
    let description = Description {
        model: None,
        output: None,
        input: Input::signed(size),
        result: ResultKind::Scores {
            classes: classes.to_vec(),
            unknown: Vec::new(),
        },
    };
    let about = format!(
        "Input: RGB from -1 to 1. Output: a score for each class at each pixel. Details are in {VISION_KEY}."
    );
    Ok(graph.into_model(about, [(VISION_KEY, toml::to_string(&description)?)]))
}

fn normed(graph: &mut Graph, layer: &Normed, name: &str, input: &Features) -> Result<Features> {
    graph.enter(name);
    let kernel = Kernel::of(&layer.convolution, 1);
    let convolved = convolve(graph, &format!("{name}.convolution"), &kernel, input)?;
    let normed = affine_norm(graph, &format!("{name}.norm"), &layer.norm, &convolved)?;
    Ok(normed.through(graph, "Relu"))
}
