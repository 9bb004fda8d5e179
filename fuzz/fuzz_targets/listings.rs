//! Any bytes as a sitemap or feed: entries within their bounds, whatever it was fetched as.
#![no_main]

use crawler_extract::{ENTRIES_MAX, Entry, EntryKind, Expect, ListingInput, read_listing};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    for expect in [Expect::Sitemap, Expect::Anything] {
        let input = ListingInput { bytes: file, content_type: Some("text/xml"), expect };
        let (mut entries, mut alternates) = (0, 0);
        let facts = read_listing(&input, &mut |_, entry: Entry<'_>| {
            match entry.kind {
                EntryKind::Alternate => alternates += 1,
                EntryKind::Page | EntryKind::Sitemap => entries += 1,
            }
            assert_eq!(entry.href, entry.href.trim(), "trimmed");
            assert!(!entry.href.is_empty() && entry.priority <= 100);
        });
        match facts {
            Some(facts) => assert_eq!(facts.entries, entries),
            None => assert_eq!(entries + alternates, 0, "what is no listing has no entries"),
        }
        assert!(entries.max(alternates) <= ENTRIES_MAX);
    }
});
