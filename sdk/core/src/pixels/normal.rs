//! Converts a renderer's normals to unit vectors in camera space: x right, y up, z towards the camera.

use crate::{
    error::{Error, Result},
    label::MISSING,
};

/// How a renderer stores normals. The default is vectors in view space with x right, y up and z towards the camera.
/// Their length does not matter; vectors of zero length are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct NormalCode {
    /// Stored as `(n + 1) / 2`, from 0 to 1.
    pub packed: bool,
    /// For normals in world space, the rotation from world to view space, row by row. It may be scaled uniformly.
    pub view: Option<[[f32; 3]; 3]>,
    /// In view space, y points down.
    pub y_down: bool,
    /// In view space, z points away from the camera.
    pub z_forward: bool,
}

/// Shorter vectors are missing. Packed in 8 bits, a zero vector is up to half a step off in every component.
const SHORTEST: f32 = 1e-6;
const SHORTEST_PACKED: f32 = 0.02;

impl NormalCode {
    /// The same, stored as `(n + 1) / 2` or as it is.
    #[must_use]
    pub fn with_packed(self, packed: bool) -> Self {
        Self { packed, ..self }
    }

    /// The same for normals in world space, with the rotation from world to view space.
    #[must_use]
    pub fn with_view(self, view: impl Into<Option<[[f32; 3]; 3]>>) -> Self {
        Self {
            view: view.into(),
            ..self
        }
    }

    /// The same with y pointing down, or up.
    #[must_use]
    pub fn with_y_down(self, y_down: bool) -> Self {
        Self { y_down, ..self }
    }

    /// The same with z pointing away from the camera, or towards it.
    #[must_use]
    pub fn with_z_forward(self, z_forward: bool) -> Self {
        Self { z_forward, ..self }
    }

    /// # Errors
    /// When the view matrix is no rotation, or rotation and mirroring, of any scale.
    pub(super) fn validate(&self) -> Result<()> {
        let Some([a, b, c]) = self.view else {
            return Ok(());
        };
        let dot = |u: [f32; 3], v: [f32; 3]| u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
        let lengths = [dot(a, a), dot(b, b), dot(c, c)];
        let size = (lengths[0] + lengths[1] + lengths[2]) / 3.0;
        let near = |value: f32, wanted: f32| (value - wanted).abs() <= 1e-3 * size;
        let is_rotation = size.is_finite()
            && size > 0.0
            && lengths.iter().all(|&length| near(length, size))
            && [dot(a, b), dot(a, c), dot(b, c)]
                .iter()
                .all(|&product| near(product, 0.0));
        if is_rotation {
            return Ok(());
        }
        Err(Error::option(
            "view matrix",
            "not a rotation: its rows must be perpendicular and of equal length",
        ))
    }

    /// The unit vector in camera space; missing for a vector of zero length.
    pub(super) fn unit(&self, stored: [f32; 3]) -> [f32; 3] {
        let mut n = stored;
        let mut shortest = SHORTEST;
        if self.packed {
            n = n.map(|value| 2.0 * value - 1.0);
            shortest = SHORTEST_PACKED;
        }
        if let Some(rows) = self.view {
            n = rows.map(|row| row[0] * n[0] + row[1] * n[1] + row[2] * n[2]);
        }
        if self.y_down {
            n[1] = -n[1];
        }
        if self.z_forward {
            n[2] = -n[2];
        }
        let length = (n[0] * n[0] + n[1] * n[1] + n[2] * n[2]).sqrt();
        // Also false for NaN.
        if length >= shortest {
            n.map(|value| value / length)
        } else {
            [MISSING; 3]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conventions() {
        let plain = NormalCode::default();
        assert_eq!(plain.unit([0.0, 0.0, 5.0]), [0.0, 0.0, 1.0]);
        assert!(plain.unit([0.0; 3])[0].is_nan());
        assert!(plain.unit([f32::NAN, 0.0, 1.0])[0].is_nan());
        let packed = NormalCode {
            packed: true,
            ..plain
        };
        assert_eq!(packed.unit([0.5, 1.0, 0.5]), [0.0, 1.0, 0.0]);
        let grey = 128.0 / 255.0;
        assert!(packed.unit([grey; 3])[0].is_nan());
        let direct3d = NormalCode {
            y_down: true,
            z_forward: true,
            ..plain
        };
        assert_eq!(direct3d.unit([0.0, 0.6, -0.8]), [0.0, -0.6, 0.8]);
    }

    /// A camera that looks along +x with z up sees what points to -x facing it, and +z upwards.
    #[test]
    fn world_space() {
        let code = NormalCode {
            view: Some([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]]),
            ..NormalCode::default()
        };
        code.validate().unwrap();
        assert_eq!(code.unit([-1.0, 0.0, 0.0]), [0.0, 0.0, 1.0]);
        assert_eq!(code.unit([0.0, 0.0, 2.0]), [0.0, 1.0, 0.0]);
        assert_eq!(code.unit([0.0, -1.0, 0.0]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn matrices_that_bend_are_refused() {
        let with = |view| NormalCode {
            view: Some(view),
            ..NormalCode::default()
        };
        let refused = [
            [[0.0; 3]; 3],
            [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
            [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 1.0]],
            [[f32::NAN; 3]; 3],
        ];
        for view in refused {
            assert!(with(view).validate().is_err(), "{view:?}");
        }
        let scaled = [[2.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, -2.0, 0.0]];
        with(scaled).validate().unwrap();
    }
}
