//! `crawler doctor`: what may keep a crawl on this machine from going well.

mod data_dir;
mod machine;

use std::fmt;

use serde::Serialize;

use crate::settings::{self, Settings};
use crate::terminal::escape;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    Ok,
    /// A crawl works, but not as well as it could.
    Warn,
    /// A crawl fails.
    Fail,
}

/// What one check found, in a plain sentence.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    severity: Severity,
    subject: &'static str,
    text: String,
}

impl Finding {
    fn new(severity: Severity, subject: &'static str, text: impl Into<String>) -> Self {
        Self { severity, subject, text: text.into() }
    }

    pub(crate) fn is_failure(&self) -> bool {
        self.severity == Severity::Fail
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.severity {
            Severity::Ok => "[ok]  ",
            Severity::Warn => "[warn]",
            Severity::Fail => "[fail]",
        };
        write!(f, "{mark} {}: {}", self.subject, escape(&self.text))
    }
}

/// Checks what a crawl with these settings needs.
pub(crate) fn examine(settings: Settings) -> Vec<Finding> {
    let mut config = settings::resolve(settings, Vec::new());
    if let Ok(dir) = std::path::absolute(&config.data_dir) {
        config.data_dir = dir;
    }
    let mut findings = vec![
        machine::open_files(config.concurrency),
        machine::disk_space(&config.data_dir),
        machine::inodes(&config.data_dir),
        machine::memory(config.ceilings.memory_bytes),
        machine::cores(config.workers.get()),
        machine::clock(),
        machine::name_servers(&config.fetch.dns_servers),
        machine::tls_roots(&config.fetch),
    ];
    findings.extend(data_dir::examine(&config.data_dir));
    findings
}
