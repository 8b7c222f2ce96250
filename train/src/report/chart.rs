//! Charts as SVG. Its colours are those for light pages; the page's style sheet replaces them on dark ones.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::curves::{Chart, Curve, Point};

const SIZE: (u32, u32) = (480, 260);
const INK: RGBColor = RGBColor(0x40, 0x40, 0x40);
const GRID: RGBColor = RGBColor(0xe0, 0xe0, 0xe0);
/// A curve's colour by its place in the chart.
const CURVES: [RGBColor; 2] = [RGBColor(0x1f, 0x5f, 0xa8), RGBColor(0xc2, 0x57, 0x1a)];
/// Below this many points a curve shows each.
const FEW: usize = 30;
/// Above this many its line as logged fills an area.
const MANY: usize = 400;

/// Draws a chart of steps up to `last`.
pub(super) fn svg(chart: &Chart, last: u64) -> Result<String> {
    let mut text = String::new();
    draw(&mut text, chart, last).map_err(|error| anyhow!("chart of `{}`: {error}", chart.title))?;
    Ok(text)
}

fn draw(text: &mut String, chart: &Chart, last: u64) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    let (low, high) = chart.range.unwrap_or_else(|| range(chart));
    let mut context = ChartBuilder::on(&area)
        .margin(8)
        .margin_right(20)
        .x_label_area_size(44)
        .y_label_area_size(52)
        .build_cartesian_2d(0..last, low..high)?;
    context
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .label_style(("sans-serif", 15).into_font().color(&INK))
        .x_desc("step")
        .x_labels(6)
        .y_labels(6)
        .draw()?;
    let curves = || chart.curves.iter().zip(CURVES);
    for (Curve { raw, smoothed, .. }, colour) in curves() {
        let (share, width) = match smoothed {
            None => (1.0, 2),
            Some(_) if raw.len() <= MANY => (0.4, 1),
            Some(_) => (0.2, 1),
        };
        let line = colour.mix(share).stroke_width(width);
        context.draw_series(LineSeries::new(raw.iter().copied(), line))?;
        if raw.len() < FEW {
            let dot = |point: &Point| Circle::new(*point, 3, colour.filled());
            context.draw_series(raw.iter().map(dot))?;
        }
    }
    // On top of what was logged for any curve.
    for (curve, colour) in curves() {
        if let Some(smoothed) = &curve.smoothed {
            let line = colour.stroke_width(2);
            context.draw_series(LineSeries::new(smoothed.iter().copied(), line))?;
        }
    }
    area.present()?;
    Ok(())
}

/// The values that the vertical axis spans: all there are, and some room.
fn range(chart: &Chart) -> (f64, f64) {
    let values = || {
        let points = chart.curves.iter().flat_map(|curve| &curve.raw);
        points.map(|(_, value)| *value)
    };
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let room = match high - low {
        0.0 => 0.1 * high.abs().max(0.1),
        span => 0.05 * span,
    };
    // What cannot be negative gets no axis below 0.
    let bottom = if low >= 0.0 {
        (low - room).max(0.0)
    } else {
        low - room
    };
    (bottom, high + room)
}
