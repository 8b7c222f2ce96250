//! The concept tensor to the picture, by whichever backbone the generator has.

use anyhow::{Result, bail};

use super::{
    asap,
    builder::{Graph, Value, fixed, named},
    convolution::Features,
    pix2pix, pix2pix_hd, spade,
};
use crate::net::Backbone;

/// Name of the output.
const IMAGE: &str = "image";

/// The picture in [0, 1], the output of the graph.
pub(super) fn image(
    graph: &mut Graph,
    backbone: &Backbone,
    concept: Value,
    channels: usize,
) -> Result<()> {
    let concept = Features {
        value: concept,
        channels,
    };
    let colours = match backbone {
        Backbone::Asap(network) => asap::colours(graph, network, concept)?,
        Backbone::Spade(network) => spade::colours(graph, network, &concept)?,
        Backbone::Pix2pix(network) => pix2pix::colours(graph, network, concept)?,
        Backbone::Pix2pixHd(network) => pix2pix_hd::colours(graph, network, &concept)?,
    };
    let half = graph.scalar(0.5);
    let image = graph.op("Mul", &[&colours, &half]);
    let image = graph.op("Add", &[&image, &half]);
    // Engines approximate tanh and may leave (-1, 1) by a rounding error.
    let (zero, one) = (graph.scalar(0.0), graph.scalar(1.0));
    let image = graph.node("Clip", &[&image, &zero, &one]).named(IMAGE);
    let dims = vec![named("batch"), fixed(3), named("height"), named("width")];
    graph.output(&image, dims);
    Ok(())
}

/// The manifest's tile must be that of this backbone.
pub(super) fn check_sizes(backbone: &Backbone, said: usize) -> Result<()> {
    let found = backbone.tile();
    if said != found {
        bail!("the manifest says {said} pixels along a tile, the generator has {found}");
    }
    Ok(())
}
