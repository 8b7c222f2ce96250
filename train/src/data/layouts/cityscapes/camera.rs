//! The stereo camera of a frame: `camera/…_camera.json`; see csCalibration.pdf in the dataset.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use multicond_format::storage::read_text;
use serde::Deserialize;

use crate::data::Intrinsics;

/// The left camera of a rectified stereo pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stereo {
    pub(super) intrinsics: Intrinsics,
    /// Distance between the cameras in metres.
    baseline: f32,
}

#[derive(Deserialize)]
struct File {
    extrinsic: Extrinsic,
    intrinsic: Intrinsic,
}

#[derive(Deserialize)]
struct Extrinsic {
    baseline: f32,
}

#[derive(Deserialize)]
struct Intrinsic {
    fx: f32,
    fy: f32,
    u0: f32,
    v0: f32,
}

impl Stereo {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let file: File = serde_json::from_str(&text).with_context(|| {
            format!(
                "{}: expected extrinsic.baseline and intrinsic.fx, fy, u0, v0",
                path.display()
            )
        })?;
        let Intrinsic { fx, fy, u0, v0 } = file.intrinsic;
        let baseline = file.extrinsic.baseline;
        ensure!(
            [baseline, fx, fy].iter().all(|v| v.is_finite() && *v > 0.0)
                && u0.is_finite()
                && v0.is_finite(),
            "{}: baseline and focal lengths must be positive",
            path.display()
        );
        Ok(Self {
            // The file counts from the centre of the first pixel.
            intrinsics: Intrinsics {
                fx,
                fy,
                cx: u0 + 0.5,
                cy: v0 + 0.5,
            },
            baseline,
        })
    }

    /// Planar depth in metres for a disparity in pixels; NaN at infinity, where no match was found.
    pub(super) fn depth(&self, disparity: f32) -> f32 {
        if disparity > 0.0 {
            self.baseline * self.intrinsics.fx / disparity
        } else {
            multicond::label::MISSING
        }
    }
}
