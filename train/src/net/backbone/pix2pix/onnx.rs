//! ONNX nodes of the U-Net of Pix2Pix.

use anyhow::Result;
use burn::nn::InstanceNorm;

use super::network::{LEAKY_SLOPE, Pix2Pix};
use crate::onnx::{
    builder::{Graph, Value},
    convolution::{Features, Kernel, affine_norm, convolve, transposed},
};

const NAME: &str = "pix2pix";

/// The colours for a concept, before the last tanh.
pub(super) fn colours(graph: &mut Graph, network: &Pix2Pix, concept: Features) -> Result<Value> {
    let mut sizes = Vec::with_capacity(network.down.len());
    let mut features = concept;
    for (index, down) in network.down.iter().enumerate() {
        let name = format!("{NAME}.down.{index}");
        graph.enter(name.clone());
        if index > 0 {
            features = features.leaky(graph, LEAKY_SLOPE);
        }
        let kernel = Kernel::of(&down.convolution, 1);
        let smaller = convolve(graph, &format!("{name}.convolution"), &kernel, &features)?;
        features = normed(graph, &name, down.norm.as_ref(), smaller)?;
        sizes.push(features.clone());
    }
    sizes.pop();
    for (index, up) in network.up.iter().enumerate() {
        let name = format!("{NAME}.up.{index}");
        graph.enter(name.clone());
        let active = features.through(graph, "Relu");
        let layer = format!("{name}.convolution");
        let larger = transposed(graph, &layer, &up.convolution, &active)?;
        features = normed(graph, &name, up.norm.as_ref(), larger)?;
        if let Some(skipped) = sizes.pop() {
            features = skipped.concat(graph, &features);
        }
    }
    Ok(features.value)
}

fn normed(
    graph: &mut Graph,
    name: &str,
    norm: Option<&InstanceNorm>,
    features: Features,
) -> Result<Features> {
    match norm {
        Some(norm) => affine_norm(graph, &format!("{name}.norm"), norm, &features),
        None => Ok(features),
    }
}
