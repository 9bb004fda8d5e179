//! `NAME.seeds`: URLs, one a line, as the admin interface takes them.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crawler_admin::api::SeedsAdded;
use crawler_admin::{SeedFormat, SeedReader};
use crawler_engine::{ControlError, CrawlHandle};
use crawler_url::WireUrl;

use super::Outcome;
use crate::service::process::seed;

/// Bytes read at once.
const PART_BYTES: usize = 64 * 1024;

/// Queues the URLs of a file; nothing if the crawl is ending.
pub(super) fn add(path: &Path, crawl: &CrawlHandle) -> Option<Outcome> {
    let mut reader = SeedReader::new(SeedFormat::Text, seed);
    match read(path, crawl, &mut reader) {
        Ok(()) => Some(outcome(&reader.added)),
        Err(error) if matches!(error.downcast_ref(), Some(ControlError::Ending)) => None,
        Err(error) => {
            let mut outcome = outcome(&reader.added);
            outcome.problems.push(format!("the rest was not read: {error}"));
            Some(outcome)
        }
    }
}

fn read<P: FnMut(&str) -> Result<WireUrl, String>>(
    path: &Path,
    crawl: &CrawlHandle,
    reader: &mut SeedReader<P>,
) -> anyhow::Result<()> {
    let mut file = File::open(path)?;
    let mut part = vec![0; PART_BYTES];
    loop {
        let len = file.read(&mut part)?;
        reader.push(&part[..len]);
        let batch = if len == 0 { reader.last_batch() } else { reader.full_batch() };
        if let Some(batch) = batch {
            let taken = crawl.add_seeds(batch)?;
            reader.added.accepted += taken.new;
            reader.added.duplicate += taken.known;
        }
        if len == 0 {
            return Ok(());
        }
    }
}

fn outcome(added: &SeedsAdded) -> Outcome {
    let SeedsAdded { accepted, duplicate, refused, problems } = added;
    let mut lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("line {}: `{}` {}", problem.line, problem.text, problem.reason))
        .collect();
    let unlisted = refused.saturating_sub(lines.len() as u64);
    if unlisted > 0 {
        lines.push(format!("{unlisted} more lines are not URLs"));
    }
    let summary = format!("{accepted} new seeds, {duplicate} known, {refused} refused");
    Outcome { summary, problems: lines }
}
