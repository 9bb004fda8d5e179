//! Mistakes in what the user wrote, all reported at once.

use std::fmt;

use super::redact::redacted;
use crate::terminal::escape;

/// Length to which a quoted source line is cut.
const SOURCE_LINE_CHARS_MAX: usize = 120;

/// One mistake: where it is, what is wrong and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// `crawler.toml:4`, `CRAWLER_DELAY`, `--delay`.
    pub(crate) place: String,
    /// The line it stands on, when it is in a file.
    pub(crate) source_line: Option<String>,
    /// What is wrong, with the offending text.
    pub(crate) what: String,
    /// What is accepted, and the likely mend.
    pub(crate) notes: Vec<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", escape(&self.place), escape(&redacted(&self.what)))?;
        if let Some(line) = &self.source_line {
            let line: String = redacted(line.trim()).chars().take(SOURCE_LINE_CHARS_MAX).collect();
            write!(f, "\n    | {}", escape(&line))?;
        }
        for note in &self.notes {
            write!(f, "\n    = {}", escape(note))?;
        }
        Ok(())
    }
}

/// All mistakes found in one look; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problems {
    /// What they are mistakes in: "the configuration", "the seeds".
    pub(crate) subject: &'static str,
    /// The mistakes, in the order in which they were written.
    pub(crate) problems: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.problems.len() == 1 { "" } else { "s" };
        write!(f, "{} problem{plural} in {}", self.problems.len(), self.subject)?;
        for problem in &self.problems {
            write!(f, "\n  {}", problem.to_string().replace('\n', "\n  "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
