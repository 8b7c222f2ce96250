//! Selects, smooths and thins the curves of a report.

use crate::{
    readable::words,
    training::{DiscriminatorLoss, GeneratorLoss, LogLine},
};

/// Maximum number of points of a curve; more than the pixels of a chart would only make the page larger.
const COLUMNS: usize = 400;
/// The smoothing window is the length of the log divided by this.
const PARTS: usize = 16;
const STEP: &str = "step";

/// A chart: curves with a common axis.
pub(super) struct Chart {
    pub(super) title: String,
    /// The name of the horizontal axis.
    pub(super) axis: &'static str,
    /// The range of values; if absent, it depends on the curves.
    pub(super) range: Option<(f64, f64)>,
    pub(super) curves: Vec<Curve>,
}

/// A curve over the horizontal axis.
pub(super) struct Curve {
    /// Its name; empty if it is the only curve of the chart.
    pub(super) name: String,
    /// The points as logged.
    pub(super) raw: Vec<Point>,
    /// The smoothed points, if the curve is smoothed.
    pub(super) smoothed: Option<Vec<Point>>,
}

/// Position on the horizontal axis, and value.
pub(super) type Point = (u64, f64);

/// The charts of a log, without losses that the run does not use, such as the perceptual loss without its network.
pub(super) fn charts(lines: &[LogLine]) -> Vec<Chart> {
    let window = window(lines.len());
    let mut charts = Vec::new();
    let terms = GeneratorLoss::default().parts();
    for (index, (name, _)) in terms.into_iter().enumerate() {
        let title = format!("Generator: {}", words(name));
        let term = |line: &LogLine| line.generator.parts()[index].1;
        charts.push(chart(title, [curve("", lines, window, term)]));
    }
    let parts = DiscriminatorLoss::default().parts();
    let curves = parts.into_iter().enumerate().map(|(index, (name, _))| {
        curve(name, lines, window, |line| {
            line.discriminator.parts()[index].1
        })
    });
    charts.push(chart("Discriminator".into(), curves));
    charts.retain(|chart| !chart.curves.is_empty());
    let rate = lines.iter().map(|line| (line.step, line.rate)).collect();
    charts.push(Chart {
        title: "Learning-rate factor".into(),
        axis: STEP,
        range: Some((0.0, 1.0)),
        curves: vec![Curve {
            name: String::new(),
            raw: extremes(rate),
            smoothed: None,
        }],
    });
    charts
}

/// Length of the smoothing window in lines; odd, so that it is centred.
pub(super) fn window(lines: usize) -> usize {
    lines / PARTS / 2 * 2 + 1
}

fn chart(title: String, curves: impl IntoIterator<Item = Option<Curve>>) -> Chart {
    Chart {
        title,
        axis: STEP,
        range: None,
        curves: curves.into_iter().flatten().collect(),
    }
}

/// The curve of a loss, from where a stage or the end of the warm-up begins to use it; before, it is logged as 0.
fn curve(
    name: &'static str,
    lines: &[LogLine],
    window: usize,
    value: impl Fn(&LogLine) -> f32,
) -> Option<Curve> {
    let point = |line: &LogLine| (line.step, f64::from(value(line)));
    let points = lines.iter().map(point);
    let raw: Vec<Point> = points.skip_while(|(_, value)| *value == 0.0).collect();
    if raw.is_empty() {
        return None;
    }
    let smoothed = (window > 1).then(|| every_nth(&smooth(&raw, window)));
    Some(Curve {
        name: name.into(),
        raw: extremes(raw),
        smoothed,
    })
}

/// Moving average with a centred window, which is truncated at the ends.
fn smooth(points: &[Point], window: usize) -> Vec<Point> {
    let reach = window / 2;
    let mean = |index: usize| {
        let around = &points[index.saturating_sub(reach)..points.len().min(index + reach + 1)];
        around.iter().map(|(_, value)| value).sum::<f64>() / around.len() as f64
    };
    let means = points.iter().enumerate();
    means
        .map(|(index, (step, _))| (*step, mean(index)))
        .collect()
}

/// The minimum and maximum of each column.
fn extremes(points: Vec<Point>) -> Vec<Point> {
    if points.len() <= 2 * COLUMNS {
        return points;
    }
    let columns = points.chunks(points.len().div_ceil(COLUMNS));
    let ends = columns.flat_map(|column| {
        let by_value = |a: &&Point, b: &&Point| a.1.total_cmp(&b.1);
        let low = column.iter().min_by(by_value);
        let high = column.iter().max_by(by_value);
        let mut ends: Vec<Point> = low.into_iter().chain(high).copied().collect();
        ends.sort_by_key(|(step, _)| *step);
        ends
    });
    ends.collect()
}

/// Every n-th point of a curve, including the last one.
fn every_nth(points: &[Point]) -> Vec<Point> {
    let stride = points.len().div_ceil(COLUMNS).max(1);
    let mut kept: Vec<Point> = points.iter().rev().step_by(stride).copied().collect();
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: u64, adversarial: f32) -> LogLine {
        LogLine {
            step,
            stage: 1,
            epoch: 0,
            rate: 1.0,
            seconds_per_step: 1.0,
            waiting: 0.0,
            seconds: None,
            generator: GeneratorLoss {
                adversarial,
                pixel: 0.5,
                ..GeneratorLoss::default()
            },
            discriminator: DiscriminatorLoss::default(),
        }
    }

    #[test]
    fn losses_that_a_run_does_not_have_get_no_chart() {
        let titles = |lines: &[LogLine]| -> Vec<String> {
            charts(lines).into_iter().map(|chart| chart.title).collect()
        };
        let warm_up = [line(1, 0.0), line(2, 0.0)];
        assert_eq!(
            titles(&warm_up),
            ["Generator: pixel", "Learning-rate factor"]
        );
        let training = [line(1, 0.0), line(2, 0.0), line(3, -1.0), line(4, 0.0)];
        assert_eq!(titles(&training).len(), 3);
        let adversarial = &charts(&training)[0].curves[0];
        assert_eq!(adversarial.raw, [(3, -1.0), (4, 0.0)]);
    }

    #[test]
    fn smoothed_points_are_means_of_what_is_around_them() {
        let points = [(1, 3.0), (2, 6.0), (3, 0.0), (4, 3.0)];
        let means = [(1, 4.5), (2, 3.0), (3, 3.0), (4, 1.5)];
        assert_eq!(smooth(&points, 3), means);
        assert_eq!(smooth(&points, 1), points);
        assert_eq!([1, 40, 200].map(window), [1, 3, 13]);
    }

    #[test]
    fn long_curves_are_thinned_but_keep_their_peaks() {
        let mut points: Vec<Point> = (0..100_000).map(|n| (n, 0.0)).collect();
        points[54_321].1 = 7.0;
        points[54_322].1 = -7.0;
        let kept = extremes(points.clone());
        assert!(kept.len() <= 2 * COLUMNS);
        assert!(kept.contains(&(54_321, 7.0)) && kept.contains(&(54_322, -7.0)));
        assert!(kept.is_sorted_by_key(|(step, _)| *step));
        let kept = every_nth(&points);
        assert!(kept.len() <= COLUMNS && kept.last() == points.last());
    }
}
