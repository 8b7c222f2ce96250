//! The frame of all reports: self-contained HTML without scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{chart::COLOURS, curves::Chart};

const STYLE: &str = include_str!("style.css");
/// Prevents names in a report from loading external content or running scripts.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A complete page.
pub(super) fn document(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (body)
                footer { "multicond-train " (env!("CARGO_PKG_VERSION")) }
            }
        }
    };
    page.into_string()
}

/// A chart with its title and legend.
pub(super) fn figure(chart: &Chart, svg: &str) -> Markup {
    html! {
        figure {
            figcaption {
                (chart.title)
                @for (index, curve) in chart.curves.iter().enumerate() {
                    @if !curve.name.is_empty() {
                        span.key { span class={ "swatch curve" (index % COLOURS) } {} (curve.name) }
                    }
                }
            }
            (PreEscaped(svg))
        }
    }
}
