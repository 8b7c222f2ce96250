//! Compares normals and curvature with those that follow from depth, to detect files whose axes or signs are not what
//! their layout says.

use multicond::label::{Label, LabelMap};
use ndarray::{Array3, Axis, Zip};

use super::axes::AxesFit;
use crate::data::{Sample, derive};

/// Median angle in degrees between the normals and those derived from depth above which their axes are in doubt.
const DOUBTFUL_ANGLE: f32 = 45.0;
/// Mean curvature in 1/m from which a surface counts as curved, and the least number of such pixels to judge by.
const CURVED: f32 = 1.0;
const ENOUGH: usize = 64;
/// Correlation of mean curvatures below which the sign is opposite.
const OPPOSITE: f64 = -0.3;
/// Largest curvature that is compared: derived curvature has outliers at creases.
const SHARPEST: f32 = 33.0;

/// What a frame's depth says about its other labels.
#[derive(Default)]
pub(super) struct Geometry {
    /// What is wrong with a label.
    pub(super) problems: Vec<(Label, String)>,
    /// How the normals compare with the depth's.
    pub(super) normals: AxesFit,
}

impl Geometry {
    /// Compares the labels of a frame that has depth and a camera.
    pub(super) fn of(sample: &Sample, labels: &[Label]) -> Self {
        let map = |name: &str| {
            let place = labels.iter().position(|label| label.name == name)?;
            match &sample.labels[place] {
                LabelMap::Values(values) => Some((&labels[place], values)),
                LabelMap::Classes(_) => None,
            }
        };
        let (normals, curvature) = (map("normals"), map("curvature"));
        let (Some(camera), Some((_, depth))) = (sample.camera, map("depth")) else {
            return Self::default();
        };
        if normals.is_none() && curvature.is_none() {
            return Self::default();
        }
        let depth = depth.index_axis(Axis(0), 0);
        let derived = derive::normals(depth, &camera);
        let mut found = Self::default();
        if let Some((label, normals)) = normals {
            found.normals = AxesFit::of(normals, &derived);
            if let Some(problem) = disagreement(normals, &derived) {
                found.problems.push((label.clone(), problem));
            }
        }
        if let Some((label, curvature)) = curvature {
            let soft = derive::soften(derived.view());
            let derived = derive::curvature(depth, soft.view(), &camera);
            if let Some(problem) = opposition(curvature, &derived) {
                found.problems.push((label.clone(), problem));
            }
        }
        found
    }
}

/// Describes normals that point elsewhere than those of the depth.
fn disagreement(normals: &Array3<f32>, derived: &Array3<f32>) -> Option<String> {
    let mut cosines: Vec<f32> = normals
        .lanes(Axis(0))
        .into_iter()
        .zip(derived.lanes(Axis(0)))
        .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a * b).sum())
        .filter(|cosine: &f32| cosine.is_finite())
        .collect();
    if cosines.is_empty() {
        return None;
    }
    let middle = cosines.len() / 2;
    let (_, median, _) = cosines.select_nth_unstable_by(middle, f32::total_cmp);
    let angle = median.clamp(-1.0, 1.0).acos().to_degrees();
    (angle > DOUBTFUL_ANGLE).then(|| {
        format!(
            "differ from the normals of the depth by {angle:.0} degrees (median); expected x right, y up, z towards \
             the camera"
        )
    })
}

/// Describes curvature with the opposite sign of the depth's.
fn opposition(curvature: &Array3<f32>, derived: &Array3<f32>) -> Option<String> {
    let mean = |values: &Array3<f32>| {
        let [k1, k2] = [0, 1].map(|channel| values.index_axis(Axis(0), channel).to_owned());
        let mut mean = k1;
        Zip::from(&mut mean).and(&k2).for_each(|mean, k2| {
            let sharpest = |k: f32| k.clamp(-SHARPEST, SHARPEST);
            *mean = (sharpest(*mean) + sharpest(*k2)) / 2.0;
        });
        mean
    };
    let pairs: Vec<(f64, f64)> = mean(curvature)
        .iter()
        .zip(&mean(derived))
        .filter(|(a, b)| a.abs() > CURVED && b.is_finite() && a.is_finite())
        .map(|(&a, &b)| (f64::from(a), f64::from(b)))
        .collect();
    if pairs.len() < ENOUGH {
        return None;
    }
    // About zero, not about the means: a set of balls is curved everywhere alike.
    let sum = |value: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>();
    let both = (sum(&|(a, _)| a * a) * sum(&|(_, b)| b * b)).sqrt();
    let correlation = sum(&|(a, b)| a * b) / both;
    (correlation < OPPOSITE).then(|| {
        format!(
            "has the opposite sign of the depth's curvature (correlation {correlation:.2}); expected convex positive"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposite_curvature_is_noticed_and_flat_or_noisy_one_is_not() {
        let truth = Array3::from_shape_fn((2, 16, 16), |(k, y, x)| {
            (x as f32 - 7.5) * (y as f32 - 7.5) / 4.0 - k as f32
        });
        assert!(opposition(&truth, &truth).is_none());
        assert!(opposition(&-&truth, &truth).unwrap().contains("opposite"));
        let ball = Array3::from_elem((2, 16, 16), 3.0);
        assert!(opposition(&ball, &ball).is_none());
        assert!(opposition(&-&ball, &ball).is_some());
        let flat = Array3::from_elem((2, 16, 16), 0.01);
        assert!(opposition(&-&flat, &flat).is_none());
        let unknown = Array3::from_elem((2, 16, 16), f32::NAN);
        assert!(opposition(&truth, &unknown).is_none());
    }
}
