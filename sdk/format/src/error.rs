//! The error type of the SDK. Every message is one line that says where (file, label, pixel, tensor, option), what,
//! and what was expected.

use std::{error::Error as StdError, fmt, io, path::Path};

/// A [`Result`](std::result::Result) whose error is [`Error`] by default.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and where.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    place: String,
    reason: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an [`Error`], for programs that handle some errors differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file system operation failed; [`source`](StdError::source) returns the [`io::Error`].
    Io,
    /// A file is damaged, not of the expected kind, or holds a value that its label does not allow.
    File,
    /// A model file cannot be used, or made a picture with NaN or infinities.
    Model,
    /// The model has no such label, or the data do not match the model's definition of the label.
    Label,
    /// A width or height is out of range, or two sizes do not match.
    Size,
    /// An engine is not available, or could not load or run a model.
    Engine,
    /// More memory is needed than the limit allows, or than there is.
    Memory,
    /// An argument or option has a value that is not allowed.
    Parameter,
    /// The operation was cancelled.
    Cancelled,
    /// The generator is in use, for example for another picture.
    Busy,
    /// This version does not support the operation.
    NotSupported,
    /// A bug in multicond. Please report it.
    Internal,
}

impl Error {
    /// Creates an error. `place` says where it happened, or is empty; `reason` says what is wrong and what was
    /// expected. The lines of `reason` are joined into one.
    pub fn new(kind: ErrorKind, place: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self {
            kind,
            place: place.into(),
            reason: one_line(reason),
            source: None,
        }
    }

    /// Sets the error that caused this one.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it happened: a file, a label, an engine, an option. Empty if there is no place to name.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong and what was expected, without the place.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// A file system operation on `path` failed; if that is for lack of memory, the kind is [`ErrorKind::Memory`].
    pub fn io(path: &Path, error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::OutOfMemory => ErrorKind::Memory,
            _ => ErrorKind::Io,
        };
        Self::new(kind, path.display().to_string(), &error).with_source(error)
    }

    /// A file cannot be used.
    pub fn file(path: &Path, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::File, path.display().to_string(), reason)
    }

    /// A pixel `(x, y)` of a file has a value that is not allowed.
    pub fn pixel(path: &Path, (x, y): (usize, usize), reason: impl fmt::Display) -> Self {
        let place = format!("{}: pixel ({x}, {y})", path.display());
        Self::new(ErrorKind::File, place, reason)
    }

    /// A model file cannot be used.
    pub fn model(path: &Path, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Model, path.display().to_string(), reason)
    }

    /// A label cannot be used.
    pub fn label(name: &str, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Label, format!("label `{name}`"), reason)
    }

    /// `place` has a wrong width or height. The message is `WIDTHxHEIGHT pixels, ` followed by `expected`.
    pub fn size(place: &str, (width, height): (usize, usize), expected: impl fmt::Display) -> Self {
        let reason = format!("{width}x{height} pixels, {expected}");
        Self::new(ErrorKind::Size, place, reason)
    }

    /// An engine failed or is not available.
    pub fn engine(title: &str, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Engine, title, reason)
    }

    /// An option has a value that is not allowed.
    pub fn option(name: &str, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Parameter, format!("option `{name}`"), reason)
    }

    /// An argument of a function is not allowed.
    pub fn argument(name: &str, reason: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Parameter, format!("argument `{name}`"), reason)
    }

    /// More memory is needed than the limit allows, both in bytes.
    pub fn memory(needed: u64, limit: u64) -> Self {
        let reason = format!("about {needed} bytes are needed, the limit is {limit}");
        Self::new(ErrorKind::Memory, "memory", reason)
    }

    /// `place` needs so many bytes, which the system does not give.
    pub fn out_of_memory(place: impl fmt::Display, bytes: u64) -> Self {
        let reason = format_args!("about {bytes} bytes are needed, which are not available");
        Self::new(ErrorKind::Memory, place.to_string(), reason)
    }

    /// The operation was cancelled.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "", "cancelled")
    }

    /// The generator is in use.
    pub fn busy() -> Self {
        let reason = "the generator is making another picture";
        Self::new(ErrorKind::Busy, "busy", reason)
    }

    /// This version does not support the operation.
    pub fn not_supported(what: impl fmt::Display) -> Self {
        Self::new(ErrorKind::NotSupported, "not supported", what)
    }

    /// A bug in multicond.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Internal, "internal error", what)
    }

    /// A caught panic, as [`ErrorKind::Internal`].
    pub fn panic(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::internal(text.unwrap_or("a panic without a message"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.reason),
            place => write!(f, "{place}: {}", self.reason),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The messages of an error and its causes, joined by `: `. Some libraries put the actual reason into the cause only.
pub fn with_causes(error: &(dyn StdError + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (**error).source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

/// Joins the lines of a message: those of other libraries may have several.
fn one_line(reason: impl fmt::Display) -> String {
    let text = reason.to_string();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_line_with_a_place() {
        let error = Error::file(Path::new("a.png"), "first\n  second\n");
        assert_eq!(error.to_string(), "a.png: first; second");
        let error = Error::label("depth", "not there");
        assert_eq!(error.to_string(), "label `depth`: not there");
        assert_eq!(Error::cancelled().to_string(), "cancelled");
    }

    #[test]
    fn the_cause_is_kept() {
        let error = Error::io(Path::new("a.png"), io::ErrorKind::NotFound.into());
        assert_eq!(error.kind(), ErrorKind::Io);
        let source = error.source().and_then(|s| s.downcast_ref::<io::Error>());
        assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::NotFound));
    }
}
