//! The data directory: free, sound, and how far its crawl is.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crawler_engine::{StartError, read_stats};

use super::Finding;
use super::Severity::{Fail, Ok as Fine, Warn};
use crate::numbers::{clock, count};

pub(super) fn examine(dir: &Path) -> Vec<Finding> {
    let shown = dir.display();
    match crawler_engine::examine(dir) {
        Ok(None) => {
            vec![Finding::new(Fine, "data directory", format!("no crawl in {shown} yet"))]
        }
        Ok(Some(examined)) => {
            let pages = examined.counters.map_or(0, |counters| counters.fetched);
            let text = format!(
                "{shown} is free and sound: {} pages, generation {}",
                count(pages),
                examined.generation
            );
            vec![Finding::new(Fine, "data directory", text), last_commit(dir)]
        }
        Err(error @ StartError::Locked { .. }) => {
            vec![Finding::new(Warn, "data directory", error.to_string()), last_commit(dir)]
        }
        Err(error) => vec![Finding::new(Fail, "data directory", error.to_string())],
    }
}

fn last_commit(dir: &Path) -> Finding {
    let subject = "last commit";
    let age = fs::metadata(dir.join("stats.json"))
        .and_then(|stats| stats.modified())
        .map(|written_at| SystemTime::now().duration_since(written_at).unwrap_or_default());
    match (read_stats(dir), age) {
        (Ok(Some(stats)), Ok(age)) => {
            let queued = count(stats.queued);
            Finding::new(
                Fine,
                subject,
                format!("{} (h:mm:ss) ago, {queued} URLs queued", clock(age)),
            )
        }
        (Err(error), _) => Finding::new(Warn, subject, error.to_string()),
        _ => Finding::new(Warn, subject, "none has been told in stats.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::examine;
    use crate::doctor::Severity;

    #[test]
    fn a_directory_is_empty_or_damaged_or_sound() {
        let place = tempfile::tempdir().unwrap();
        let severities = || examine(place.path()).iter().map(|f| f.severity).collect::<Vec<_>>();
        assert_eq!(severities(), [Severity::Ok]);
        std::fs::create_dir_all(place.path().join("store/db")).unwrap();
        std::fs::write(place.path().join("store/db/version"), "not a version").unwrap();
        assert_eq!(severities(), [Severity::Fail]);
    }
}
