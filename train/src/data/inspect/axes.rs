//! Finds the axes along which a dataset's normals fit its depth.

use multicond::label::Axes;
use ndarray::{Array3, Axis};

use crate::data::{Format, Part};

/// Mean cosine with the normals of the depth that axes must reach to be proposed, and by which they must be better
/// than those assumed.
const FITTING: f64 = 0.7;
const BETTER: f64 = 0.3;
/// Axes whose mean cosines differ less cannot be told apart: the scene has too few orientations.
const ALIKE: f64 = 0.02;

/// How well normals fit those of the depth along any axes: sums of products of their components.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AxesFit {
    /// By component of the normals, then of those derived.
    products: [[f64; 3]; 3],
    pixels: f64,
}

impl AxesFit {
    pub(super) fn of(normals: &Array3<f32>, derived: &Array3<f32>) -> Self {
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
    pub(super) fn proposal(&self, part: &Part) -> Option<String> {
        let normals = part.own_label("normals")?;
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
        Some(format!("{fitting}; {}", remedy(part, axes)))
    }
}

/// What to write where, so that normals are read along these axes.
fn remedy(part: &Part, axes: Axes) -> String {
    match part.format() {
        Format::Taskonomy => format!(
            "write `normal_axes = \"{axes}\"` into {}, or give --normal-axes {axes}",
            part.root().join("layout.toml").display()
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
}
