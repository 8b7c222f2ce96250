//! What all pages have in common: HTML that needs no network and no script.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{chart::COLOURS, curves::Chart};

const STYLE: &str = include_str!("style.css");
/// Nothing but what is inside the page may be shown, whatever a name in it says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A whole page.
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

/// A chart with its title and the names of its curves.
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
