//! Converts the values of a depth buffer to metres.

use crate::{
    error::{Error, Result},
    label::MISSING,
};

/// How the values of a depth buffer encode distances to the camera plane.
///
/// A perspective projection stores `d = a + b / z` for the distance `z > 0`, so `z = b / (d - a)`. These are the terms
/// of the usual projections with near and far planes at `n` and `f`, for `d` from 0 to 1:
///
/// | projection | a | b | cleared to |
/// |---|---|---|---|
/// | standard | `f / (f - n)` | `-n f / (f - n)` | 1 |
/// | standard, infinite | 1 | `-n` | 1 |
/// | reversed | `-n / (f - n)` | `n f / (f - n)` | 0 |
/// | reversed, infinite | 0 | `n` | 0 |
///
/// They hold for OpenGL, too, whose depth buffer stores window depth from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeviceDepth {
    a: f32,
    b: f32,
    clear: Option<f32>,
    metres_per_unit: f32,
}

impl DeviceDepth {
    /// A perspective projection with planes at the distances `near` and `far` in scene units; `far` is `None` for an
    /// infinite projection. With `reversed` the near plane is stored as 1. A pixel with the value of the far plane, to
    /// which the buffer is cleared, is missing.
    ///
    /// # Errors
    /// When `near` and `far` are not finite with `0 < near < far`.
    pub fn perspective(near: f32, far: Option<f32>, reversed: bool) -> Result<Self> {
        let finite = near.is_finite() && far.is_none_or(f32::is_finite);
        if !finite || near <= 0.0 || far.is_some_and(|far| far <= near) {
            let far = far.map_or("infinity".into(), |far| far.to_string());
            return Err(Error::option(
                "near and far",
                format_args!("{near} and {far}, expected 0 < near < far"),
            ));
        }
        let (a, b) = match (reversed, far) {
            (false, None) => (1.0, -near),
            (true, None) => (0.0, near),
            (false, Some(far)) => (far / (far - near), -near * far / (far - near)),
            (true, Some(far)) => (-near / (far - near), near * far / (far - near)),
        };
        let clear = if reversed { 0.0 } else { 1.0 };
        Ok(Self {
            a,
            b,
            clear: Some(clear),
            metres_per_unit: 1.0,
        })
    }

    /// Any projection, by its terms, for example from the third row of its matrix. No value means that a pixel was
    /// cleared; only pixels behind the camera or at infinity are missing.
    ///
    /// # Errors
    /// When they are not finite, or `b` is 0.
    pub fn terms(a: f32, b: f32) -> Result<Self> {
        if !(a.is_finite() && b.is_finite() && b != 0.0) {
            return Err(Error::option(
                "projection terms",
                format_args!("{a} and {b}, expected finite numbers, the second not 0"),
            ));
        }
        Ok(Self {
            a,
            b,
            clear: None,
            metres_per_unit: 1.0,
        })
    }

    /// Sets the length of a scene unit in metres, 1 by default.
    ///
    /// # Errors
    /// When it is not positive and finite.
    pub fn with_metres_per_unit(self, metres_per_unit: f32) -> Result<Self> {
        if !(metres_per_unit.is_finite() && metres_per_unit > 0.0) {
            let reason = format!("{metres_per_unit}, expected a positive number");
            return Err(Error::option("metres_per_unit", reason));
        }
        Ok(Self {
            metres_per_unit,
            ..self
        })
    }

    /// The distance in metres; missing for a cleared pixel, or behind the camera.
    pub(super) fn metres(&self, depth: f32) -> f32 {
        let distance = self.b / (depth - self.a);
        if Some(depth) == self.clear || distance < 0.0 {
            return MISSING;
        }
        distance * self.metres_per_unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Depth by the projection matrices of the Direct3D and glm documentation, in f64.
    #[test]
    fn distances_survive_the_projection() {
        let (n, f) = (0.1f64, 100.0);
        let standard = |z: f64| f / (f - n) - n * f / (f - n) / z;
        // OpenGL maps -1..1 to 0..1: (z_clip / w + 1) / 2.
        let opengl = |z: f64| (((f + n) / (f - n) - 2.0 * n * f / (f - n) / z) + 1.0) / 2.0;
        let reversed = |z: f64| n * (f - z) / (z * (f - n));
        for z in [0.2, 1.0, 3.7, 25.0] {
            assert!((standard(z) - opengl(z)).abs() < 1e-12);
            let close = |code: DeviceDepth, depth: f64, most: f64| {
                let got = f64::from(code.metres(depth as f32));
                assert!((got / z - 1.0).abs() < most, "{got} for {z}");
            };
            let (near, far) = (n as f32, Some(f as f32));
            // Standard depth in f32 has few bits left far away.
            let rounding = z * 2e-6;
            close(
                DeviceDepth::perspective(near, far, false).unwrap(),
                standard(z),
                rounding.max(1e-5),
            );
            close(
                DeviceDepth::perspective(near, None, false).unwrap(),
                1.0 - n / z,
                rounding.max(1e-5),
            );
            close(
                DeviceDepth::perspective(near, far, true).unwrap(),
                reversed(z),
                1e-4,
            );
            close(
                DeviceDepth::perspective(near, None, true).unwrap(),
                n / z,
                1e-6,
            );
            close(DeviceDepth::terms(0.0, n as f32).unwrap(), n / z, 1e-6);
        }
    }

    #[test]
    fn the_far_plane_is_missing() {
        for (far, reversed) in [
            (Some(10.0), false),
            (None, false),
            (Some(10.0), true),
            (None, true),
        ] {
            let depth = DeviceDepth::perspective(0.5, far, reversed).unwrap();
            let (near, clear) = if reversed { (1.0, 0.0) } else { (0.0, 1.0) };
            assert!(!depth.metres(clear).is_finite());
            assert!((depth.metres(near) - 0.5).abs() < 1e-6);
            let centimetres = depth.with_metres_per_unit(0.01).unwrap();
            assert!((centimetres.metres(near) - 0.005).abs() < 1e-8);
        }
        assert!(DeviceDepth::terms(0.0, 1.0).unwrap().metres(-0.5).is_nan());
    }

    #[test]
    fn planes_that_cannot_be_are_refused() {
        for (near, far) in [
            (0.0, None),
            (-1.0, Some(2.0)),
            (2.0, Some(1.0)),
            (f32::NAN, None),
        ] {
            assert!(DeviceDepth::perspective(near, far, true).is_err());
        }
        assert!(DeviceDepth::perspective(1.0, Some(f32::NAN), false).is_err());
        assert!(DeviceDepth::terms(0.0, 0.0).is_err());
        let depth = DeviceDepth::perspective(0.1, None, true).unwrap();
        assert!(depth.with_metres_per_unit(0.0).is_err());
    }
}
