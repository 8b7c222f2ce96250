//! Compares normals and curvature with those that follow from depth, to detect files whose axes or signs are not what
//! their layout says.

use multicond::label::{Axes, Label, LabelMap};
use ndarray::{Array3, Axis, Zip};

use crate::data::{Dataset, Format, Sample, derive};

/// Median angle in degrees between the normals and those derived from depth above which their axes are in doubt.
const DOUBTFUL_ANGLE: f32 = 45.0;
/// Mean cosine with the normals of the depth that axes must reach to be proposed, and by which they must be better
/// than those assumed.
const FITTING: f64 = 0.7;
const BETTER: f64 = 0.3;
/// Axes whose mean cosines differ less cannot be told apart: the scene has too few orientations.
const ALIKE: f64 = 0.02;
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

/// How well normals fit those of the depth along any axes: sums of products of their components.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AxesFit {
    /// By component of the normals, then of those derived.
    products: [[f64; 3]; 3],
    pixels: f64,
}

impl AxesFit {
    fn of(normals: &Array3<f32>, derived: &Array3<f32>) -> Self {
        let mut fit = Self::default();
        let pairs = normals.lanes(Axis(0)).into_iter();
        for (normal, derived) in pairs.zip(derived.lanes(Axis(0))) {
            if normal.iter().chain(&derived).all(|value| value.is_finite()) {
                fit.pixels += 1.0;
                for (row, a) in fit.products.iter_mut().zip(&normal) {
                    for (product, b) in row.iter_mut().zip(&derived) {
                        *product += f64::from(a * b);
                    }
                }
            }
        }
        fit
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.pixels += other.pixels;
        let mine = self.products.iter_mut().flatten();
        mine.zip(other.products.iter().flatten())
            .for_each(|(mine, other)| *mine += other);
    }

    /// The mean cosine if the files' axes, which were taken for `assumed`, are `axes`.
    fn cosine(&self, assumed: Axes, axes: Axes) -> f64 {
        let mut sum = 0.0;
        for (component, products) in self.products.iter().enumerate() {
            let mut unit = [0.0; 3];
            unit[component] = 1.0;
            let turned = axes.to_ours(assumed.from_ours(unit));
            let pairs = turned.iter().zip(products);
            sum += pairs.map(|(a, b)| f64::from(*a) * b).sum::<f64>();
        }
        sum / self.pixels
    }

    /// The axes that fit much better than those assumed, with their mean cosine, and those that fit as well.
    fn better(&self, assumed: Axes) -> Option<(f64, Vec<Axes>)> {
        let cosines: Vec<(Axes, f64)> = Axes::all()
            .map(|axes| (axes, self.cosine(assumed, axes)))
            .collect();
        let best = cosines.iter().map(|(_, cosine)| *cosine);
        // `max` ignores NaN, which all are if there are no pixels.
        let best = best.fold(f64::NEG_INFINITY, f64::max);
        if best < FITTING || best < self.cosine(assumed, assumed) + BETTER {
            return None;
        }
        let like_best = cosines.into_iter().filter(|(_, c)| *c > best - ALIKE);
        Some((best, like_best.map(|(axes, _)| axes).collect()))
    }

    /// Proposes other axes for the normals of a dataset, if they fit much better.
    pub(super) fn proposal(&self, dataset: &Dataset) -> Option<String> {
        let normals = dataset.label("normals").ok()?;
        let assumed = normals.png.map(|code| code.axes).unwrap_or_default();
        let (cosine, axes) = self.better(assumed)?;
        let angle = cosine.clamp(-1.0, 1.0).acos().to_degrees();
        let names: Vec<String> = axes.iter().map(|axes| format!("`{axes}`")).collect();
        let fitting = format!(
            "label `normals`: along the axes {} they differ from the normals of the depth by {angle:.0} degrees, \
             along `{assumed}`, which was assumed, by {:.0}",
            names.join(" or "),
            self.cosine(assumed, assumed)
                .clamp(-1.0, 1.0)
                .acos()
                .to_degrees(),
        );
        let [axes] = axes[..] else {
            return Some(format!(
                "{fitting}; the frames show too few orientations to tell which"
            ));
        };
        Some(format!("{fitting}; {}", remedy(dataset, axes)))
    }
}

/// What to write where, so that normals are read along these axes.
fn remedy(dataset: &Dataset, axes: Axes) -> String {
    match dataset.format() {
        Format::Taskonomy => format!(
            "write `normal_axes = \"{axes}\"` into {}, or give --normal-axes {axes}",
            dataset.root().join("layout.toml").display()
        ),
        Format::Prepared => format!("prepare it again, with --normal-axes {axes}"),
        Format::Table => format!(
            "for PNG files write `\"axes\": \"{axes}\"` into the `png` of `normals` in labels.json"
        ),
        Format::Frames => "see `space` in the [normals] of frames.toml".into(),
        Format::Cityscapes | Format::Nyu | Format::Pictures => "they are derived".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unit vectors that face the camera in many directions.
    fn directions() -> Array3<f32> {
        let mut directions = Array3::zeros((3, 16, 16));
        for ((row, column), _) in directions.clone().index_axis(Axis(0), 0).indexed_iter() {
            let (x, y) = (column as f32 / 10.0 - 0.6, row as f32 / 10.0 - 0.7);
            let length = (x * x + y * y + 1.0).sqrt();
            for (channel, value) in [x, y, 1.0].into_iter().enumerate() {
                directions[[channel, row, column]] = value / length;
            }
        }
        directions
    }

    /// What is read from files along `axes` that are taken for `assumed`.
    fn misread(truth: &Array3<f32>, axes: Axes, assumed: Axes) -> Array3<f32> {
        let mut read = truth.clone();
        for mut lane in read.lanes_mut(Axis(0)) {
            let stored = axes.from_ours([lane[0], lane[1], lane[2]]);
            let ours = assumed.to_ours(stored);
            lane.iter_mut()
                .zip(ours)
                .for_each(|(out, value)| *out = value);
        }
        read
    }

    #[test]
    fn any_axes_taken_for_any_others_are_found() {
        let truth = directions();
        for axes in Axes::all() {
            for assumed in [Axes::OURS, Axes::IMAGE, "up,left,away".parse().unwrap()] {
                let read = misread(&truth, axes, assumed);
                let fit = AxesFit::of(&read, &truth);
                match fit.better(assumed) {
                    Some((cosine, best)) => {
                        assert_eq!(best, [axes]);
                        assert!(cosine > 0.999);
                    }
                    None => assert!(fit.cosine(assumed, assumed) > 0.7, "{axes} {assumed}"),
                }
            }
        }
    }

    #[test]
    fn a_wall_cannot_tell_right_from_left() {
        let mut wall = Array3::zeros((3, 8, 8));
        wall.index_axis_mut(Axis(0), 2).fill(1.0);
        let read = misread(&wall, Axes::IMAGE, Axes::OURS);
        let (_, best) = AxesFit::of(&read, &wall).better(Axes::OURS).unwrap();
        assert!(best.len() > 1 && best.contains(&Axes::IMAGE));
        assert!(AxesFit::default().better(Axes::OURS).is_none());
    }

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
