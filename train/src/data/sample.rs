//! Samples: a picture with its labels, objects and camera.

use multicond::{
    Size,
    label::{Label, LabelMap},
};
use ndarray::{Array2, Array3, Axis, Dimension, iter::LanesMut, s};

use super::Intrinsics;

/// A picture and its labels in physical units, with objects and camera if the data has them.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Name of the frame, for messages and as a seed for random numbers.
    pub name: String,
    /// RGB `[3, height, width]` in [0, 1].
    pub picture: Array3<f32>,
    /// One map per label, in the requested order.
    pub labels: Vec<LabelMap>,
    /// For each label, how far its pixels can be relied on, `[height, width]` from 0 to 1; `None` where that is not
    /// known, which counts as 1. Empty if it is known of no label.
    pub confidence: Vec<Option<Array2<f32>>>,
    /// Object indices `[height, width]`; 0 means no object.
    pub instances: Option<Array2<i32>>,
    /// The camera, if known.
    pub camera: Option<Intrinsics>,
}

impl Sample {
    /// Flips the sample horizontally, which also negates the x component of directions.
    pub fn flip(&mut self, schema: &[Label]) {
        mirror(self.picture.rows_mut());
        for (map, label) in self.labels.iter_mut().zip(schema) {
            match map {
                LabelMap::Classes(ids) => mirror(ids.rows_mut()),
                LabelMap::Values(values) => {
                    mirror(values.rows_mut());
                    if label.is_direction() {
                        values.index_axis_mut(Axis(0), 0).mapv_inplace(|x| -x);
                    }
                }
            }
        }
        for confidence in self.confidence.iter_mut().flatten() {
            mirror(confidence.rows_mut());
        }
        if let Some(instances) = &mut self.instances {
            mirror(instances.rows_mut());
        }
        if let Some(camera) = &mut self.camera {
            camera.cx = self.picture.dim().2 as f32 - camera.cx;
        }
    }
}

impl Sample {
    /// Crops the picture and all labels.
    ///
    /// # Panics
    /// When the crop extends beyond the picture.
    pub fn cut(&mut self, left: usize, top: usize, size: Size) {
        let (rows, columns) = (top..top + size.height, left..left + size.width);
        let part = s![.., rows.clone(), columns.clone()];
        self.picture = self.picture.slice(part).to_owned();
        for map in &mut self.labels {
            match map {
                LabelMap::Classes(ids) => {
                    *ids = ids.slice(s![rows.clone(), columns.clone()]).to_owned();
                }
                LabelMap::Values(values) => *values = values.slice(part).to_owned(),
            }
        }
        for confidence in self.confidence.iter_mut().flatten() {
            *confidence = confidence
                .slice(s![rows.clone(), columns.clone()])
                .to_owned();
        }
        if let Some(instances) = &mut self.instances {
            *instances = instances.slice(s![rows, columns]).to_owned();
        }
        if let Some(camera) = &mut self.camera {
            camera.cx -= left as f32;
            camera.cy -= top as f32;
        }
    }
}

/// Reverses rows in memory; a negative stride would slow down later operations.
fn mirror<T: Copy, D: Dimension>(rows: LanesMut<'_, T, D>) {
    for mut row in rows {
        let length = row.len();
        for x in 0..length / 2 {
            row.swap(x, length - 1 - x);
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_flip_mirrors_everything_and_negates_the_x_of_normals() {
        let mut sample = Sample {
            name: "frame".into(),
            picture: Array3::from_shape_fn((3, 1, 2), |(_, _, x)| x as f32),
            labels: vec![
                LabelMap::Classes(array![[3, 4]]),
                LabelMap::Values(Array3::from_shape_fn((3, 1, 2), |(c, _, x)| {
                    (10 * c + x) as f32
                })),
            ],
            confidence: vec![Some(array![[0.25, 0.5]]), None],
            instances: Some(array![[1, 2]]),
            camera: None,
        };
        sample.flip(&[Label::semantics(["a"; 5]), Label::normals()]);
        assert_eq!(sample.picture[[0, 0, 0]], 1.0);
        assert_eq!(sample.labels[0], LabelMap::Classes(array![[4, 3]]));
        let LabelMap::Values(normals) = &sample.labels[1] else {
            panic!("normals are continuous")
        };
        assert_eq!(normals[[0, 0, 0]], -1.0);
        assert_eq!(normals[[1, 0, 0]], 11.0);
        assert_eq!(sample.confidence, [Some(array![[0.5, 0.25]]), None]);
        assert_eq!(sample.instances, Some(array![[2, 1]]));
    }

    #[test]
    fn a_cut_is_the_same_part_of_everything() {
        let numbers = Array2::from_shape_fn((4, 5), |(y, x)| (10 * y + x) as i32);
        let planes = |channels| {
            Array3::from_shape_fn((channels, 4, 5), |(c, y, x)| (100 * c + 10 * y + x) as f32)
        };
        let mut sample = Sample {
            name: "frame".into(),
            picture: planes(3),
            labels: vec![
                LabelMap::Classes(numbers.mapv(|number| number as _)),
                LabelMap::Values(planes(1)),
            ],
            confidence: vec![None, Some(numbers.mapv(|number| number as f32))],
            instances: Some(numbers),
            camera: Some(Intrinsics {
                fx: 3.0,
                fy: 4.0,
                cx: 2.5,
                cy: 2.0,
            }),
        };
        let size = Size {
            width: 2,
            height: 1,
        };
        sample.cut(3, 2, size);
        let rows = |channel: f32| array![[100.0 * channel + 23.0, 100.0 * channel + 24.0]];
        for (channel, plane) in sample.picture.outer_iter().enumerate() {
            assert_eq!(plane, rows(channel as f32));
        }
        assert_eq!(sample.labels[0], LabelMap::Classes(array![[23, 24]]));
        let depth = rows(0.0).insert_axis(Axis(0));
        assert_eq!(sample.labels[1], LabelMap::Values(depth));
        assert_eq!(sample.confidence, [None, Some(array![[23.0, 24.0]])]);
        assert_eq!(sample.instances, Some(array![[23, 24]]));
        let camera = sample.camera.expect("kept");
        assert_eq!((camera.cx, camera.cy), (-0.5, 0.0));
    }
}
