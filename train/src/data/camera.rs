//! The pinhole camera of a picture, which converts depth to positions.
//!
//! Camera axes: x right, y up, z towards the camera.

/// Focal lengths and principal point in pixels. Pixel centres are at half-integers: the middle of a picture is at
/// `width / 2`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Intrinsics {
    /// Focal length in pixel widths.
    pub fx: f32,
    /// Focal length in pixel heights.
    pub fy: f32,
    /// Column of the principal point.
    pub cx: f32,
    /// Row of the principal point.
    pub cy: f32,
}

impl Intrinsics {
    /// A camera with square pixels, the principal point in the middle, and a horizontal field of view in degrees,
    /// between 0 and 180.
    pub fn from_horizontal_fov(degrees: f32, width: usize, height: usize) -> Self {
        let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
        let focal = cx / (degrees.to_radians() / 2.0).tan();
        Self {
            fx: focal,
            fy: focal,
            cx,
            cy,
        }
    }

    /// The camera after the picture was resized from one (width, height) to another.
    pub fn scaled(&self, from: (usize, usize), to: (usize, usize)) -> Self {
        let horizontal = to.0 as f32 / from.0 as f32;
        let vertical = to.1 as f32 / from.1 as f32;
        Self {
            fx: self.fx * horizontal,
            fy: self.fy * vertical,
            cx: self.cx * horizontal,
            cy: self.cy * vertical,
        }
    }

    /// The position at depth 1 on the ray through the centre of a pixel: x and y; z is -1.
    pub fn ray(&self, row: usize, column: usize) -> [f32; 2] {
        [
            (column as f32 + 0.5 - self.cx) / self.fx,
            (self.cy - row as f32 - 0.5) / self.fy,
        ]
    }

    /// The position of a pixel at a planar depth, both in metres.
    pub fn point(&self, row: usize, column: usize, depth: f32) -> [f32; 3] {
        let [x, y] = self.ray(row, column);
        [x * depth, y * depth, -depth]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_a_right_angled_view_are_at_45_degrees() {
        let camera = Intrinsics::from_horizontal_fov(90.0, 200, 100);
        assert!((camera.fx - 100.0).abs() < 1e-4 && camera.fx == camera.fy);
        assert_eq!((camera.cx, camera.cy), (100.0, 50.0));
        let [x, y, z] = camera.point(0, 199, 2.0);
        assert!((x - 1.99).abs() < 1e-5 && (y - 0.99).abs() < 1e-5);
        assert_eq!(z, -2.0);
    }

    #[test]
    fn a_resized_picture_shows_the_same_points() {
        let camera = Intrinsics {
            fx: 300.0,
            fy: 310.0,
            cx: 150.0,
            cy: 90.0,
        };
        let half = camera.scaled((320, 200), (160, 50));
        assert_eq!((half.fx, half.fy), (150.0, 77.5));
        // The centre of the small picture's first pixel is the centre of a block of two by four pixels.
        assert_eq!(half.ray(0, 0), [-149.0 / 300.0, 88.0 / 310.0]);
    }
}
