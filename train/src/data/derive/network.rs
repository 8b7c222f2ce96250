//! Depth or classes of a plain picture, as a network sees them that the user brings. A TOML file beside the ONNX
//! file says what goes in and what comes out; docs/dataset.md has examples.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use image::{ImageBuffer, Luma, imageops::FilterType};
use multicond::{
    DeviceOptions, engine,
    label::{Label, LabelMap},
    model::Size,
};
use ndarray::{Array2, Array3, Array4, ArrayD, ArrayView3, Axis, Ix2, Ix3};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::data::{ordered::all_cores, resize::scale_picture};

/// A network and what it makes of pictures. Runs wait for one another.
#[derive(Debug)]
pub struct Network {
    /// The description's file name and the hash of all that makes the network.
    name: String,
    label: Label,
    input: Input,
    result: ResultKind,
    graph: Mutex<engine::Network>,
}

/// The description of a network.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// The ONNX file, from the description's folder.
    model: PathBuf,
    /// The output to take; the first if absent.
    output: Option<String>,
    input: Input,
    result: ResultKind,
}

/// What the network takes: `[1, 3, height, width]`, each channel `(value * white - mean) / std`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    width: usize,
    height: usize,
    /// The value of white before mean and std, 1 or 255.
    #[serde(default = "one")]
    white: f32,
    #[serde(default)]
    mean: [f32; 3],
    #[serde(default = "ones")]
    std: [f32; 3],
    #[serde(default)]
    order: Order,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    #[default]
    Rgb,
    Bgr,
}

fn one() -> f32 {
    1.0
}

fn ones() -> [f32; 3] {
    [1.0; 3]
}

/// What comes out, one number a pixel or one a class.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum ResultKind {
    /// Metres are `scale * value + shift`.
    Depth {
        #[serde(default = "one")]
        scale: f32,
        #[serde(default)]
        shift: f32,
    },
    /// Metres are `1 / (scale * value + shift)`.
    InverseDepth {
        #[serde(default = "one")]
        scale: f32,
        #[serde(default)]
        shift: f32,
    },
    /// Inverse depth of unknown scale: the picture's nearest point is this many metres away, its furthest that many.
    RelativeInverseDepth { nearest: f32, furthest: f32 },
    /// A score for each class; the highest counts.
    Scores {
        classes: Vec<String>,
        /// Classes that stand for "not known".
        #[serde(default)]
        unknown: Vec<usize>,
    },
    /// Class ids.
    Ids {
        classes: Vec<String>,
        #[serde(default)]
        unknown: Vec<usize>,
    },
}

impl Network {
    /// Loads the network that a description names, to make the label `name`.
    pub(super) fn load(name: &str, path: &Path) -> Result<Self> {
        let place = || path.display().to_string();
        let text = fs::read_to_string(path).with_context(place)?;
        let description: Description =
            toml::from_str(&text).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        let label = label(name, &description.result).with_context(place)?;
        description.input.check().with_context(place)?;
        let model = path.with_file_name(&description.model);
        let bytes = fs::read(&model).with_context(|| model.display().to_string())?;
        let digest = Sha256::new()
            .chain_update(&text)
            .chain_update(bytes)
            .finalize();
        let hash: String = digest[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let graph = engine::Network::load(
            &model,
            description.output.as_deref(),
            &DeviceOptions::default(),
            all_cores(),
        )?;
        Ok(Self {
            name: format!("{file_name} ({hash})"),
            label,
            input: description.input,
            result: description.result,
            graph: Mutex::new(graph),
        })
    }

    /// The label that it makes.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// What it sees in a picture `[3, height, width]`, in the picture's size.
    pub(super) fn see(&self, picture: ArrayView3<'_, f32>) -> Result<LabelMap> {
        let (_, height, width) = picture.dim();
        let size = Size { width, height };
        let input = self.input.of(picture);
        // A panic while it was held has left the network as it was.
        let mut graph = self.graph.lock().unwrap_or_else(PoisonError::into_inner);
        let output = graph.run(input.view()).with_context(|| self.name.clone())?;
        drop(graph);
        let map = match &self.result {
            ResultKind::Depth { scale, shift } => {
                let depth = plane(output)?.mapv(|value| scale * value + shift);
                metres(depth, size)
            }
            ResultKind::InverseDepth { scale, shift } => {
                let inverse = plane(output)?.mapv(|value| scale * value + shift);
                metres(scale_plane(inverse, size).mapv(f32::recip), size)
            }
            ResultKind::RelativeInverseDepth { nearest, furthest } => {
                let inverse = scale_plane(plane(output)?, size);
                metres(relative(inverse, *nearest, *furthest), size)
            }
            ResultKind::Scores { unknown, .. } => {
                let scores = planes(output)?;
                let classes = self.label.classes().map_or(0, <[String]>::len);
                ensure!(
                    scores.len_of(Axis(0)) == classes,
                    "{}: gave scores for {} classes, its description names {classes}",
                    self.name,
                    scores.len_of(Axis(0))
                );
                self.ids(highest(&scores), unknown, size)
            }
            ResultKind::Ids { unknown, .. } => {
                self.ids(plane(output)?.mapv(|id| id.round() as i32), unknown, size)
            }
        };
        Ok(map)
    }

    fn ids(&self, ids: Array2<i32>, unknown: &[usize], size: Size) -> LabelMap {
        let classes = self.label.classes().map_or(0, <[String]>::len);
        let (rows, columns) = ids.dim();
        LabelMap::Classes(Array2::from_shape_fn(
            (size.height, size.width),
            |(y, x)| {
                // The number under the pixel's centre.
                let row = (2 * y + 1) * rows / (2 * size.height);
                let column = (2 * x + 1) * columns / (2 * size.width);
                let id = ids[[row, column]];
                let known =
                    usize::try_from(id).is_ok_and(|id| id < classes && !unknown.contains(&id));
                if known { id } else { -1 }
            },
        ))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The label of a name, if the network's result is one.
fn label(name: &str, result: &ResultKind) -> Result<Label> {
    match (name, result) {
        (
            "depth",
            ResultKind::Depth { .. }
            | ResultKind::InverseDepth { .. }
            | ResultKind::RelativeInverseDepth { .. },
        ) => {
            if let ResultKind::RelativeInverseDepth { nearest, furthest } = result {
                ensure!(
                    *nearest > 0.0 && furthest > nearest && furthest.is_finite(),
                    "`nearest` must be positive and `furthest` larger"
                );
            }
            Ok(Label::depth())
        }
        ("semantics", ResultKind::Scores { classes, .. } | ResultKind::Ids { classes, .. }) => {
            let label = Label::semantics(classes);
            label.validate()?;
            Ok(label)
        }
        _ => bail!("makes depth or semantics, not `{name}`"),
    }
}

impl Input {
    fn check(&self) -> Result<()> {
        let sides = 1..=4096;
        ensure!(
            sides.contains(&self.width) && sides.contains(&self.height),
            "input.width and input.height lie between 1 and 4096"
        );
        ensure!(
            self.std.iter().all(|std| std.is_finite() && *std != 0.0),
            "input.std must not be 0"
        );
        Ok(())
    }

    /// The picture as the network takes it.
    fn of(&self, picture: ArrayView3<'_, f32>) -> Array4<f32> {
        let size = Size {
            width: self.width,
            height: self.height,
        };
        let scaled = scale_picture(picture, size);
        let mut input = Array4::zeros((1, 3, self.height, self.width));
        for channel in 0..3 {
            let source = match self.order {
                Order::Rgb => channel,
                Order::Bgr => 2 - channel,
            };
            let (mean, std) = (self.mean[channel], self.std[channel]);
            let mut target = input.slice_mut(ndarray::s![0, channel, .., ..]);
            target.assign(&scaled.index_axis(Axis(0), source));
            target.mapv_inplace(|value| (value * self.white - mean) / std);
        }
        input
    }
}

/// The one plane of an output.
fn plane(output: ArrayD<f32>) -> Result<Array2<f32>> {
    let shape = output.shape().to_vec();
    let planes = planes(output)?;
    ensure!(
        planes.len_of(Axis(0)) == 1,
        "the network's output is {shape:?}, expected one number a pixel"
    );
    Ok(planes.index_axis_move(Axis(0), 0))
}

/// The planes of an output `[height, width]`, `[planes, height, width]` or `[1, planes, height, width]`.
fn planes(output: ArrayD<f32>) -> Result<Array3<f32>> {
    let shape = output.shape().to_vec();
    let fail = || anyhow!("the network's output is {shape:?}, expected [1, planes, height, width]");
    let output = match shape[..] {
        [_, _] => {
            let plane = output.into_dimensionality::<Ix2>()?;
            plane.insert_axis(Axis(0))
        }
        [_, _, _] => output.into_dimensionality::<Ix3>()?,
        [1, _, _, _] => output
            .index_axis_move(Axis(0), 0)
            .into_dimensionality::<Ix3>()?,
        _ => return Err(fail()),
    };
    ensure!(!output.is_empty(), fail());
    Ok(output)
}

fn highest(scores: &Array3<f32>) -> Array2<i32> {
    scores.map_axis(Axis(0), |scores| {
        let best = scores
            .iter()
            .enumerate()
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map_or(-1, |(class, _)| class as i32)
    })
}

/// Metres from inverse depth whose range stands for `nearest` to `furthest`.
fn relative(inverse: Array2<f32>, nearest: f32, furthest: f32) -> Array2<f32> {
    let finite = || inverse.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (
        finite().fold(f32::INFINITY, f32::min),
        finite().fold(f32::NEG_INFINITY, f32::max),
    );
    let range = (high - low).max(f32::MIN_POSITIVE);
    let (near, far) = (nearest.recip(), furthest.recip());
    inverse.mapv(|value| (far + (near - far) * (value - low) / range).recip())
}

fn metres(depth: Array2<f32>, size: Size) -> LabelMap {
    let depth = scale_plane(depth, size);
    let known = |metres: f32| {
        if metres > 0.0 && metres.is_finite() {
            metres
        } else {
            f32::NAN
        }
    };
    LabelMap::Values(depth.mapv(known).insert_axis(Axis(0)))
}

/// Scales smoothly.
fn scale_plane(plane: Array2<f32>, size: Size) -> Array2<f32> {
    let (rows, columns) = plane.dim();
    if (columns, rows) == (size.width, size.height) {
        return plane;
    }
    let source = ImageBuffer::from_fn(columns as u32, rows as u32, |x, y| {
        Luma([plane[[y as usize, x as usize]]])
    });
    let (width, height) = (size.width as u32, size.height as u32);
    let scaled = image::imageops::resize(&source, width, height, FilterType::Triangle);
    Array2::from_shape_fn((size.height, size.width), |(y, x)| {
        scaled.get_pixel(x as u32, y as u32)[0]
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn outputs_of_any_rank() {
        let numbers = array![[1.0, 2.0], [3.0, 4.0]];
        for output in [
            numbers.clone().into_dyn(),
            numbers.clone().insert_axis(Axis(0)).into_dyn(),
            numbers
                .clone()
                .insert_axis(Axis(0))
                .insert_axis(Axis(0))
                .into_dyn(),
        ] {
            assert_eq!(plane(output).unwrap(), numbers);
        }
        let scores = array![[[0.1, 0.9]], [[0.8, 0.2]]];
        assert!(plane(scores.clone().into_dyn()).is_err());
        assert_eq!(highest(&scores), array![[1, 0]]);
    }

    #[test]
    fn relative_depth_spans_the_range() {
        let depth = relative(array![[0.0, 5.0, 10.0]], 1.0, 4.0);
        assert_eq!(depth, array![[4.0, 1.6, 1.0]]);
    }
}
