//! Imports generators of ASAP-Net (Shaham et al. 2021) from `*_net_G.pth` files as released with its code. They are
//! plain state dictionaries, so all sizes are inferred from keys and shapes.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn::{
    module::Param,
    nn::{InstanceNorm, conv::Conv2d},
    tensor::{Device, Tensor},
};
use multicond::label::{Encoding, Label};

use super::{
    numbering::{Numbering, Sizes},
    pytorch::{File, Shapes},
};
use crate::{
    data::{cityscapes_ids, plain_ids},
    net::{
        BackboneConfig, BackboneNetwork, Condition, DiscriminatorConfig, GeneratorNetwork,
        MergeConfig, NetworkConfig,
        backbone::asap::AsapConfig,
        merge::{naive::NaiveConfig, semantics::SemanticsConfig},
    },
};

/// Hidden channels of the pixel networks in all released files; cannot be inferred from keys and shapes.
const PIXEL_WIDTH: usize = 64;
/// Number of classes of Cityscapes, one of which never occurs in its files.
const CITYSCAPES: usize = 35;

/// An imported generator and its description.
pub struct Imported {
    /// The network.
    pub generator: GeneratorNetwork,
    /// Its configuration. The discriminator is not in the file; its sizes are the paper's.
    pub network: NetworkConfig,
    /// Its labels: classes and, if the file has a channel for them, instance edges.
    pub labels: Vec<Label>,
}

/// Reads a generator of ASAP-Net. `classes` are the names of the classes; by default, they are those of Cityscapes for
/// 35 classes, else numbers.
///
/// # Errors
/// When the file is not a PyTorch file, its tensors are not those of such a generator (the error lists missing and
/// extra tensors), a value is not finite, or the number of classes differs.
pub fn asap_net(path: &Path, classes: Option<Vec<String>>) -> Result<Imported> {
    read(path, classes).with_context(|| path.display().to_string())
}

fn read(path: &Path, classes: Option<Vec<String>>) -> Result<Imported> {
    let file = File::open(path)?;
    let description = Description::of(&file.shapes());
    file.expect(&description.expected())?;
    let (network, labels) = description.network(classes)?;
    let generator = load(&file, &description.numbering, &network, &labels)?;
    Ok(Imported {
        generator,
        network,
        labels,
    })
}

/// What keys and shapes reveal.
struct Description {
    numbering: Numbering,
    sizes: Sizes,
}

impl Description {
    fn of(shapes: &Shapes) -> Self {
        let numbering = Numbering::of(shapes);
        let sizes = Sizes::of(shapes, &numbering);
        Self { numbering, sizes }
    }

    fn expected(&self) -> Shapes {
        self.numbering.expected(&self.sizes)
    }

    fn network(&self, classes: Option<Vec<String>>) -> Result<(NetworkConfig, Vec<Label>)> {
        let pixels = pixel_input(&self.sizes)?;
        let labels = labels(self.sizes.input, pixels.edges, classes)?;
        let network = NetworkConfig {
            confidence: false,
            merge: match pixels.edges {
                true => MergeConfig::Naive(NaiveConfig {}),
                false => MergeConfig::Semantics(SemanticsConfig {}),
            },
            hints: Vec::new(),
            backbone: BackboneConfig::Asap(self.asap(&pixels)),
            discriminator: DiscriminatorConfig {
                width: 64,
                condition: Condition::Labels,
            },
        };
        network.validate(&labels)?;
        Ok((network, labels))
    }

    fn asap(&self, pixels: &PixelInput) -> AsapConfig {
        AsapConfig {
            tile: pixels.tile,
            learned_downsampling: 1 << (self.numbering.stages - 1),
            width: self.sizes.width,
            max_width: self.sizes.max_width,
            depth: self.numbering.depth,
            pixel_width: PIXEL_WIDTH,
            padding: self.numbering.padding,
            low_resolution_only: usize::from(pixels.edges),
            smooth: 0,
            initial_gain: 0.02,
            head_gain: 0.02,
            shared_start: false,
        }
    }
}

/// The input of the pixel networks.
struct PixelInput {
    tile: usize,
    /// Whether the last channel, the instance edges, is hidden from them.
    edges: bool,
}

/// Infers the tile: the size of the position code depends on it, and the number of parameters on the code.
fn pixel_input(sizes: &Sizes) -> Result<PixelInput> {
    let w = PIXEL_WIDTH;
    // Biases of all layers, and weights of all but the first.
    let rest = w + 3 * (w * w + w) + (3 * w + 3);
    let first = sizes.parameters.checked_sub(rest);
    let inputs = first
        .filter(|first| first.is_multiple_of(w))
        .map(|first| first / w);
    for (edges, seen) in [(false, sizes.input), (true, sizes.input.saturating_sub(1))] {
        let code = inputs.and_then(|inputs| inputs.checked_sub(seen));
        if let Some(code) = code.filter(|code| code.is_multiple_of(4) && (4..=40).contains(code)) {
            return Ok(PixelInput {
                tile: 1 << (code / 4),
                edges,
            });
        }
    }
    bail!(
        "no tile matches pixel networks with {} parameters, {} input channels and {w} hidden channels",
        sizes.parameters,
        sizes.input
    )
}

fn labels(input: usize, edges: bool, classes: Option<Vec<String>>) -> Result<Vec<Label>> {
    let count = input - usize::from(edges);
    let mut semantics = match classes {
        Some(names) => {
            ensure!(
                names.len() == count,
                "has {count} classes, but {} names are given",
                names.len()
            );
            Label::semantics(names)
        }
        None if count == CITYSCAPES => cityscapes_ids(),
        None => Label::semantics((0..count).map(|class| format!("class {class}"))),
    };
    semantics.presence = false;
    // As in ASAP-Net's files. Ids out of range are missing.
    semantics.png = Some(plain_ids(None));
    let mut labels = vec![semantics];
    if edges {
        labels.push(instance_edges());
    }
    Ok(labels)
}

/// 1 at pixels with a neighbour of another instance, else 0. The network treats missing values as 0, too.
fn instance_edges() -> Label {
    Label::edges()
        .with_name("instance_edges")
        .with_presence(false)
        .with_encoding(Encoding::Affine {
            scale: 1.0,
            bias: 0.0,
        })
}

fn load(
    file: &File,
    numbering: &Numbering,
    network: &NetworkConfig,
    labels: &[Label],
) -> Result<GeneratorNetwork> {
    let device = Device::flex();
    let mut generator = GeneratorNetwork::new(network, labels, &device);
    let BackboneNetwork::Asap(asap) = &mut generator.backbone else {
        bail!("the network is not ASAP-Net")
    };
    for (index, stage) in asap.low_resolution.stages.iter_mut().enumerate() {
        let [convolution, norm] = numbering.stage(index);
        let shape = stage.convolution.weight.dims();
        stage.convolution.weight =
            parameter(file.tensor(&format!("{convolution}.weight"), shape, &device)?);
        load_norm(&mut stage.norm, file, &norm, shape[0], &device)?;
    }
    load_head(
        &mut asap.low_resolution.head,
        file,
        &numbering.head(),
        &device,
    )?;
    Ok(generator)
}

fn load_norm(
    norm: &mut InstanceNorm,
    file: &File,
    key: &str,
    channels: usize,
    device: &Device,
) -> Result<()> {
    let part = |part| file.tensor(&format!("{key}.{part}"), [channels], device);
    norm.gamma = Some(parameter(part("weight")?));
    norm.beta = Some(parameter(part("bias")?));
    Ok(())
}

fn load_head(head: &mut Conv2d, file: &File, key: &str, device: &Device) -> Result<()> {
    let shape = head.weight.dims();
    head.weight = parameter(file.tensor(&format!("{key}.weight"), shape, device)?);
    head.bias = Some(parameter(file.tensor(
        &format!("{key}.bias"),
        [shape[0]],
        device,
    )?));
    Ok(())
}

fn parameter<const D: usize>(tensor: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(tensor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{backbone::asap::Padding, parameter_count};

    /// Keys and shapes of the released code, written by hand.
    fn shapes(stages: [usize; 5], blocks: &str, head: usize, input: usize, p: usize) -> Shapes {
        let mut shapes = Shapes::new();
        let mut group = |key: String, output: usize, input: usize| {
            shapes.insert(format!("{key}.0.weight"), vec![output, input, 3, 3]);
            shapes.insert(format!("{key}.1.weight"), vec![output]);
            shapes.insert(format!("{key}.1.bias"), vec![output]);
        };
        let channels = [(64, input), (64, 64), (64, 64), (64, 64), (1024, 64)];
        for (stage, (output, input)) in stages.into_iter().zip(channels) {
            group(format!("lowres_stream.model.{stage}"), output, input);
        }
        for block in head - 7..head {
            let key = format!("lowres_stream.model.{block}.{blocks}");
            group(key, 1024, 1024);
        }
        let head = format!("lowres_stream.model.{head}");
        shapes.insert(format!("{head}.weight"), vec![p, 1024, 1, 1]);
        shapes.insert(format!("{head}.bias"), vec![p]);
        shapes
    }

    /// All sizes of the released files can be inferred from keys and shapes.
    #[test]
    fn released_sizes_are_told_by_keys_and_shapes() {
        let zero = |p| shapes([0, 2, 4, 6, 8], "conv_block.0", 17, 36, p);
        let mirrored = |p| shapes([1, 4, 7, 10, 13], "conv_block.1", 22, 13, p);
        let (cityscapes, facades) = ((Padding::Zero, 35, 1), (Padding::Reflect, 13, 0));
        for (shapes, expected, tile, parameters) in [
            (zero(16_003), cityscapes, 16, 83_201_411),
            (zero(16_259), cityscapes, 32, 83_463_811),
            (mirrored(14_851), facades, 32, 82_007_363),
            (mirrored(15_107), facades, 64, 82_269_763),
        ] {
            let description = Description::of(&shapes);
            assert_eq!(description.expected(), shapes);
            let (network, labels) = description.network(None).unwrap();
            let BackboneConfig::Asap(asap) = &network.backbone else {
                panic!("not ASAP-Net")
            };
            let classes = labels[0].classes().unwrap().len();
            let found = (asap.padding, classes, asap.low_resolution_only);
            assert_eq!(found, expected);
            assert_eq!((asap.tile, asap.learned_downsampling), (tile, 16));
            assert_eq!(parameter_count(&network, &labels), parameters);
        }
    }

    #[test]
    fn the_largest_numbers_are_numbers_like_others() {
        for rest in ["0.weight", "conv_block.0.0.weight"] {
            let key = format!("lowres_stream.model.{}.{rest}", usize::MAX);
            let description = Description::of(&Shapes::from([(key, vec![1])]));
            assert!(description.expected().len() > 2);
        }
    }
}
