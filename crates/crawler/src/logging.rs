//! Log lines on standard error; they never tear the live progress.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use indicatif::MultiProgress;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::{EnvFilter, reload};

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
        LogFormat::Text => {
            let builder = builder.with_filter_reloading();
            let handle = builder.reload_handle();
            builder.try_init().map(|()| changeable(level, move |filter| handle.reload(filter)))
        }
        LogFormat::Json => {
            let builder = builder.json().flatten_event(true).with_filter_reloading();
            let handle = builder.reload_handle();
            builder.try_init().map(|()| changeable(level, move |filter| handle.reload(filter)))
        }
    };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}

/// The level or the directives in force.
pub(crate) fn level() -> String {
    LEVEL.get().map_or_else(String::new, |level| locked(&level.text).clone())
}

/// Has other lines written from now on; `level` is one that the settings accept.
pub(crate) fn set_level(level: &str) {
    if let Some(own) = LEVEL.get() {
        (own.apply)(filter(level));
        level.clone_into(&mut locked(&own.text));
    }
}

/// How the level is changed while the process runs.
static LEVEL: OnceLock<Level> = OnceLock::new();

struct Level {
    text: Mutex<String>,
    apply: Box<dyn Fn(EnvFilter) + Send + Sync>,
}

fn changeable(
    level: &str,
    reload: impl Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync + 'static,
) {
    // It fails only when the subscriber has gone, and then nothing is logged at all.
    let apply = Box::new(move |filter| drop(reload(filter)));
    let _ = LEVEL.set(Level { text: Mutex::new(level.to_owned()), apply });
}

fn locked(text: &Mutex<String>) -> MutexGuard<'_, String> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
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
