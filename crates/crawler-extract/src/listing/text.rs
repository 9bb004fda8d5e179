//! Plain text with one absolute URL per line (sitemaps.org, "Text file").

use super::{Entry, EntryKind, Handed, PRIORITY_UNSAID};

/// Whether the first line that is not empty is a URL: an error page in plain text is not.
pub(super) fn is_listing(text: &str) -> bool {
    text.lines().map(str::trim).find(|line| !line.is_empty()).is_some_and(is_url)
}

/// Hands out the lines that are URLs.
pub(super) fn read(text: &str, handed: &mut Handed<'_>) {
    for href in text.lines().map(str::trim).filter(|line| is_url(line)) {
        let (kind, priority) = (EntryKind::Page, PRIORITY_UNSAID);
        handed.give(Entry { href, kind, modified: None, priority });
    }
}

fn is_url(line: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        line.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}
