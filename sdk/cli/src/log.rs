//! Messages on stderr: warnings, and which engine runs.

use std::{fmt, path::Path, sync::OnceLock};

use multicond::Engine;
use tracing::{Event, Level, Subscriber, info, warn};
use tracing_subscriber::{
    EnvFilter,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

static QUIET: OnceLock<bool> = OnceLock::new();

/// Logs the library's messages to stderr: warnings, everything if verbose, nothing if quiet. RUST_LOG overrides that.
pub(crate) fn start(verbose: bool, quiet: bool) {
    let _ = QUIET.set(quiet);
    let level = match (verbose, quiet) {
        (true, _) => "multicond=debug,onnxruntime=info",
        (_, true) => "off",
        _ => "multicond=warn",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .event_format(Line)
        .init();
}

/// Prints which engine runs, on which device.
pub(crate) fn engine(engine: &Engine) {
    if QUIET.get() != Some(&true) {
        eprintln!("running on {engine}");
    }
}

/// Says that a label is missing at this share of the pixels of its file: everywhere as a warning, in part if verbose.
pub(crate) fn missing(label: &str, file: &Path, share: f64) {
    let file = file.display();
    if share == 1.0 {
        warn!("{file}: label `{label}` is missing at all pixels");
    } else if share > 0.0 {
        // Not 0 % or 100 %, which would be other statements.
        let percent = (share * 100.0).clamp(0.1, 99.9);
        info!("{file}: label `{label}` is missing at {percent:.1} % of the pixels");
    }
}

/// Says which labels of the model were not given, which the model takes as missing everywhere.
pub(crate) fn absent(labels: &[String]) {
    if QUIET.get() != Some(&true) && !labels.is_empty() {
        eprintln!(
            "without {}, which were not given (multicond-train data prepare --derive computes some labels from others \
             and from pictures)",
            labels.join(", ")
        );
    }
}

/// One line per message, like the command's own: `warning: ...`.
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        write!(writer, "{level}: ")?;
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
