//! An evaluation as a page and in Markdown: scores, curves, pictures, and the paper's numbers beside them.

use std::{collections::BTreeMap, fmt::Write, io::Cursor};

use anyhow::Result;
use image::{ImageFormat, RgbImage};
use maud::{Markup, PreEscaped, html};

use super::{
    chart,
    curves::{Chart, Curve, Point},
    document::{document, figure},
    sheets::{spread, uri},
};
use crate::{
    data::show,
    eval::{Condition, DIFFERENCES, Outcome, PUBLISHED, Published, Quantity, Row, Table},
    readable::percent,
};

/// Strips of pictures on a page.
const STRIPS: usize = 12;

/// The page of an evaluation, as HTML.
///
/// # Errors
/// When a chart or a picture cannot be made.
pub fn evaluation_page(outcome: &Outcome) -> Result<String> {
    let title = title(outcome);
    let body = html! {
        h1 { (title) }
        p.data { (about(outcome)) }
        h2 { "Scores" }
        (table(&Table::of_scores(outcome)))
        p.note { (explanation(outcome)) }
        @if let Some(differences) = Table::of_differences(outcome) {
            h2 { "Differences" }
            (table(&differences))
            p.note { (INTERVALS) }
        }
        (charts(outcome)?)
        (pictures(outcome)?)
        h2 { "The paper's numbers" }
        (table(&published(outcome)))
        @for difference in DIFFERENCES { p.note { (difference) } }
    };
    Ok(document(&title, &body))
}

/// The tables of an evaluation in Markdown.
pub fn evaluation_markdown(outcome: &Outcome) -> String {
    let mut text = format!(
        "# {}\n\n{}\n\n{}\n{}\n",
        title(outcome),
        about(outcome),
        Table::of_scores(outcome).markdown(),
        explanation(outcome)
    );
    if let Some(table) = Table::of_differences(outcome) {
        let _ = write!(
            text,
            "\n## Differences\n\n{}\n{INTERVALS}\n",
            table.markdown()
        );
    }
    let published = published(outcome).markdown();
    let _ = write!(text, "\n## The paper's numbers\n\n{published}\n");
    for difference in DIFFERENCES {
        let _ = writeln!(text, "- {difference}");
    }
    text
}

const INTERVALS: &str = "Frames are drawn with replacement a thousand times, the same ones for both models; the \
    interval holds the middle 95 % of the draws' differences. Frechet distances of drawn frames are too large, so \
    their interval is moved to lie around the difference that was found; fewer draws are made of many frames, and none \
    of more than 1,259.";

fn title(outcome: &Outcome) -> String {
    let mut models: Vec<&str> = Vec::new();
    for row in &outcome.rows {
        if !models.contains(&row.model.as_str()) {
            models.push(&row.model);
        }
    }
    format!("{} on {}", models.join(", "), outcome.data)
}

fn about(outcome: &Outcome) -> String {
    let seconds: f64 = outcome.rows.iter().map(|row| row.seconds).sum();
    let pictures = (outcome.rows.len() * outcome.frames) as f64;
    let generating: f64 = outcome.rows.iter().map(|row| row.generating_seconds).sum();
    let mut text = format!("{} frames, {}", outcome.frames, outcome.size);
    if let Some(engine) = &outcome.engine {
        let _ = write!(text, ", pictures made by {engine}");
    }
    let _ = write!(text, "; {:.2} pictures a second", pictures / seconds);
    if generating > 0.0 {
        let _ = write!(
            text,
            ", {:.0} % of the time to make them",
            100.0 * generating / seconds
        );
    }
    text + "."
}

fn explanation(outcome: &Outcome) -> String {
    let mut text = String::from(
        "Pictures are rounded to 8 bits. Higher is better but for LPIPS and the Frechet distance.",
    );
    if let Some(network) = &outcome.feature_network {
        let _ = write!(
            text,
            " The Frechet distance is that to the real pictures of the same {} frames, with the features of {network}.",
            outcome.frames
        );
    }
    if let Some(segmenter) = &outcome.segmenter {
        let _ = write!(
            text,
            " Classes are those that {segmenter} sees; pixels whose class the data does not tell do not count, or \
             count as mistakes (\"all\"). What it sees in the real pictures stands in the last row."
        );
    }
    text
}

fn table(table: &Table) -> Markup {
    let class = |column: usize| if column == 0 { "" } else { "number" };
    html! {
        div.scores { table {
            tr { @for (column, name) in table.header.iter().enumerate() { th.(class(column)) { (name) } } }
            @for row in &table.rows {
                tr { @for (column, cell) in row.iter().enumerate() { td.(class(column)) { (cell) } } }
            }
        } }
    }
}

/// The paper's numbers below those of the evaluation.
fn published(outcome: &Outcome) -> Table {
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.1}"));
    let network = outcome.feature_network.as_deref();
    let header = [
        "method",
        "data",
        "labels",
        "regions lost",
        &format!("Frechet, {}", network.unwrap_or("not measured")),
        "FID",
        "mIoU, %",
        "accuracy, all, %",
    ];
    let ours = outcome.rows.iter().map(|row| {
        let score = |quantity| row.scores.0.get(&quantity).copied();
        let share = |quantity| number(score(quantity).map(|value| 100.0 * value));
        vec![
            format!("here: {}", row.title),
            outcome.data.clone(),
            String::new(),
            percent(row.condition.sparsity),
            number(score(Quantity::FrechetDistance)),
            String::new(),
            share(Quantity::MeanIou),
            share(Quantity::PixelAccuracyAll),
        ]
    });
    let theirs = PUBLISHED.iter().map(|row: &Published| {
        vec![
            row.method.into(),
            row.data.into(),
            row.labels.into(),
            if row.is_sparse { "50 %" } else { "0 %" }.into(),
            String::new(),
            number(row.fid),
            number(row.mean_iou),
            number(row.accuracy),
        ]
    });
    Table {
        header: header.map(str::to_owned).into(),
        rows: ours.chain(theirs).collect(),
    }
}

fn charts(outcome: &Outcome) -> Result<Markup> {
    let mut figures = Vec::new();
    // What counts unknown pixels as mistakes runs along with what leaves them out.
    let is_own = |quantity: &Quantity| {
        !matches!(quantity, Quantity::MeanIouAll | Quantity::PixelAccuracyAll)
    };
    for quantity in outcome.quantities().into_iter().filter(is_own) {
        let curves = [
            over_steps(outcome, quantity),
            over_sparsity(outcome, quantity),
        ];
        for chart in curves.into_iter().flatten() {
            let places = chart.curves.iter().flat_map(|curve| &curve.raw);
            let last = places.map(|(place, _)| *place).max().unwrap_or(1);
            figures.push(figure(&chart, &chart::svg(&chart, last.max(1))?));
        }
        for (name, bars) in removals(outcome, quantity) {
            let with_value = |(bar, value)| (format!("{bar}: {}", quantity.format(value)), value);
            let bars: Vec<_> = bars.into_iter().map(with_value).collect();
            let svg = chart::bars(quantity.name(), &bars)?;
            figures.push(html! {
                figure { figcaption { (quantity.name()) span.key { (name) } } (PreEscaped(svg)) }
            });
        }
    }
    Ok(html! {
        @if !figures.is_empty() {
            h2 { "Charts" }
            div.charts { @for figure in figures { (figure) } }
        }
    })
}

/// A quantity over the steps of runs, a curve a run and condition.
fn over_steps(outcome: &Outcome, quantity: Quantity) -> Option<Chart> {
    curves(outcome, quantity, "step", |row| {
        Some((with(&row.model, &row.condition), row.step?))
    })
}

/// A quantity over the percent of lost regions, a curve a model and set of labels.
fn over_sparsity(outcome: &Outcome, quantity: Quantity) -> Option<Chart> {
    curves(outcome, quantity, "regions lost, %", |row| {
        let others = Condition {
            sparsity: 0.0,
            ..row.condition.clone()
        };
        let place = (100.0 * row.condition.sparsity).round() as u64;
        let name = with(&row.model, &others);
        row.step.is_none().then_some((name, place))
    })
}

/// A model's name with what it was not given.
fn with(model: &str, condition: &Condition) -> String {
    match condition.text() {
        Some(text) => format!("{model}, {text}"),
        None => model.to_owned(),
    }
}

fn curves(
    outcome: &Outcome,
    quantity: Quantity,
    axis: &'static str,
    place: impl Fn(&Row) -> Option<(String, u64)>,
) -> Option<Chart> {
    let mut names: Vec<String> = Vec::new();
    let mut points: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for row in &outcome.rows {
        // Exact pictures have a PSNR that no axis holds.
        if let (Some((name, x)), Some(&y)) = (place(row), row.scores.0.get(&quantity))
            && y.is_finite()
        {
            if !names.contains(&name) {
                names.push(name.clone());
            }
            points.entry(name).or_default().push((x, y));
        }
    }
    // One point, or several at one place, make no curve.
    names.retain(|name| {
        points[name]
            .iter()
            .any(|point| point.0 != points[name][0].0)
    });
    let is_alone = names.len() == 1;
    let curve = |name: &String| {
        let mut raw = points.remove(name).unwrap_or_default();
        raw.sort_by_key(|(place, _)| *place);
        Curve {
            name: if is_alone {
                String::new()
            } else {
                name.clone()
            },
            raw,
            smoothed: None,
        }
    };
    let curves: Vec<Curve> = names.iter().map(curve).collect();
    (!curves.is_empty()).then_some(Chart {
        title: quantity.name().into(),
        axis,
        range: None,
        curves,
    })
}

/// Named numbers as bars, with the name of their chart.
type Bars = (String, Vec<(String, f64)>);

/// A quantity with all labels and without each: one chart a model and share of lost regions.
fn removals(outcome: &Outcome, quantity: Quantity) -> Vec<Bars> {
    let mut charts: Vec<Bars> = Vec::new();
    for row in outcome.rows.iter().filter(|row| row.step.is_none()) {
        let Some(&value) = row.scores.0.get(&quantity) else {
            continue;
        };
        let Condition {
            sparsity, removed, ..
        } = &row.condition;
        let name = format!("{}, {} of regions lost", row.model, percent(*sparsity));
        let bar = match removed.is_empty() {
            true => "all labels".into(),
            false => format!("without {}", removed.join(", ")),
        };
        match charts.iter_mut().find(|(other, _)| *other == name) {
            Some((_, bars)) => bars.push((bar, value)),
            None => charts.push((name, vec![(bar, value)])),
        }
    }
    charts.retain(|(_, bars)| bars.len() > 1 && bars.iter().all(|(_, value)| value.is_finite()));
    charts
}

fn pictures(outcome: &Outcome) -> Result<Markup> {
    if outcome.shown.is_empty() {
        return Ok(html! {});
    }
    let mut strips = vec![("Real".to_owned(), strip(&outcome.shown)?)];
    for index in spread(outcome.rows.len(), STRIPS) {
        let row = &outcome.rows[index];
        strips.push((row.title.clone(), strip(&row.shown)?));
    }
    Ok(html! {
        h2 { "Pictures" }
        p.note { "The first " (outcome.shown.len()) " frames." }
        div.sheets {
            @for (name, uri) in strips {
                figure { figcaption { (name) } img src=(uri) alt={ "Pictures: " (name) }; }
            }
        }
    })
}

fn strip(pictures: &[RgbImage]) -> Result<String> {
    let mut png = Cursor::new(Vec::new());
    show::grid(&[pictures.to_vec()]).write_to(&mut png, ImageFormat::Png)?;
    Ok(uri(&png.into_inner()))
}
