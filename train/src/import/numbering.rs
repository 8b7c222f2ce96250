//! The numbering and shapes of tensors in the released files of ASAP-Net, and how to infer them from a file.
//!
//! All weights belong to the low-resolution stream, `lowres_stream.model.{i}`. Layers without weights have numbers too,
//! so the numbering depends on the padding: with zero padding, every second number is a convolution; with reflection
//! padding, every third, starting at 1.

use super::pytorch::Shapes;
use crate::net::backbone::asap::Padding;

const PREFIX: &str = "lowres_stream.model.";
/// The default sizes where a file lacks tensors: Cityscapes at 512x256.
const RELEASED: Sizes = Sizes {
    input: 36,
    width: 64,
    max_width: 1024,
    parameters: 16_003,
};
/// One convolution of stride 2 for each power of two, for tiles of up to 1024 pixels.
const MOST_STAGES: usize = 11;
const MOST_BLOCKS: usize = 64;

/// The numbering of the layers.
pub(super) struct Numbering {
    pub(super) padding: Padding,
    /// Number of convolutions before the blocks; all but the first have stride 2.
    pub(super) stages: usize,
    /// Number of blocks after them.
    pub(super) depth: usize,
}

/// Channel counts.
pub(super) struct Sizes {
    pub(super) input: usize,
    pub(super) width: usize,
    pub(super) max_width: usize,
    /// Number of parameters of a pixel network.
    pub(super) parameters: usize,
}

impl Numbering {
    /// The numbering that matches these keys best.
    pub(super) fn of(shapes: &Shapes) -> Self {
        let stages = numbers(shapes, |rest| {
            rest.starts_with("0.") || rest.starts_with("1.")
        });
        let blocks = numbers(shapes, |rest| rest.starts_with("conv_block."));
        let mut numbering = Self {
            padding: match stages.contains(&1) {
                true => Padding::Reflect,
                false => Padding::Zero,
            },
            stages: 5,
            depth: 7,
        };
        if let Some(&last) = stages.iter().max() {
            let count = last.saturating_sub(numbering.skipped()) / numbering.step() + 1;
            numbering.stages = count.clamp(2, MOST_STAGES);
        }
        if let Some(&last) = blocks.iter().max() {
            let count = last
                .saturating_add(1)
                .saturating_sub(numbering.first_block());
            numbering.depth = count.min(MOST_BLOCKS);
        }
        numbering
    }

    /// The keys of the convolution and the norm of a stage, or of a block for indices after the stages.
    pub(super) fn stage(&self, index: usize) -> [String; 2] {
        let skipped = self.skipped();
        let group = match index.checked_sub(self.stages) {
            None => format!("{PREFIX}{}", self.step() * index + skipped),
            Some(block) => {
                let number = self.first_block() + block;
                format!("{PREFIX}{number}.conv_block.{skipped}")
            }
        };
        [format!("{group}.0"), format!("{group}.1")]
    }

    /// The key of the convolution that predicts the pixel networks.
    pub(super) fn head(&self) -> String {
        format!("{PREFIX}{}", self.first_block() + self.depth)
    }

    /// All tensors of such a generator.
    pub(super) fn expected(&self, sizes: &Sizes) -> Shapes {
        let mut expected = Shapes::new();
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

    /// Difference between the numbers of consecutive convolutions.
    fn step(&self) -> usize {
        match self.padding {
            Padding::Zero => 2,
            Padding::Reflect => 3,
        }
    }

    /// Number of padding layers before a convolution.
    fn skipped(&self) -> usize {
        match self.padding {
            Padding::Zero => 0,
            Padding::Reflect => 1,
        }
    }

    fn first_block(&self) -> usize {
        self.step() * self.stages
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

impl Sizes {
    /// The sizes from the shapes, or those of a released file where tensors are missing.
    pub(super) fn of(shapes: &Shapes, numbering: &Numbering) -> Self {
        let side = |key: &str, axis: usize| {
            let shape = shapes.get(&format!("{key}.weight"))?;
            shape.get(axis).copied()
        };
        let [first, _] = numbering.stage(0);
        let [last, _] = numbering.stage(numbering.stages - 1);
        Self {
            input: side(&first, 1).unwrap_or(RELEASED.input),
            width: side(&first, 0).unwrap_or(RELEASED.width),
            max_width: side(&last, 0).unwrap_or(RELEASED.max_width),
            parameters: side(&numbering.head(), 0).unwrap_or(RELEASED.parameters),
        }
    }
}

/// The numbers of the layers whose keys have a certain suffix.
fn numbers(shapes: &Shapes, is: impl Fn(&str) -> bool) -> Vec<usize> {
    let number = |key: &String| {
        let (number, rest) = key.strip_prefix(PREFIX)?.split_once('.')?;
        is(rest).then(|| number.parse().ok())?
    };
    shapes.keys().filter_map(number).collect()
}
