//! Checks a dataset for unreadable frames and implausible values.

use anyhow::Result;
use indicatif::ProgressBar;
use multicond::label::{Encoding, Label, LabelMap};
use ndarray::{Array3, Axis};
use serde::Serialize;

use super::{
    axes::AxesFit,
    coverage::Coverage,
    each_frame,
    geometry::Geometry,
    unfilled::{Seen, never_seen, of_settings},
};
use crate::{
    data::{Dataset, Intrinsics, Part, Sample},
    readable::percent,
};

/// Tolerated fraction of pixels with an impossible value, which renderers produce as noise.
const TOLERATED: f64 = 0.001;
/// Tolerated fraction of normals that face away from the camera, as on back faces and edges of smooth-shaded models.
const TOLERATED_AWAY: f64 = 0.2;
/// Distance in metres that few pictures exceed in most pixels.
const FARTHEST: f32 = 300.0;

/// A problem that makes a frame or the dataset unusable or doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The frame's name; `None` for a problem of the dataset as a whole.
    pub frame: Option<String>,
    /// A description: the file or label, what is wrong, and what was expected.
    pub message: String,
}

/// Reads every frame with all of its labels and returns the problems, those of the dataset last.
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
    let (mut problems, mut coverage) = (Vec::new(), Vec::new());
    let is_alone = dataset.parts().len() == 1;
    for part in dataset.parts() {
        let (mut of_part, mut labels) = check_part(part, progress)?;
        if !is_alone {
            let of_part = of_part.iter_mut().filter(|problem| problem.frame.is_none());
            of_part.for_each(|problem| {
                problem.message = format!("{}: {}", part.name(), problem.message)
            });
            labels
                .iter_mut()
                .for_each(|label| label.dataset = Some(part.name().into()));
        }
        problems.extend(of_part);
        coverage.extend(labels);
    }
    // Those of frames first.
    problems.sort_by_key(|problem| problem.frame.is_none());
    Ok((problems, coverage))
}

fn check_part(part: &Part, progress: &ProgressBar) -> Result<(Vec<Problem>, Vec<Coverage>)> {
    let frames = (0..part.frames().len()).collect();
    let look = |part: &Part, index: usize| match part.read_whole(index) {
        Ok(sample) => Look::at(part, index, &sample),
        Err(error) => Look {
            messages: vec![format!("{error:#}")],
            seen: Seen::none(part.labels()),
            normals: AxesFit::default(),
        },
    };
    let mut all = Vec::new();
    let mut seen = Seen::none(part.labels());
    let mut normals = AxesFit::default();
    each_frame(part, frames, progress, look, |index, look| {
        seen.add(&look.seen);
        normals.add(&look.normals);
        all.extend(look.messages.into_iter().map(|message| Problem {
            frame: Some(part.frames()[index].clone()),
            message,
        }));
        Ok(())
    })?;
    let mut of_part: Vec<String> = of_settings(part).collect();
    of_part.extend(never_seen(part, part.labels(), &seen));
    let has_classes = part.labels().iter().any(|label| label.classes().is_some());
    // A label that has no value, or is not there, is enough to say.
    let is_new = |rule: &String| {
        let said = of_part.iter().any(|message| message.contains(rule));
        has_classes && !said
    };
    let unmatched: Vec<String> = part.unmatched().into_iter().filter(is_new).collect();
    of_part.extend(unmatched);
    of_part.extend(normals.proposal(part));
    all.extend(of_part.into_iter().map(|message| Problem {
        frame: None,
        message,
    }));
    Ok((all, seen.labels))
}

/// What is found in a frame.
struct Look {
    messages: Vec<String>,
    seen: Seen,
    normals: AxesFit,
}

impl Look {
    fn at(part: &Part, index: usize, sample: &Sample) -> Self {
        let labels = part.labels();
        let at = |label: &Label, problem: String| {
            let file = part.file(index, label);
            format!("{}: label `{}`: {problem}", file.display(), label.name)
        };
        let maps = sample.labels.iter().zip(labels);
        let impossible = maps.filter_map(|(map, label)| match map {
            LabelMap::Classes(_) => None,
            LabelMap::Values(values) => {
                impossible(values, label, sample.camera).map(|problem| at(label, problem))
            }
        });
        let doubts = part.doubts(index).into_iter();
        let geometry = Geometry::of(sample, labels);
        let doubtful = geometry.problems.into_iter();
        let doubtful = doubtful.map(|(label, problem)| at(&label, problem));
        Self {
            messages: doubts.chain(impossible).chain(doubtful).collect(),
            seen: Seen::of(sample, labels),
            normals: geometry.normals,
        }
    }
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
