//! RSS in its versions and Atom (RFC 4287), by one reader: they differ in where a link is written.

use super::xml::{Element, Elements, Text};
use super::{Entry, EntryKind, Handed, PRIORITY_UNSAID};

/// Gathers the links of a feed and its items.
pub(super) struct Feed<'h, 'v> {
    handed: &'h mut Handed<'v>,
    /// Where the running item says it is, in case it has no link: `<guid>` is a permalink unless it
    /// says otherwise (RSS 2.0).
    guid: String,
    guid_is_link: bool,
    has_link: bool,
}

impl<'h, 'v> Feed<'h, 'v> {
    pub(super) fn new(handed: &'h mut Handed<'v>) -> Self {
        Self { handed, guid: String::new(), guid_is_link: false, has_link: false }
    }

    fn give(&mut self, href: &str) {
        let (kind, priority) = (EntryKind::Page, PRIORITY_UNSAID);
        self.handed.give(Entry { href, kind, modified: None, priority });
    }

    /// `<link href="…">` leads to a page unless `rel` says that it is about the feed itself or about a
    /// file (RFC 4287 4.2.7.2; paging: RFC 5005).
    fn atom_link(&mut self, element: &Element<'_>, href: &str) {
        let rel = element.attribute("rel");
        let rel = rel.as_deref().map_or("alternate", str::trim);
        match rel {
            "alternate" => self.has_link = true,
            "next" | "prev" | "previous" | "next-archive" | "prev-archive" => {}
            _ => return,
        }
        self.give(href.trim());
    }
}

impl Elements for Feed<'_, '_> {
    fn start(&mut self, element: &Element<'_>) -> Text {
        match element.name() {
            "item" | "entry" | "rss:item" | "atom:entry" => {
                self.guid.clear();
                self.has_link = false;
            }
            "guid" => {
                let is_link = element.attribute("isPermaLink");
                self.guid_is_link =
                    is_link.is_none_or(|value| value.trim().eq_ignore_ascii_case("true"));
                return Text::Wanted;
            }
            "link" | "rss:link" | "atom:link" => match element.attribute("href") {
                Some(href) => self.atom_link(element, &href),
                None => return Text::Wanted,
            },
            _ => {}
        }
        Text::Ignored
    }

    fn end(&mut self, name: &str, text: &str) {
        match name {
            "link" | "rss:link" if !text.is_empty() => {
                self.has_link = true;
                self.give(text);
            }
            "guid" if self.guid_is_link => text.clone_into(&mut self.guid),
            "item" if !self.has_link && self.guid.starts_with("http") => {
                let guid = std::mem::take(&mut self.guid);
                self.give(&guid);
            }
            _ => {}
        }
    }
}
