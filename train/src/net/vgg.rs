//! VGG features for the perceptual loss: relu1_1, relu2_1, relu3_1, relu4_1, relu5_1.
//!
//! VGG16 installs from a package (`cargo xtask assets lpips`); VGG19, which the original code uses,
//! has the same five taps and is taken when the user has its weights. Pictures enter in [-1, 1] as
//! they are, without ImageNet normalisation, as in the original.

use std::path::Path;

use anyhow::{Result, bail};
use burn::tensor::{
    DType, Device, Tensor, activation::relu, module::conv2d, module::max_pool2d, ops::ConvOptions,
    ops::MaxPoolOptions,
};
use safetensors::SafeTensors;

use crate::weights;

/// The frozen network. It has no trainable parameters, so it is not a `Module`.
#[derive(Clone, Debug)]
pub struct Vgg {
    blocks: Vec<Vec<Convolution>>,
}

#[derive(Clone, Debug)]
struct Convolution {
    weight: Tensor<4>,
    bias: Tensor<1>,
}

impl Vgg {
    /// Reads `conv{i}.weight` (OIHW) and `conv{i}.bias`: 13 convolutions for VGG16, 16 for VGG19.
    ///
    /// Only what the five taps need is kept.
    pub fn load(path: &Path, device: &Device) -> Result<Self> {
        weights::load(path, "lpips", |file| Self::parse(file, device))
    }

    fn parse(file: &SafeTensors<'_>, device: &Device) -> Result<Self> {
        let convolutions = (0..)
            .take_while(|i| file.tensor(&format!("conv{i}.weight")).is_ok())
            .count();
        // The last block is cut after its first convolution, which is the last tap.
        let (widths, counts) = match convolutions {
            13 => ([64, 128, 256, 512, 512], [2, 2, 3, 3, 1]),
            16 => ([64, 128, 256, 512, 512], [2, 2, 4, 4, 1]),
            other => bail!("has {other} convolutions, VGG16 has 13 and VGG19 has 16"),
        };
        let (mut index, mut input) = (0, 3);
        let mut blocks = Vec::new();
        for (width, count) in widths.into_iter().zip(counts) {
            let mut block = Vec::new();
            for _ in 0..count {
                block.push(Convolution {
                    weight: weights::tensor(
                        file,
                        &format!("conv{index}.weight"),
                        [width, input, 3, 3],
                        device,
                    )?,
                    bias: weights::tensor(file, &format!("conv{index}.bias"), [width], device)?,
                });
                input = width;
                index += 1;
            }
            blocks.push(block);
        }
        Ok(Self { blocks })
    }

    /// The same network on another device, in another type.
    pub fn on(&self, device: &Device, dtype: DType) -> Self {
        let blocks = self.blocks.iter().map(|block| {
            let copies = block.iter().map(|convolution| Convolution {
                weight: convolution.weight.clone().to_device(device).cast(dtype),
                bias: convolution.bias.clone().to_device(device).cast(dtype),
            });
            copies.collect()
        });
        Self {
            blocks: blocks.collect(),
        }
    }

    /// The five taps of pictures `[batch, 3, height, width]` in [-1, 1].
    pub fn forward(&self, images: Tensor<4>) -> Vec<Tensor<4>> {
        let mut features = images;
        let mut taps = Vec::with_capacity(self.blocks.len());
        for (number, block) in self.blocks.iter().enumerate() {
            if number > 0 {
                let halve = MaxPoolOptions::new([2, 2]);
                features = max_pool2d(features, halve);
            }
            for (position, convolution) in block.iter().enumerate() {
                features = relu(conv2d(
                    features,
                    convolution.weight.clone(),
                    Some(convolution.bias.clone()),
                    ConvOptions::new([1, 1], [1, 1], [1, 1], 1),
                ));
                if position == 0 {
                    taps.push(features.clone());
                }
            }
        }
        taps
    }
}
