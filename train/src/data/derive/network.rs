//! Depth or classes predicted from a picture by a network that the user provides.

use std::{fmt, path::Path};

use anyhow::{Context, Result, bail, ensure};
use multicond::{
    EngineOptions, Size,
    label::{Label, LabelMap},
};
use ndarray::{Array2, ArrayView3, Axis};

use crate::vision::{self, ResultKind, plane, scale_plane};

/// A network and the label that it predicts. Runs are serialised.
#[derive(Debug)]
pub struct Network {
    label: Label,
    network: vision::Network,
}

impl Network {
    /// Loads the network of a description, to predict the label `name`.
    pub(super) fn load(name: &str, path: &Path) -> Result<Self> {
        let network = vision::Network::load(path, &EngineOptions::default())?;
        let label = label(name, network.result()).with_context(|| path.display().to_string())?;
        Ok(Self { label, network })
    }

    /// The label that it predicts.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The label of a picture `[3, height, width]`, at the picture's size.
    pub(super) fn see(&self, picture: ArrayView3<'_, f32>) -> Result<LabelMap> {
        let (_, height, width) = picture.dim();
        let size = Size { width, height };
        let numbers = || plane(self.network.run(picture)?);
        let map = match self.network.result() {
            ResultKind::Depth { scale, shift } => {
                let depth = numbers()?.mapv(|value| scale * value + shift);
                metres(depth, size)
            }
            ResultKind::InverseDepth { scale, shift } => {
                let inverse = numbers()?.mapv(|value| scale * value + shift);
                metres(scale_plane(inverse, size).mapv(f32::recip), size)
            }
            ResultKind::RelativeInverseDepth { nearest, furthest } => {
                let inverse = scale_plane(numbers()?, size);
                metres(relative(inverse, *nearest, *furthest), size)
            }
            ResultKind::Scores { .. } | ResultKind::Ids { .. } => {
                LabelMap::Classes(self.network.classes(picture)?)
            }
            ResultKind::Features => unreachable!("features are not a label"),
        };
        Ok(map)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.network.fmt(f)
    }
}

/// The label with a name, if it matches the network's output.
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
        _ => bail!("a network predicts depth or semantics, not `{name}`"),
    }
}

/// Converts relative inverse depth to metres, mapping its range to `nearest` to `furthest`.
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
            multicond::label::MISSING
        }
    };
    LabelMap::Values(depth.mapv(known).insert_axis(Axis(0)))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn relative_depth_spans_the_range() {
        let depth = relative(array![[0.0, 5.0, 10.0]], 1.0, 4.0);
        assert_eq!(depth, array![[4.0, 1.6, 1.0]]);
    }
}
