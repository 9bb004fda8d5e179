//! `NAME.config`: settings in TOML, laid over the configuration until it is read anew.

use std::fs;
use std::path::Path;

use crawler_engine::CrawlHandle;

use super::Outcome;
use crate::service::process::CrawlProcess;
use crate::settings::Overlay;

/// A longer file is no configuration.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Puts the settings of a file in force, as far as they can change while the crawl runs.
pub(super) fn lay_over(path: &Path, crawl: &CrawlHandle, process: &CrawlProcess) -> Outcome {
    let told = |error: std::io::Error| Outcome::failed(format!("the file cannot be read: {error}"));
    let text = match fs::metadata(path).map(|meta| meta.len()) {
        Ok(len) if len > FILE_BYTES_MAX => {
            let problem = format!("the file has {len} bytes, more than {FILE_BYTES_MAX}");
            return Outcome::failed(problem);
        }
        Ok(_) => fs::read_to_string(path),
        Err(error) => Err(error),
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => return told(error),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match process.lay_over(Overlay { name, text }, crawl) {
        Ok(reloaded) => {
            let told = |words: &str, keys: &[String]| {
                (!keys.is_empty()).then(|| format!("{words}: {}", keys.join(", ")))
            };
            let said = [
                told("in force", &reloaded.changed),
                told("after a restart", &reloaded.needs_restart),
            ];
            let said: Vec<String> = said.into_iter().flatten().collect();
            let nothing = || "nothing has changed".to_owned();
            let summary = if said.is_empty() { nothing() } else { said.join("; ") };
            Outcome { summary, problems: Vec::new() }
        }
        Err(problems) => Outcome::failed(problems.to_string()),
    }
}
