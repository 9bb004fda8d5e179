//! Walking through XML: elements and their text, without a tree.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use super::feed::Feed;
use super::sitemap::Sitemap;
use super::{Handed, ListingEnd, ListingForm};

/// Text of an element beyond it is not kept: no URL is longer.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Reads a document whose root element is that of a sitemap or feed.
pub(super) fn read(text: &str, handed: &mut Handed<'_>) -> Option<ListingEnd> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    // Listings are written by hand and by templates: what can be understood is.
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let root = loop {
        match reader.read_event().ok()? {
            Event::Start(root) => break root,
            Event::Empty(_) | Event::Eof => return None,
            _ => {}
        }
    };
    let root = Element { start: root };
    let (prefix, name) = root.name().rsplit_once(':').unwrap_or(("", root.name()));
    handed.form = match name {
        "urlset" => ListingForm::UrlSet,
        "sitemapindex" => ListingForm::Index,
        "rss" | "feed" | "RDF" => ListingForm::Feed,
        _ => return None,
    };
    Some(match handed.form {
        ListingForm::Feed => walk(&mut reader, root.name(), Feed::new(handed)),
        form => walk(&mut reader, root.name(), Sitemap::new(form, prefix, handed)),
    })
}

/// Takes what a document says, element by element.
pub(super) trait Elements {
    /// An element begins; tells whether its text matters.
    fn start(&mut self, element: &Element<'_>) -> Text;
    /// An element ends. `text` is its own, trimmed, if it was wanted.
    fn end(&mut self, name: &str, text: &str);
}

/// Whether the text of an element matters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Wanted,
    Ignored,
}

/// A start tag.
pub(super) struct Element<'a> {
    start: BytesStart<'a>,
}

impl Element<'_> {
    /// Its name with the prefix.
    pub(super) fn name(&self) -> &str {
        self.start.name().0
    }

    /// The attribute with this name, references decoded; as written if they are not XML's.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut attributes = self.start.attributes();
        attributes.with_checks(false);
        let found = attributes.flatten().find(|attribute| attribute.key.0 == name)?;
        let value = found.value;
        Some(match quick_xml::escape::unescape(&value) {
            Ok(Cow::Owned(decoded)) => Cow::Owned(decoded),
            Ok(Cow::Borrowed(_)) | Err(_) => value,
        })
    }
}

fn walk(reader: &mut Reader<&[u8]>, root: &str, mut elements: impl Elements) -> ListingEnd {
    let mut gathered = Gathered { text: String::new(), wanted: Text::Ignored };
    loop {
        let Ok(event) = reader.read_event() else { return ListingEnd::Malformed };
        match event {
            Event::Start(start) => gathered.begin(elements.start(&Element { start })),
            Event::Empty(start) => {
                elements.start(&Element { start: start.borrow() });
                elements.end(start.name().0, "");
                gathered.begin(Text::Ignored);
            }
            Event::End(end) if end.name().0 == root => return ListingEnd::Complete,
            Event::End(end) => {
                elements.end(end.name().0, gathered.text.trim());
                gathered.begin(Text::Ignored);
            }
            Event::Text(text) => gathered.add(&text),
            Event::CData(text) => gathered.add(&text),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(letter)) => gathered.add(letter.encode_utf8(&mut [0; 4])),
                _ => match resolve_xml_entity(&reference) {
                    Some(text) => gathered.add(text),
                    // An entity of the document's own is not expanded, and what is around it is
                    // not what was meant.
                    None => gathered.begin(Text::Ignored),
                },
            },
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => return ListingEnd::Malformed,
        }
    }
}

/// The text of the innermost element.
struct Gathered {
    text: String,
    wanted: Text,
}

impl Gathered {
    fn begin(&mut self, wanted: Text) {
        self.text.clear();
        self.wanted = wanted;
    }

    fn add(&mut self, text: &str) {
        if self.wanted == Text::Wanted && self.text.len() + text.len() <= TEXT_BYTES_MAX {
            self.text.push_str(text);
        } else if self.wanted == Text::Wanted {
            // A part of a URL is another URL.
            self.begin(Text::Ignored);
        }
    }
}
