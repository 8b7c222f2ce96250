//! Charts as SVG, in the colours of the light theme; the style sheet replaces them in the dark theme.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::curves::{Chart, Curve, Point};

const SIZE: (u32, u32) = (480, 260);
const INK: RGBColor = RGBColor(0x40, 0x40, 0x40);
const GRID: RGBColor = RGBColor(0xe0, 0xe0, 0xe0);
/// Number of colours for curves; the same as in the style sheet.
pub(super) const COLOURS: usize = 6;
/// The colours of curves, by their index in the chart.
const CURVES: [RGBColor; COLOURS] = [
    RGBColor(0x1f, 0x5f, 0xa8),
    RGBColor(0xc2, 0x57, 0x1a),
    RGBColor(0x2e, 0x7d, 0x32),
    RGBColor(0x8e, 0x44, 0xad),
    RGBColor(0xb0, 0x30, 0x50),
    RGBColor(0x00, 0x83, 0x8f),
];
/// With fewer points than this, a curve also shows its points.
const FEW: usize = 30;
/// With more points than this, the raw curve is drawn paler.
const MANY: usize = 400;

/// Draws a chart whose horizontal axis ends at `last`.
pub(super) fn svg(chart: &Chart, last: u64) -> Result<String> {
    let mut text = String::new();
    draw(&mut text, chart, last).map_err(|error| anyhow!("chart of `{}`: {error}", chart.title))?;
    Ok(text)
}

fn draw(text: &mut String, chart: &Chart, last: u64) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
    let values = chart.curves.iter().flat_map(|curve| &curve.raw);
    let (low, high) = chart
        .range
        .unwrap_or_else(|| range(values.map(|(_, value)| *value)));
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
        .x_desc(chart.axis)
        .x_labels(6)
        .y_labels(6)
        .draw()?;
    let curves = || chart.curves.iter().zip(CURVES.into_iter().cycle());
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
    // On top of all raw curves.
    for (curve, colour) in curves() {
        if let Some(smoothed) = &curve.smoothed {
            let line = colour.stroke_width(2);
            context.draw_series(LineSeries::new(smoothed.iter().copied(), line))?;
        }
    }
    area.present()?;
    Ok(())
}

/// Draws a bar chart of at least one named value.
pub(super) fn bars(title: &str, bars: &[(String, f64)]) -> Result<String> {
    let mut text = String::new();
    draw_bars(&mut text, bars).map_err(|error| anyhow!("chart of `{title}`: {error}"))?;
    Ok(text)
}

fn draw_bars(text: &mut String, bars: &[(String, f64)]) -> Result<(), Box<dyn std::error::Error>> {
    let height = 44 + 26 * bars.len() as u32;
    let area = SVGBackend::with_string(text, (SIZE.0, height)).into_drawing_area();
    let longest = bars.iter().map(|(name, _)| name.chars().count()).max();
    let values = bars.iter().map(|(_, value)| *value);
    let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let mut context = ChartBuilder::on(&area)
        .margin(8)
        .margin_right(20)
        .x_label_area_size(24)
        .y_label_area_size(16 + 7 * longest.unwrap_or(0).min(32) as u32)
        .build_cartesian_2d(low..1.05 * high, (0..bars.len() - 1).into_segmented())?;
    // The first bar is at the top.
    let place = |index: usize| bars.len() - 1 - index;
    context
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .label_style(("sans-serif", 15).into_font().color(&INK))
        .x_labels(6)
        .y_labels(bars.len())
        .y_label_formatter(&|segment| match segment {
            SegmentValue::CenterOf(index) if *index < bars.len() => bars[place(*index)].0.clone(),
            _ => String::new(),
        })
        .draw()?;
    context.draw_series(bars.iter().enumerate().map(|(index, (_, value))| {
        let above = match index {
            0 => SegmentValue::Last,
            _ => SegmentValue::Exact(place(index) + 1),
        };
        let corners = [(0.0, SegmentValue::Exact(place(index))), (*value, above)];
        let mut bar = Rectangle::new(corners, CURVES[usize::from(index > 0)].filled());
        bar.set_margin(4, 4, 0, 0);
        bar
    }))?;
    area.present()?;
    Ok(())
}

/// The range of an axis: all values, with a margin.
fn range(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    let room = match high - low {
        0.0 => 0.1 * high.abs().max(0.1),
        span => 0.05 * span,
    };
    // Non-negative values get no axis below 0.
    let bottom = if low >= 0.0 {
        (low - room).max(0.0)
    } else {
        low - room
    };
    (bottom, high + room)
}
