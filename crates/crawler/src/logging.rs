//! Log lines on standard error; they never tear the live progress.

use std::io::{self, IsTerminal, Write};

use indicatif::MultiProgress;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::settings::LogFormat;

/// Starts logging for the rest of the process.
///
/// A lone level is meant for this program; its libraries keep to warnings.
///
/// # Errors
/// When logging was started before.
pub(crate) fn start(level: &str, format: LogFormat, writer: LogWriter) -> anyhow::Result<()> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(level))
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(level.contains(['=', ',']) || matches!(level, "debug" | "trace"))
        .with_writer(writer);
    let started = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}

fn filter(level: &str) -> EnvFilter {
    let directives = match level {
        "info" | "debug" | "trace" => format!("warn,crawler={level}"),
        other => other.to_owned(),
    };
    EnvFilter::new(directives)
}

/// Standard error, shared with the progress display where there is one.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogWriter {
    bars: Option<MultiProgress>,
}

impl LogWriter {
    /// Log lines go around these bars.
    pub(crate) fn around(bars: Option<MultiProgress>) -> Self {
        Self { bars }
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // One call holds one whole event.
        let write = || io::stderr().lock().write_all(line);
        match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}
