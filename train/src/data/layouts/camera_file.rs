//! Camera files: the camera of a frame as JSON, as written by `examples/blender/render_labels.py`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use multicond_format::storage::read_text;
use ndarray::Array3;
use serde::Deserialize;

use super::same_size;
use crate::data::Intrinsics;

/// A camera and, if the renderer lists them, the objects of the scene.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Camera {
    version: u32,
    width: usize,
    height: usize,
    pub(super) intrinsics: Intrinsics,
    /// The camera's axes (right, up, towards the camera) and position as columns, in row-major order.
    camera_to_world: Option<[[f32; 4]; 4]>,
    /// Length of the scene's unit in metres.
    pub(super) metres_per_unit: Option<f32>,
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
        same_size(path, (camera.width, camera.height), picture)?;
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
        if let Some(matrix) = self.camera_to_world {
            for (a, b) in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)] {
                let product: f32 = (0..3).map(|row| matrix[row][a] * matrix[row][b]).sum();
                let expected = if a == b { 1.0 } else { 0.0 };
                // NaN is not close to anything.
                ensure!(
                    (product - expected).abs() < 1e-3,
                    "the first three columns of camera_to_world must be orthogonal axes of length 1"
                );
            }
        }
        Ok(())
    }

    /// Rotates directions `[3, height, width]` from world to camera space.
    pub(super) fn rotate(&self, directions: &mut Array3<f32>) -> Result<()> {
        let matrix = self
            .camera_to_world
            .context("normals in world space need the camera's `camera_to_world`")?;
        for mut direction in directions.lanes_mut(ndarray::Axis(0)) {
            let world = [direction[0], direction[1], direction[2]];
            for (axis, component) in direction.iter_mut().enumerate() {
                // The matrix has the camera's axes as columns, so this is its transpose.
                *component = (0..3).map(|row| matrix[row][axis] * world[row]).sum();
            }
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
