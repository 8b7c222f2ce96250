//! The one error of this crate. Every message names its place (file, label, pixel, tensor) and what
//! was expected there, on one line.

use std::path::{Path, PathBuf};

use crate::label::LabelError;

/// The result of everything fallible here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file is damaged, or is not of the kind that was expected.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file holds a value that its label does not allow.
    #[error("{}: pixel ({x}, {y}): {reason}", path.display())]
    Pixel {
        /// The file.
        path: PathBuf,
        /// Column, from the left.
        x: usize,
        /// Row, from the top.
        y: usize,
        /// The value, and what was expected.
        reason: String,
    },
    /// A model file cannot be used.
    #[error("{}: {reason}", path.display())]
    Model {
        /// The model file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A label is not one of the model's, or not as the model has it.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// A picture, or a label of it, has a size that does not fit.
    #[error("{place}: {width}x{height} pixels, {expected}")]
    Size {
        /// What has the size, for example ``label `depth` ``.
        place: String,
        /// Its width in pixels.
        width: usize,
        /// Its height in pixels.
        height: usize,
        /// What would fit.
        expected: String,
    },
    /// An engine is not there, or could not load or run a model.
    #[error("{engine}: {reason}")]
    Engine {
        /// The engine's name.
        engine: &'static str,
        /// What it said.
        reason: String,
    },
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The generator is at work on another picture.
    #[error("busy: the generator is at work on another picture")]
    Busy,
    /// More memory would be needed than is allowed.
    #[error("memory: about {needed} bytes are needed, the limit is {limit}")]
    Memory {
        /// Bytes, estimated.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// This version cannot do that.
    #[error("not supported: {0}")]
    NotSupported(String),
    /// Something that cannot happen did. Please report it.
    #[error("internal error: {0}")]
    Internal(String),
    /// An argument of the C interface means nothing.
    #[error("argument `{name}`: {reason}")]
    Argument {
        /// The argument.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// An option has a value that means nothing.
    #[error("option `{name}`: {reason}")]
    Option {
        /// The option.
        name: &'static str,
        /// What is wrong with its value.
        reason: String,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io {
            path: path.into(),
            error,
        }
    }

    pub(crate) fn file(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::File {
            path: path.into(),
            reason: one_line(reason),
        }
    }

    pub(crate) fn model(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Model {
            path: path.into(),
            reason: one_line(reason),
        }
    }

    pub(crate) fn label(name: &str, reason: impl Into<String>) -> Self {
        Self::Label(LabelError {
            name: name.into(),
            reason: reason.into(),
        })
    }

    pub(crate) fn option(name: &'static str, reason: impl Into<String>) -> Self {
        Self::Option {
            name,
            reason: reason.into(),
        }
    }

    /// The error in another engine's name.
    pub(crate) fn of_engine(self, engine: &'static str) -> Self {
        match self {
            Self::Engine { reason, .. } => Self::Engine { engine, reason },
            error => error,
        }
    }

    /// What a caught panic said.
    pub(crate) fn panic(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::Internal(text.unwrap_or("a panic without words").into())
    }

    pub(crate) fn engine(engine: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Engine {
            engine,
            reason: one_line(reason),
        }
    }
}

/// An error and what it comes from: some say only with the cause what was wrong.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

/// Other libraries' messages run over several lines; ours are one.
fn one_line(reason: impl std::fmt::Display) -> String {
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
    }
}
