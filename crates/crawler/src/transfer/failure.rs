//! Why an export or an import ended early.

use std::fmt::Display;

use crawler_engine::{ImportError, StartError};
use crawler_frontier::transfer::RestoreError;

/// An error whose kind decides the exit code, and what is wrong with a line, told with its place.
#[derive(Debug)]
pub(crate) enum Failure {
    /// As it is.
    Other(anyhow::Error),
    /// The line read last is to blame.
    Line(anyhow::Error),
}

impl Failure {
    /// The error, with the place of the line read last if that is to blame.
    pub(crate) fn at(self, place: impl Display) -> anyhow::Error {
        match self {
            Self::Other(error) => error,
            Self::Line(error) => anyhow::anyhow!("{place}: {error}"),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::Other(error.into())
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Start(error) => error.into(),
            ImportError::Restore(RestoreError::Frontier(error)) => StartError::from(error).into(),
            ImportError::Restore(error @ RestoreError::NotEmpty) => Self::Other(error.into()),
            ImportError::Restore(error) => Self::Line(error.into()),
            error => Self::Other(error.into()),
        }
    }
}
