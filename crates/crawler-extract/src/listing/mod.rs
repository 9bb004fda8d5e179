//! Sitemaps and feeds: files whose purpose is to list URLs.
//!
//! Sitemaps follow the protocol of sitemaps.org: `<urlset>` with `xhtml:link` alternates,
//! `<sitemapindex>`, and plain text with one URL per line. Feeds are RSS 0.9x, 1.0 and 2.0 and Atom
//! (RFC 4287). Document types are not read and no entity is expanded but the five of XML.

mod date;
mod feed;
mod sitemap;
mod text;
mod xml;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use encoding_rs::UTF_8;

use crate::charset;
use crate::mime::essence;
pub use date::Period;

/// Entries taken from one file (sitemaps.org, "Sitemap file location"); as many alternates of them
/// may come on top.
pub const ENTRIES_MAX: u32 = 50_000;
/// Decoded bytes of a file that are read (sitemaps.org: 50 MB, or 52 428 800 bytes).
pub const LISTING_BYTES_MAX: usize = 50 * 1024 * 1024;

/// Reads a sitemap or feed and hands out its entries in document order, each with the kind of file
/// it is in; `None` for a file that is neither. What comes before damage counts. Time is linear in the length of the file, and memory
/// besides it is bounded.
pub fn read_listing(
    input: &ListingInput<'_>,
    each: &mut dyn FnMut(ListingForm, Entry<'_>),
) -> Option<ListingFacts> {
    let bytes = input.bytes.get(..LISTING_BYTES_MAX).unwrap_or(input.bytes);
    let text = decoded(bytes, input.content_type);
    let text = text.trim_start_matches('\u{FEFF}').trim_ascii_start();
    let mut handed = Handed::new(each);
    let end = if text.starts_with('<') {
        xml::read(text, &mut handed)?
    } else if input.expect == Expect::Sitemap && text::is_listing(text) {
        text::read(text, &mut handed);
        ListingEnd::Complete
    } else {
        return None;
    };
    let end = if bytes.len() < input.bytes.len() { ListingEnd::TooLong } else { end };
    Some(ListingFacts { form: handed.form, entries: handed.entries, dropped: handed.dropped, end })
}

/// Whether a media type may be that of a sitemap or feed: an XML type (RFC 7303), a feed's own
/// included.
#[must_use]
pub fn is_xml(content_type: Option<&str>) -> bool {
    content_type.map(essence).is_some_and(|essence| {
        let ends = |end: &str| {
            let start = essence.len().checked_sub(end.len());
            start
                .and_then(|start| essence.get(start..))
                .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        };
        (ends("/xml") || ends("+xml")) && !essence.eq_ignore_ascii_case("application/xhtml+xml")
    })
}

/// One file as received.
#[derive(Clone, Copy, Debug)]
pub struct ListingInput<'a> {
    /// The body with all codings undone, gzip files unpacked.
    pub bytes: &'a [u8],
    /// The `Content-Type` header, if there was one.
    pub content_type: Option<&'a str>,
    /// What it was fetched as.
    pub expect: Expect,
}

/// What a file was fetched as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Somebody named it as a sitemap, so that plain text counts as well.
    Sitemap,
    /// Anything: only XML with the right root element is a listing.
    Anything,
}

/// Something a sitemap or feed lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// URL as written, references decoded and trimmed; sitemaps must not, feeds may be relative.
    pub href: &'a str,
    /// What is there.
    pub kind: EntryKind,
    /// When it last changed, as far as the file says so.
    pub modified: Option<Period>,
    /// Rank among the URLs of its site in percent; 50 where nothing is said.
    pub priority: u8,
}

/// What an entry leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A page.
    Page,
    /// The same page for other readers: `<xhtml:link rel="alternate">`.
    Alternate,
    /// A further sitemap.
    Sitemap,
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListingForm {
    /// `<urlset>`
    UrlSet,
    /// `<sitemapindex>`
    Index,
    /// One URL per line
    Text,
    /// RSS or Atom
    Feed,
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListingFacts {
    /// What kind of file it is.
    pub form: ListingForm,
    /// Entries handed out.
    pub entries: u32,
    /// Entries beyond [`ENTRIES_MAX`].
    pub dropped: u32,
    /// Whether that is all.
    pub end: ListingEnd,
}

/// How reading a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingEnd {
    /// At its end.
    Complete,
    /// At [`LISTING_BYTES_MAX`].
    TooLong,
    /// At something that is not XML, or before the end of the root element.
    Malformed,
}

/// Hands out entries, as many as may be.
struct Handed<'v> {
    each: &'v mut dyn FnMut(ListingForm, Entry<'_>),
    form: ListingForm,
    entries: u32,
    alternates: u32,
    dropped: u32,
}

impl<'v> Handed<'v> {
    fn new(each: &'v mut dyn FnMut(ListingForm, Entry<'_>)) -> Self {
        Self { each, form: ListingForm::Text, entries: 0, alternates: 0, dropped: 0 }
    }

    fn give(&mut self, entry: Entry<'_>) {
        if entry.href.is_empty() {
            return;
        }
        let place = match entry.kind {
            EntryKind::Alternate => &mut self.alternates,
            EntryKind::Page | EntryKind::Sitemap => &mut self.entries,
        };
        if *place == ENTRIES_MAX {
            self.dropped = self.dropped.saturating_add(1);
        } else {
            *place += 1;
            (self.each)(self.form, entry);
        }
    }
}

/// By byte order mark, header or XML declaration, else UTF-8 (XML 1.0, 4.3.3).
fn decoded<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    let (encoding, bom_bytes) = charset::declared(bytes, content_type).unwrap_or((UTF_8, 0));
    encoding.decode_without_bom_handling(bytes.get(bom_bytes..).unwrap_or_default()).0
}

/// The rank of an entry without one.
const PRIORITY_UNSAID: u8 = 50;
