//! The HTML report of a run.

use anyhow::Result;
use maud::{Markup, html};
use multicond::label::Label;

use super::{
    Run, Summary, chart,
    curves::{charts, warm_up_lines, window},
    document::{document, figure},
    sheets::{Embedded, embed},
};
use crate::{
    data::{Sparsity, label_names},
    readable::{duration, percent, three_digits, words},
    training::{Config, LogLine, LossWeights, TrainingConfig},
};

/// The HTML report of a run.
///
/// # Errors
/// When a sample sheet is damaged.
pub fn page(run: &Run) -> Result<String> {
    let summary = run.summary();
    let config = run.checkpoint.as_ref().map(|(config, _)| config);
    let title = format!("{} at step {}", summary.name, summary.steps);
    let body = html! {
        h1 { (summary.name) }
        (progress(&summary, &run.lines))
        h2 { "Losses" }
        (losses(&run.lines)?)
        (samples(&embed(&run.sheets)?, config))
        h2 { "Configuration" }
        (configuration(config)?)
    };
    Ok(document(&title, &body))
}

fn progress(summary: &Summary, lines: &[LogLine]) -> Markup {
    let epochs = match summary.scheduled_epochs {
        Some(all) => format!("{} of {all} epochs done", summary.epochs),
        None => format!("epochs done: {}", summary.epochs),
    };
    let (checkpoint, remark) = match summary.checkpoint {
        Some(step) => (format!("step {step}"), "can be exported"),
        None => ("none yet".into(), "nothing to export"),
    };
    let is_warming_up = warm_up_lines(lines) == lines.len();
    html! {
        p.data {
            @match &summary.data {
                Some(data) => { "Trained on " (data) }
                None => { "No checkpoint yet: name, data and configuration are stored in the first checkpoint." }
            }
        }
        dl.numbers {
            (number("Steps", &summary.steps.to_string(), &epochs))
            (number(
                "Seconds per step",
                &three_digits(summary.seconds_per_step),
                &format!("{} in total", duration(summary.seconds)),
            ))
            (number("Waiting for data", &percent(summary.waiting), "of the time"))
            (number("Learning-rate factor", &three_digits(summary.rate), "of the full rates"))
            (number("Newest checkpoint", &checkpoint, remark))
        }
        @if is_warming_up {
            p.note { "Warm-up: the generator is trained with the pixel loss only; adversarial training starts later." }
        }
    }
}

fn number(name: &str, value: &str, remark: &str) -> Markup {
    html! {
        div { dt { (name) } dd { (value) } dd.remark { (remark) } }
    }
}

fn losses(lines: &[LogLine]) -> Result<Markup> {
    let last = lines.last().map_or(1, |line| line.step.max(1));
    let charts = charts(lines);
    let mut figures = Vec::new();
    for chart in &charts {
        figures.push(figure(chart, &chart::svg(chart, last)?));
    }
    let is_smoothed = charts
        .iter()
        .flat_map(|chart| &chart.curves)
        .any(|curve| curve.smoothed.is_some());
    Ok(html! {
        p.note {
            "Unweighted means since the previous line of the log. "
            @if is_smoothed {
                "Thin and pale: as logged. Thick: means over " (window(lines.len())) " lines."
            }
        }
        div.charts { @for figure in figures { (figure) } }
    })
}

fn samples(sheets: &[Embedded], config: Option<&Config>) -> Markup {
    html! {
        @if let Some((newest, older)) = sheets.split_last() {
            h2 { "Samples" }
            p.note {
                "Left to right: "
                @match config {
                    Some(config) => { (label_names(&config.labels)) }
                    None => { "the labels" }
                }
                ", the generated picture, the ground truth. In every second row, labels are dropped in about half of the regions."
            }
            (sheet(newest))
            div.sheets { @for older in older.iter().rev() { (sheet(older)) } }
        }
    }
}

fn sheet(sheet: &Embedded) -> Markup {
    let (width, height) = sheet.size;
    html! {
        figure {
            figcaption { "Step " (sheet.step) }
            img src=(sheet.uri) width=(width) height=(height)
                alt={ "Sample sheet after step " (sheet.step) };
        }
    }
}

fn configuration(config: Option<&Config>) -> Result<Markup> {
    let Some(config) = config else {
        return Ok(html! { p.note { "Stored in the first checkpoint." } });
    };
    let network = &config.network;
    let training = &config.training;
    let labels = config.labels.iter().map(label).collect::<Vec<_>>();
    let rows = [
        ("Picture size", config.size.to_string()),
        ("Labels", labels.join(", ")),
        (
            "Merge",
            format!(
                "{} to a concept of {} channels",
                network.merge.kind().name(),
                network.concept_channels(&config.labels)
            ),
        ),
        (
            "Render",
            format!(
                "{}: {}",
                network.backbone.kind().name(),
                network.backbone.describe()
            ),
        ),
        (
            "Discriminator",
            format!("{} channels", network.discriminator.width),
        ),
        ("Schedule", schedule(training)),
        (
            "Rates",
            format!(
                "generator {:e}, discriminator {:e}",
                training.generator_rate, training.discriminator_rate
            ),
        ),
        ("Loss weights", weights(&training.loss)),
        ("Sparsity", sparsity(&training.sparsity)),
    ];
    Ok(html! {
        table {
            @for (name, value) in rows { tr { th scope="row" { (name) } td { (value) } } }
            @if let Some(notice) = &config.notice { tr { th scope="row" { "Notice" } td { (notice) } } }
        }
        details {
            summary { "config.toml" }
            pre { (config.to_toml()?) }
        }
    })
}

fn label(label: &Label) -> String {
    match label.classes() {
        Some(classes) => format!("{} ({} classes)", label.name, classes.len()),
        None => label.name.clone(),
    }
}

fn weights(weights: &LossWeights) -> String {
    let parts = weights.parts();
    let parts = parts.map(|(name, weight)| format!("{} {weight}", words(name)));
    parts.join(", ")
}

fn schedule(training: &TrainingConfig) -> String {
    let schedule = training.schedule;
    let mut text = format!(
        "epochs: {} at the full rate, {} with linear decay; batches of {}",
        schedule.constant_epochs, schedule.decay_epochs, training.batch_size
    );
    if training.warm_up_steps > 0 {
        text += &format!(
            "; the first {} steps with the pixel loss only",
            training.warm_up_steps
        );
    }
    text
}

fn sparsity(sparsity: &Sparsity) -> String {
    let [low, high] = sparsity.rate.map(percent);
    let rate = if low == high {
        low
    } else {
        format!("{low} to {high}")
    };
    let mut parts = vec![format!(
        "in {} of the pictures, labels are dropped in {rate} of the regions",
        percent(sparsity.share)
    )];
    for (name, chance) in &sparsity.remove {
        parts.push(format!("{name} is absent from {}", percent(*chance)));
    }
    if sparsity.free_form > 0.0 {
        parts.push(format!(
            "strokes are masked in {} of the labels",
            percent(sparsity.free_form)
        ));
    }
    if sparsity.ramp_steps > 0 {
        parts.push(format!("increasing over {} steps", sparsity.ramp_steps));
    }
    parts.join("; ")
}
