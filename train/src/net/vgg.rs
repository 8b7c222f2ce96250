//! VGG features for the perceptual loss: relu1_1, relu2_1, relu3_1, relu4_1, relu5_1.
//!
//! `cargo xtask assets lpips` installs VGG16. VGG19, which the original code uses, has the same five feature maps and
//! can be used by those who have its weights. As in the original, pictures are in [-1, 1], without ImageNet
//! normalisation.

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
    /// Layers after the last of the five feature maps are dropped.
    pub fn load(path: &Path, device: &Device) -> Result<Self> {
        weights::load(path, "lpips", |file| Self::parse(file, device))
    }

    fn parse(file: &SafeTensors<'_>, device: &Device) -> Result<Self> {
        let convolutions = (0..)
            .take_while(|i| file.tensor(&format!("conv{i}.weight")).is_ok())
            .count();
        // Only the first convolution of the last block is needed, for the last feature map.
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

    /// Copies the network to another device and element type.
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

    /// The five feature maps of pictures `[batch, 3, height, width]` in [-1, 1].
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
