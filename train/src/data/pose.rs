//! Where cameras are, and which frames are a camera path.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// A camera's axes and position in the world, in metres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pose {
    /// In row-major order; the columns are the camera's right, up and back, and its position.
    camera_to_world: [[f32; 4]; 4],
}

impl Pose {
    /// From a matrix whose columns are the camera's right, up and back, and its position in metres.
    pub fn new(camera_to_world: [[f32; 4]; 4]) -> Self {
        Self { camera_to_world }
    }

    /// Checks that all numbers are finite, and that the first three columns are orthogonal axes of length 1.
    ///
    /// # Errors
    /// When they are not.
    pub fn check(&self) -> Result<()> {
        let matrix = &self.camera_to_world;
        let is_finite = matrix.iter().flatten().all(|number| number.is_finite());
        ensure!(is_finite, "camera_to_world must have finite numbers");
        for (a, b) in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)] {
            let product: f32 = (0..3).map(|row| matrix[row][a] * matrix[row][b]).sum();
            let expected = if a == b { 1.0 } else { 0.0 };
            ensure!(
                (product - expected).abs() < 1e-3,
                "the first three columns of camera_to_world must be orthogonal axes of length 1"
            );
        }
        Ok(())
    }

    /// The pose if the matrix's unit has this length in metres.
    #[must_use]
    pub fn in_metres(mut self, unit: f32) -> Self {
        for row in &mut self.camera_to_world[..3] {
            row[3] *= unit;
        }
        self
    }

    /// A point in the camera's axes, in the world's.
    pub fn to_world(&self, point: [f32; 3]) -> [f32; 3] {
        let matrix = &self.camera_to_world;
        let along = |row: usize| {
            (0..3)
                .map(|axis| matrix[row][axis] * point[axis])
                .sum::<f32>()
        };
        [0, 1, 2].map(|row| along(row) + matrix[row][3])
    }

    /// A point in the world's axes, in the camera's.
    pub fn from_world(&self, point: [f32; 3]) -> [f32; 3] {
        let matrix = &self.camera_to_world;
        let [x, y, z] = [0, 1, 2].map(|row| point[row] - matrix[row][3]);
        self.direction_from_world([x, y, z])
    }

    /// A direction in the world's axes, in the camera's.
    pub fn direction_from_world(&self, direction: [f32; 3]) -> [f32; 3] {
        let matrix = &self.camera_to_world;
        // The axes are orthogonal, so the inverse is the transpose.
        [0, 1, 2].map(|axis| (0..3).map(|row| matrix[row][axis] * direction[row]).sum())
    }
}

/// A frame of a camera path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathFrame {
    /// Name of the path.
    pub sequence: String,
    /// Number of the frame in it.
    pub frame: u64,
    /// Where the camera is.
    pub camera_to_world: Pose,
}

/// The order of frames in which those of a path follow each other by number, at the place of the first of them.
pub(super) fn order(frames: &[Option<PathFrame>]) -> Vec<usize> {
    let mut first = std::collections::HashMap::new();
    let mut keys = Vec::with_capacity(frames.len());
    for (index, frame) in frames.iter().enumerate() {
        keys.push(match frame {
            Some(frame) => (*first.entry(&frame.sequence).or_insert(index), frame.frame),
            None => (index, 0),
        });
    }
    let mut order: Vec<usize> = (0..frames.len()).collect();
    order.sort_by_key(|&index| keys[index]);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(sequence: &str, frame: u64) -> Option<PathFrame> {
        Some(PathFrame {
            sequence: sequence.into(),
            frame,
            camera_to_world: Pose::new([[0.0; 4]; 4]),
        })
    }

    #[test]
    fn points_come_back() {
        let pose = Pose::new([
            [0.0, 0.0, -1.0, 2.0],
            [0.0, 1.0, 0.0, 3.0],
            [1.0, 0.0, 0.0, 4.0],
            [0.0, 0.0, 0.0, 1.0],
        ]);
        assert!(pose.check().is_ok());
        // One to the right of the camera is further along the world's z.
        assert_eq!(pose.to_world([1.0, 0.0, 0.0]), [2.0, 3.0, 5.0]);
        assert_eq!(pose.from_world([2.0, 3.0, 5.0]), [1.0, 0.0, 0.0]);
        let far = pose.in_metres(0.01).to_world([0.0; 3]);
        assert!((far[0] - 0.02).abs() < 1e-6);
        let nan = Pose::new([[f32::NAN; 4]; 4]);
        assert!(nan.check().is_err() && Pose::new([[0.0; 4]; 4]).check().is_err());
    }

    #[test]
    fn frames_of_a_path_follow_each_other() {
        let frames = [
            frame("a", 10),
            None,
            frame("b", 1),
            frame("a", 9),
            frame("b", 0),
        ];
        assert_eq!(order(&frames), [3, 0, 1, 4, 2]);
    }
}
