//! What a sitemap or feed lists: read in one go, wherever that is done, and taken bit by bit.

use std::cmp::Reverse;
use std::ops::Range;

use bytes::Bytes;
use crawler_extract::{
    Entry, EntryKind, Expect, LISTING_BYTES_MAX, ListingFacts, ListingForm, ListingInput, Period,
    is_xml, read_listing,
};
use crawler_fetch::{DecodeLimits, Decoded, decode};

/// A body without its codings, and what it lists if it is a sitemap or feed.
pub(super) struct Unpacked {
    pub(super) decoded: Decoded,
    pub(super) listed: Option<Listed>,
}

/// What to look for in a body.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) expect: Expect,
    /// Whether sitemaps are read, or only feeds.
    pub(super) sitemaps: bool,
    pub(super) decode: DecodeLimits,
}

impl Wanted {
    /// Whether a body of this type may be what is looked for.
    pub(super) fn may_be(&self, content_type: Option<&str>) -> bool {
        self.expect == Expect::Sitemap || is_xml(content_type)
    }
}

/// Undoes the codings of a body and reads what it lists.
pub(super) fn unpack(
    body: &Bytes,
    content_encoding: Option<&str>,
    content_type: Option<&str>,
    wanted: Wanted,
) -> Unpacked {
    let decoded = decode(body, content_encoding, wanted.decode);
    let may_be = wanted.may_be(content_type);
    let listed = may_be.then(|| Listed::read(&decoded.bytes, content_type, wanted)).flatten();
    Unpacked { decoded, listed }
}

/// The entries of one file, in the order they are to be taken: what the file ranks higher first; its own
/// order decides among equals.
pub(super) struct Listed {
    pub(super) facts: ListingFacts,
    /// All URLs, one after the other: no longer than the file.
    hrefs: String,
    entries: Vec<Place>,
    taken: usize,
}

/// An entry whose URL is a part of the text with all of them.
struct Place {
    href: Range<usize>,
    kind: EntryKind,
    modified: Option<Period>,
    priority: u8,
}

impl Listed {
    fn read(body: &Bytes, content_type: Option<&str>, wanted: Wanted) -> Option<Self> {
        let unpacked = gunzipped(body, wanted.decode);
        let input = ListingInput { bytes: &unpacked, content_type, expect: wanted.expect };
        let (mut hrefs, mut entries) = (String::new(), Vec::new());
        let facts = read_listing(&input, &mut |form, Entry { href, kind, modified, priority }| {
            if wanted.sitemaps || form == ListingForm::Feed {
                let start = hrefs.len();
                hrefs.push_str(href);
                entries.push(Place { href: start..hrefs.len(), kind, modified, priority });
            }
        })?;
        entries.sort_by_key(|entry| Reverse(entry.priority));
        Some(Self { facts, hrefs, entries, taken: 0 })
    }

    /// The next entries, at most `n`.
    pub(super) fn take(&mut self, n: usize) -> impl Iterator<Item = Entry<'_>> {
        let rest = self.entries.get(self.taken..).unwrap_or_default();
        let next = &rest[..n.min(rest.len())];
        self.taken += next.len();
        next.iter().map(|entry| Entry {
            href: self.hrefs.get(entry.href.clone()).unwrap_or_default(),
            kind: entry.kind,
            modified: entry.modified,
            priority: entry.priority,
        })
    }

    /// Whether there are entries left.
    pub(super) fn has_more(&self) -> bool {
        self.taken < self.entries.len()
    }
}

/// A sitemap may be packed without a header that says so: it is the file that is compressed.
fn gunzipped(body: &Bytes, limits: DecodeLimits) -> Bytes {
    const GZIP: &[u8] = &[0x1F, 0x8B];
    if !body.starts_with(GZIP) {
        return body.clone();
    }
    // One byte more tells that it is too long.
    decode(body, Some("gzip"), DecodeLimits { bytes_max: LISTING_BYTES_MAX + 1, ..limits }).bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITEMAP: &[u8] = b"<urlset>
        <url><loc>https://a.example/1</loc></url>
        <url><loc>https://a.example/2</loc><priority>0.9</priority></url>
        <url><loc>https://a.example/3</loc></url>
        <url><loc>https://a.example/4</loc><priority>0.9</priority></url>
        <url><loc>https://a.example/5</loc><priority>0.1</priority></url></urlset>";

    fn read(body: &'static [u8], sitemaps: bool) -> Unpacked {
        let decode = DecodeLimits::default();
        let wanted = Wanted { expect: Expect::Anything, sitemaps, decode };
        unpack(&Bytes::from_static(body), None, Some("text/xml"), wanted)
    }

    #[test]
    fn entries_are_taken_by_rank_so_many_at_a_time() {
        let mut listed = read(SITEMAP, true).listed.unwrap();
        let mut turns: Vec<Vec<String>> = Vec::new();
        while listed.has_more() {
            turns.push(listed.take(2).map(|entry| entry.href[18..].to_owned()).collect());
        }
        assert_eq!(turns, [vec!["2", "4"], vec!["1", "3"], vec!["5"]]);
        assert_eq!(listed.take(2).count(), 0);
    }

    #[test]
    fn a_sitemap_that_is_not_wanted_is_known_as_one_all_the_same() {
        let listed = read(SITEMAP, false).listed.unwrap();
        assert_eq!((listed.facts.entries, listed.has_more()), (5, false));
        assert!(read(b"<html><a href=1>", true).listed.is_none());
    }
}
