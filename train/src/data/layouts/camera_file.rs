//! Camera files: the camera of a frame as JSON, as written by `examples/blender/render_labels.py`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use multicond_format::storage::read_text;
use ndarray::Array3;
use serde::Deserialize;

use super::same_size;
use crate::data::{Intrinsics, PathFrame, Pose};

/// A camera and, if the renderer lists them, the objects of the scene.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Camera {
    version: u32,
    width: usize,
    height: usize,
    pub(super) intrinsics: Intrinsics,
    /// The camera's axes (right, up, towards the camera) and position as columns, in row-major order.
    camera_to_world: Option<Pose>,
    /// Length of the scene's unit in metres.
    pub(super) metres_per_unit: Option<f32>,
    /// The camera path that the frame is of, and its number there.
    sequence: Option<String>,
    frame: Option<u64>,
    /// The objects by their number in an index layer.
    #[serde(default)]
    pub(super) objects: Vec<Object>,
}

/// Whether a camera file exists and lists objects. A damaged one is an error when its frame is read.
pub(super) fn lists_objects(path: &Path) -> bool {
    let text = read_text(path).unwrap_or_default();
    serde_json::from_str(&text).is_ok_and(|camera: Camera| !camera.objects.is_empty())
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) index: i32,
    /// The class, if the renderer knows it.
    pub(super) class: Option<String>,
}

impl Camera {
    /// Reads a frame's camera; `None` if the file does not exist.
    pub(super) fn read(path: &Path, picture: (usize, usize)) -> Result<Option<Self>> {
        let camera = Self::open(path)?;
        if let Some(camera) = &camera {
            same_size(path, (camera.width, camera.height), picture)?;
        }
        Ok(camera)
    }

    /// The camera path that a frame is of, and where its camera is. `unit` is the length of the scene's unit in metres
    /// if the file does not say it.
    pub(super) fn path_frame(path: &Path, unit: Option<f32>) -> Result<Option<PathFrame>> {
        let Some(camera) = Self::open(path)? else {
            return Ok(None);
        };
        let unit = camera.metres_per_unit.or(unit).unwrap_or(1.0);
        let (Some(sequence), Some(frame), Some(pose)) =
            (camera.sequence, camera.frame, camera.camera_to_world)
        else {
            return Ok(None);
        };
        Ok(Some(PathFrame {
            sequence,
            frame,
            camera_to_world: pose.in_metres(unit),
        }))
    }

    fn open(path: &Path) -> Result<Option<Self>> {
        let place = || path.display().to_string();
        if !path.exists() {
            return Ok(None);
        }
        let text = read_text(path)?;
        let camera: Self = serde_json::from_str(&text).with_context(place)?;
        ensure!(
            camera.version == 1,
            "{}: is of version {}, this program reads version 1",
            place(),
            camera.version
        );
        camera.check().with_context(place)?;
        Ok(Some(camera))
    }

    fn check(&self) -> Result<()> {
        let Intrinsics { fx, fy, cx, cy } = self.intrinsics;
        ensure!(
            [fx, fy, cx, cy].iter().all(|value| value.is_finite()) && fx > 0.0 && fy > 0.0,
            "intrinsics must be finite, fx and fy positive"
        );
        if let Some(unit) = self.metres_per_unit {
            ensure!(
                unit.is_finite() && unit > 0.0,
                "metres_per_unit is {unit}, expected more than 0"
            );
        }
        if let Some(pose) = self.camera_to_world {
            pose.check()?;
        }
        ensure!(
            self.sequence.is_none() || self.frame.is_some() && self.camera_to_world.is_some(),
            "a frame of a sequence needs its number, `frame`, and `camera_to_world`"
        );
        Ok(())
    }

    /// Rotates directions `[3, height, width]` from world to camera space.
    pub(super) fn rotate(&self, directions: &mut Array3<f32>) -> Result<()> {
        let pose = self
            .camera_to_world
            .context("normals in world space need the camera's `camera_to_world`")?;
        for mut direction in directions.lanes_mut(ndarray::Axis(0)) {
            let turned = pose.direction_from_world([direction[0], direction[1], direction[2]]);
            direction
                .iter_mut()
                .zip(turned)
                .for_each(|(out, component)| *out = component);
        }
        Ok(())
    }

    /// Converts distances from the camera's centre to planar depth.
    pub(super) fn to_plane(&self, distance: &mut Array3<f32>) {
        for ((_, y, x), value) in distance.indexed_iter_mut() {
            let [right, up] = self.intrinsics.ray(y, x);
            *value /= (1.0 + right * right + up * up).sqrt();
        }
    }
}
