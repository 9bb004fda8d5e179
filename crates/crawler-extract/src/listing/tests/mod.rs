//! Whole files in, entries out.

mod dates;
mod feeds;
mod hostile;
mod sitemaps;

use super::*;

/// What a file yields: entries as one line each, and its facts.
fn read(
    bytes: &[u8],
    content_type: Option<&str>,
    expect: Expect,
) -> Option<(Vec<String>, ListingFacts)> {
    let mut seen = Vec::new();
    let input = ListingInput { bytes, content_type, expect };
    let facts = read_listing(&input, &mut |_, entry| {
        let kind = match entry.kind {
            EntryKind::Page => "page",
            EntryKind::Alternate => "alternate",
            EntryKind::Sitemap => "sitemap",
        };
        let modified = entry.modified.map_or(String::new(), |period| format!(" @{}", period.first));
        let priority = match entry.priority {
            50 => String::new(),
            percent => format!(" {percent}%"),
        };
        seen.push(format!("{kind} {}{modified}{priority}", entry.href));
    })?;
    Some((seen, facts))
}

/// The same of an XML file in UTF-8 that must be complete.
fn entries(xml: &str) -> Vec<String> {
    let (seen, facts) = read(xml.as_bytes(), None, Expect::Anything).expect("a listing");
    assert_eq!(facts.end, ListingEnd::Complete, "{xml}");
    assert_eq!(facts.dropped, 0);
    seen
}
