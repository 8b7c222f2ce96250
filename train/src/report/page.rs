//! The HTML report of a run.

use anyhow::Result;
use maud::{Markup, html};
use multicond::label::Label;

use super::{
    Run, Summary, chart,
    curves::{charts, window},
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
        (progress(&summary, config))
        (time(&summary, config)?)
        h2 { "Losses" }
        (losses(&run.lines)?)
        (samples(&embed(&run.sheets)?, config))
        h2 { "Configuration" }
        (configuration(config)?)
    };
    Ok(document(&title, &body))
}

fn progress(summary: &Summary, config: Option<&Config>) -> Markup {
    let epochs = match summary.scheduled_steps {
        Some(all) => format!("of {all}; epochs done: {}", summary.epochs),
        None => format!("epochs done: {}", summary.epochs),
    };
    let (checkpoint, remark) = match summary.checkpoint {
        Some(step) => (format!("step {step}"), "can be exported"),
        None => ("none yet".into(), "nothing to export"),
    };
    let is_warming_up = config.is_some_and(|config| summary.steps <= config.training.warm_up_steps);
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
            p.note { "Warm-up: the generator is trained with losses of the pictures only; adversarial training starts later." }
        }
    }
}

/// What the seconds of each stage went to.
fn time(summary: &Summary, config: Option<&Config>) -> Result<Markup> {
    let names: Vec<&str> = match &summary.seconds_by_part {
        Some(seconds) => seconds.parts().iter().map(|(name, _)| *name).collect(),
        None => Vec::new(),
    };
    let configs = config.map(Config::stages).unwrap_or_default();
    let rows = summary.stages.iter().map(|stage| {
        let config = configs.get(stage.stage - 1);
        let parts = stage.seconds_by_part.as_ref().map(|s| s.parts());
        let parts = parts.into_iter().flatten();
        html! {
            tr {
                th scope="row" { (stage.stage) }
                td { @if let Some(config) = config { (config.size) ", batches of " (config.training.batch_size) } }
                td { (stage.first + 1) " to " (stage.last) }
                td { (three_digits(stage.seconds_per_step)) }
                @for (_, seconds) in parts { td { (three_digits(seconds)) } }
            }
        }
    });
    Ok(html! {
        h2 { "Stages and seconds per step" }
        table {
            tr {
                @for name in ["Stage", "Pictures", "Steps", "Seconds"] { th scope="col" { (name) } }
                @for name in names { th scope="col" { (words(name)) } }
            }
            @for row in rows { (row) }
        }
    })
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
        ("Schedule", each(config, schedule)),
        ("Rates", each(config, rates)),
        (
            "Loss weights",
            each(config, |training| weights(&training.loss)),
        ),
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

/// A setting of each stage, once if it is the same in all.
fn each(config: &Config, text: impl Fn(&TrainingConfig) -> String) -> String {
    let stages = config.stages();
    let texts: Vec<String> = stages.iter().map(|stage| text(&stage.training)).collect();
    if texts.iter().all(|text| *text == texts[0]) {
        return texts.into_iter().next().unwrap_or_default();
    }
    let numbered = (1..).zip(texts);
    let numbered = numbered.map(|(number, text)| format!("stage {number}: {text}"));
    numbered.collect::<Vec<_>>().join("; ")
}

fn rates(training: &TrainingConfig) -> String {
    format!(
        "generator {:e}, discriminator {:e}",
        training.generator_rate, training.discriminator_rate
    )
}

/// The weights of all terms that a run uses.
fn weights(weights: &LossWeights) -> String {
    let parts = weights.parts().into_iter();
    let parts = parts.filter(|(_, weight)| *weight > 0.0);
    let parts = parts.map(|(name, weight)| format!("{} {weight}", words(name)));
    parts.collect::<Vec<_>>().join(", ")
}

fn schedule(training: &TrainingConfig) -> String {
    let mut text = format!("{}; batches of {}", training.schedule, training.batch_size);
    if training.warm_up_steps > 0 {
        text += &format!(
            "; the first {} steps with losses of the pictures only",
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
