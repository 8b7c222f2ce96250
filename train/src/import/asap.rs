//! Generators of ASAP-Net (Shaham et al. 2021) in the layout of the files that were released with its code:
//! `*_net_G.pth`, a plain state dictionary. Everything follows from keys and shapes.
//!
//! All weights are those of the low-resolution stream, `lowres_stream.model.{i}`. Counting skips what has no
//! weights, so the two kinds of padding count differently: with zeros there is a convolution at every second
//! number, with mirrored borders at every third after a first.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail, ensure};
use burn::{
    module::Param,
    nn::{InstanceNorm, conv::Conv2d},
    tensor::{Device, Tensor},
};
use multicond::label::{Encoding, Label, Values};

use super::pytorch::File;
use crate::{
    data::cityscapes_ids,
    net::{
        AsapConfig, Backbone, BackboneConfig, Condition, DiscriminatorConfig, Generator,
        MergeConfig, NetworkConfig, Padding,
    },
};

/// Hidden channels of the pixel networks in all released files, which keys and shapes do not tell.
const PIXEL_WIDTH: usize = 64;
const PREFIX: &str = "lowres_stream.model.";
/// Classes of Cityscapes, one of which its files never hold.
const CITYSCAPES: usize = 35;

/// A generator with what describes it.
pub struct Imported {
    /// The network.
    pub generator: Generator,
    /// Its sizes; those of a discriminator, which the file does not hold, are the paper's.
    pub network: NetworkConfig,
    /// Its labels: classes and, where the file has a channel for it, the edges of instances.
    pub labels: Vec<Label>,
}

/// Reads a generator of ASAP-Net. `classes` names the classes; without it they have those of Cityscapes if
/// they are as many, else numbers.
///
/// # Errors
/// When the file is none of PyTorch's, its tensors are not those of such a generator (the error lists what is
/// missing and what is too much), a number is not finite, or there are other than so many classes.
pub fn asap_net(path: &Path, classes: Option<Vec<String>>) -> Result<Imported> {
    read(path, classes).with_context(|| path.display().to_string())
}

fn read(path: &Path, classes: Option<Vec<String>>) -> Result<Imported> {
    let file = File::open(path)?;
    let layout = Layout::of(&file);
    let sizes = Sizes::of(&file, &layout);
    file.expect(&layout.expected(&sizes))?;

    let pixels = pixel_input(&sizes)?;
    let labels = labels(sizes.input, pixels.edges, classes)?;
    let asap = AsapConfig {
        tile: pixels.tile,
        learned_downsampling: 1 << (layout.stages - 1),
        width: sizes.width,
        max_width: sizes.max_width,
        depth: layout.depth,
        pixel_width: PIXEL_WIDTH,
        padding: layout.padding,
        low_resolution_only: usize::from(pixels.edges),
        initial_gain: 0.02,
        head_gain: 0.02,
        shared_start: false,
    };
    let network = NetworkConfig {
        merge: match pixels.edges {
            true => MergeConfig::Naive {},
            false => MergeConfig::Semantics {},
        },
        backbone: BackboneConfig::Asap(asap),
        discriminator: DiscriminatorConfig {
            width: 64,
            condition: Condition::Labels,
        },
    };
    network.validate(&labels)?;
    let generator = load(&file, &layout, &network, &labels)?;
    Ok(Imported {
        generator,
        network,
        labels,
    })
}

/// How the layers are numbered.
struct Layout {
    padding: Padding,
    /// Convolutions before the blocks; all but the first halve the size.
    stages: usize,
    /// Blocks after them.
    depth: usize,
}

impl Layout {
    /// The layout that a file's keys look most like.
    fn of(file: &File) -> Self {
        let numbers = |is: fn(&str) -> bool| {
            let number = move |key: &str| {
                let (number, rest) = key.strip_prefix(PREFIX)?.split_once('.')?;
                is(rest).then(|| number.parse::<usize>().ok())?
            };
            file.keys().filter_map(number).collect::<Vec<_>>()
        };
        let stages = numbers(|rest| rest.starts_with("0.") || rest.starts_with("1."));
        let blocks = numbers(|rest| rest.starts_with("conv_block."));
        let padding = match stages.contains(&1) {
            true => Padding::Reflect,
            false => Padding::Zero,
        };
        let layout = Self {
            padding,
            stages: 0,
            depth: 0,
        };
        // Without any of its keys the file is compared with the released ones.
        let stages = stages.into_iter().max().map_or(5, |last| {
            last.saturating_sub(layout.skipped()) / layout.step() + 1
        });
        let first = layout.step() * stages;
        let depth = blocks
            .into_iter()
            .max()
            .map_or(7, |last| (last + 1).saturating_sub(first));
        // A convolution of stride 2 for each power of two, to tiles of at most 1024 pixels.
        Self {
            stages: stages.clamp(2, 11),
            depth: depth.min(64),
            ..layout
        }
    }

    /// Numbers from one convolution to the next.
    fn step(&self) -> usize {
        match self.padding {
            Padding::Zero => 2,
            Padding::Reflect => 3,
        }
    }

    /// Numbers before a convolution.
    fn skipped(&self) -> usize {
        match self.padding {
            Padding::Zero => 0,
            Padding::Reflect => 1,
        }
    }

    /// The keys of the convolution and of the norm of a stage or, beyond the stages, of a block.
    fn stage(&self, index: usize) -> [String; 2] {
        let skipped = self.skipped();
        let group = match index.checked_sub(self.stages) {
            None => format!("{PREFIX}{}", self.step() * index + skipped),
            Some(block) => {
                let number = self.step() * self.stages + block;
                format!("{PREFIX}{number}.conv_block.{skipped}")
            }
        };
        [format!("{group}.0"), format!("{group}.1")]
    }

    fn head(&self) -> String {
        format!("{PREFIX}{}", self.step() * self.stages + self.depth)
    }

    fn expected(&self, sizes: &Sizes) -> BTreeMap<String, Vec<usize>> {
        let mut expected = BTreeMap::new();
        for index in 0..self.stages + self.depth {
            let [input, output] = self.channels(index, sizes);
            let [convolution, norm] = self.stage(index);
            expected.insert(format!("{convolution}.weight"), vec![output, input, 3, 3]);
            expected.insert(format!("{norm}.weight"), vec![output]);
            expected.insert(format!("{norm}.bias"), vec![output]);
        }
        let head = self.head();
        let shape = vec![sizes.parameters, sizes.max_width, 1, 1];
        expected.insert(format!("{head}.weight"), shape);
        expected.insert(format!("{head}.bias"), vec![sizes.parameters]);
        expected
    }

    fn channels(&self, index: usize, sizes: &Sizes) -> [usize; 2] {
        let last = self.stages - 1;
        let input = match index {
            0 => sizes.input,
            index if index <= last => sizes.width,
            _ => sizes.max_width,
        };
        let output = match index {
            index if index < last => sizes.width,
            _ => sizes.max_width,
        };
        [input, output]
    }
}

/// Numbers of channels.
struct Sizes {
    input: usize,
    width: usize,
    max_width: usize,
    /// Of one pixel network.
    parameters: usize,
}

impl Sizes {
    /// As the shapes say, and as in the released files where these are not there to say it.
    fn of(file: &File, layout: &Layout) -> Self {
        let side = |key: &str, axis: usize| {
            let shape = file.shape(&format!("{key}.weight"))?;
            shape.get(axis).copied()
        };
        let [first, _] = layout.stage(0);
        let [last, _] = layout.stage(layout.stages - 1);
        Self {
            input: side(&first, 1).unwrap_or(CITYSCAPES + 1),
            width: side(&first, 0).unwrap_or(64),
            max_width: side(&last, 0).unwrap_or(1024),
            parameters: side(&layout.head(), 0).unwrap_or(16_003),
        }
    }
}

/// What the pixel networks see.
struct PixelInput {
    tile: usize,
    /// Whether the last channel, the edges of instances, is kept from them.
    edges: bool,
}

/// The only tile whose position code makes pixel networks of so many parameters.
fn pixel_input(sizes: &Sizes) -> Result<PixelInput> {
    let w = PIXEL_WIDTH;
    // Weights and biases of the layers after the first, and the first's biases.
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
        "pixel networks of {} parameters over {} channels fit no tile, with hidden layers of {w}",
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
                "has {count} classes, and {} are named",
                names.len()
            );
            Label::semantics(names)
        }
        None if count == CITYSCAPES => cityscapes_ids(),
        None => Label::semantics((0..count).map(|class| format!("class {class}"))),
    };
    semantics.presence = false;
    let mut labels = vec![semantics];
    if edges {
        labels.push(instance_edges());
    }
    Ok(labels)
}

/// 1 at pixels with a neighbour of another instance, else 0, which is also what the network takes for missing.
fn instance_edges() -> Label {
    let mut label = Label::edges();
    label.name = "instance_edges".into();
    label.presence = false;
    if let Values::Continuous { encoding, .. } = &mut label.values {
        *encoding = Encoding::Affine {
            scale: 1.0,
            bias: 0.0,
        };
    }
    label
}

fn load(
    file: &File,
    layout: &Layout,
    network: &NetworkConfig,
    labels: &[Label],
) -> Result<Generator> {
    let device = Device::flex();
    let mut generator = Generator::new(network, labels, &device);
    let Backbone::Asap(asap) = &mut generator.backbone else {
        bail!("the network is made with ASAP-Net")
    };
    for (index, stage) in asap.low_resolution.stages.iter_mut().enumerate() {
        let [convolution, norm] = layout.stage(index);
        let shape = stage.convolution.weight.dims();
        stage.convolution.weight =
            parameter(file.tensor(&format!("{convolution}.weight"), shape, &device)?);
        load_norm(&mut stage.norm, file, &norm, shape[0], &device)?;
    }
    load_head(&mut asap.low_resolution.head, file, &layout.head(), &device)?;
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
