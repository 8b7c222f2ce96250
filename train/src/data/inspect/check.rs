//! Checks a dataset for unreadable frames and implausible values.

use anyhow::Result;
use indicatif::ProgressBar;
use multicond::label::{Encoding, Label, LabelMap};
use ndarray::{Array3, ArrayView2, Axis};
use serde::Serialize;

use super::{coverage::Coverage, each_frame};
use crate::{
    data::{Dataset, Intrinsics, Sample, derive},
    readable::percent,
};

/// Tolerated fraction of pixels with an impossible value, which renderers produce as noise.
const TOLERATED: f64 = 0.001;
/// Tolerated fraction of normals that face away from the camera, as on back faces and edges of smooth-shaded models.
const TOLERATED_AWAY: f64 = 0.2;
/// Distance in metres that few pictures exceed in most pixels.
const FARTHEST: f32 = 300.0;
/// Median angle in degrees between the normals and those derived from depth above which their axes are in doubt.
const DOUBTFUL_ANGLE: f32 = 45.0;

/// A problem that makes a frame unusable or doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The frame's name.
    pub frame: String,
    /// A description: the file or label, what is wrong, and what was expected.
    pub message: String,
}

/// Reads every frame with all of its labels and returns the problems.
///
/// # Errors
/// When reader threads fail. A frame that cannot be read is a problem, not an error.
pub fn check(dataset: &Dataset, progress: &ProgressBar) -> Result<Vec<Problem>> {
    check_coverage(dataset, progress).map(|(problems, _)| problems)
}

/// As [`check`], and returns where each label is known in the frames that can be read.
///
/// # Errors
/// As [`check`].
pub fn check_coverage(
    dataset: &Dataset,
    progress: &ProgressBar,
) -> Result<(Vec<Problem>, Vec<Coverage>)> {
    let frames = (0..dataset.frames().len()).collect();
    let look = |dataset: &Dataset, index: usize| match dataset.read_whole(index, dataset.labels()) {
        Ok(sample) => {
            let mut found = dataset.doubts(index);
            found.extend(problems(dataset, index, &sample));
            (found, Coverage::of(&sample, dataset.labels()))
        }
        Err(error) => (vec![format!("{error:#}")], Vec::new()),
    };
    let mut all = Vec::new();
    let mut coverage = Coverage::none(dataset.labels());
    each_frame(
        dataset,
        frames,
        progress,
        look,
        |index, (messages, covered)| {
            for (sum, covered) in coverage.iter_mut().zip(&covered) {
                sum.add(covered);
            }
            all.extend(messages.into_iter().map(|message| Problem {
                frame: dataset.frames()[index].clone(),
                message,
            }));
            Ok(())
        },
    )?;
    Ok((all, coverage))
}

fn problems(dataset: &Dataset, index: usize, sample: &Sample) -> Vec<String> {
    let labels = dataset.labels();
    let place = |label: &Label| {
        let file = dataset.file(index, label);
        format!("{}: label `{}`", file.display(), label.name)
    };
    let maps = sample.labels.iter().zip(labels);
    let mut found: Vec<String> = maps
        .filter_map(|(map, label)| {
            let problem = match map {
                LabelMap::Classes(_) => None,
                LabelMap::Values(values) => impossible(values, label, sample.camera),
            };
            problem.map(|problem| format!("{}: {problem}", place(label)))
        })
        .collect();
    if let Some(problem) = disagreement(sample, labels) {
        found.push(format!("{}: {problem}", place(&Label::normals())));
    }
    found
}

/// Describes impossible values of a label, depending on its unit.
fn impossible(values: &Array3<f32>, label: &Label, camera: Option<Intrinsics>) -> Option<String> {
    let (unit, encoding) = (label.unit()?, label.encoding()?);
    let share = |is_bad: &dyn Fn(&[f32]) -> bool| {
        let mut pixel = vec![0.0; values.dim().0];
        let (mut present, mut bad) = (0usize, 0usize);
        for lane in values.lanes(Axis(0)) {
            pixel
                .iter_mut()
                .zip(lane)
                .for_each(|(out, &value)| *out = value);
            if pixel.iter().all(|value| value.is_finite()) {
                present += 1;
                bad += usize::from(is_bad(&pixel));
            }
        }
        bad as f64 / present.max(1) as f64
    };
    match (encoding, unit) {
        (Encoding::Direction, _) => {
            let away = looking_away(values, camera);
            (away > TOLERATED_AWAY).then(|| {
                let away = percent(away);
                format!("{away} of the directions face away from the camera; z points towards it")
            })
        }
        (_, "m") => {
            let behind = share(&|d| d[0] <= 0.0);
            let far = share(&|d| d[0] > FARTHEST);
            if behind > TOLERATED {
                return Some(format!(
                    "{} of the distances are not positive",
                    percent(behind)
                ));
            }
            (far > 0.5)
                .then(|| format!("more than half of it is beyond {FARTHEST} m; is it in metres?"))
        }
        (_, "1/m") => {
            let turned = share(&|k| k.windows(2).any(|pair| pair[0] < pair[1] - 1e-3));
            (turned > TOLERATED)
                .then(|| format!("{} have the smaller curvature first", percent(turned)))
        }
        (_, "strength" | "linear RGB" | "intensity") => {
            let outside = share(&|v| v.iter().any(|v| !(-1e-3..=1.001).contains(v)));
            (outside > TOLERATED)
                .then(|| format!("{} of the values are not between 0 and 1", percent(outside)))
        }
        _ => None,
    }
}

/// The fraction of directions that the camera cannot see. Without a camera, only directions count that no camera with
/// a field of view up to 105 degrees could see, because visible surfaces can have z below 0 away from the middle.
fn looking_away(values: &Array3<f32>, camera: Option<Intrinsics>) -> f64 {
    let (mut present, mut away) = (0usize, 0usize);
    let (channels, height, width) = values.dim();
    for y in 0..height {
        for x in 0..width {
            let z = values[[channels - 1, y, x]];
            let is_away = match camera {
                Some(camera) if channels == 3 => {
                    let [right, up] = camera.ray(y, x);
                    let along = values[[0, y, x]] * right + values[[1, y, x]] * up - z;
                    along / (1.0 + right * right + up * up).sqrt() > 0.1
                }
                _ => z < -0.8,
            };
            present += usize::from(z.is_finite());
            away += usize::from(z.is_finite() && is_away);
        }
    }
    away as f64 / present.max(1) as f64
}

/// Compares normals with those derived from depth, to detect normals whose axes are not the camera's.
fn disagreement(sample: &Sample, labels: &[Label]) -> Option<String> {
    let camera = sample.camera?;
    let map = |name: &str| {
        let place = labels.iter().position(|label| label.name == name)?;
        match &sample.labels[place] {
            LabelMap::Values(values) => Some(values),
            LabelMap::Classes(_) => None,
        }
    };
    let depth: ArrayView2<'_, f32> = map("depth")?.index_axis(Axis(0), 0);
    let normals = map("normals")?;
    let derived = derive::normals(depth, &camera);
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
