//! `<urlset>` and `<sitemapindex>` (sitemaps.org protocol, with `xhtml:link` alternates).

use super::xml::{Element, Elements, Text};
use super::{Entry, EntryKind, Handed, ListingForm, PRIORITY_UNSAID, Period};

/// Alternates kept for one URL: more than there are languages with pages.
const ALTERNATES_MAX: usize = 500;

/// Gathers one `<url>` or `<sitemap>` after the other.
pub(super) struct Sitemap<'h, 'v> {
    handed: &'h mut Handed<'v>,
    kind: EntryKind,
    /// Prefix of the protocol's own elements with its colon, as the root has it: `<image:loc>` is no `<loc>`.
    prefix: String,
    loc: String,
    modified: Option<Period>,
    priority: u8,
    /// The first `alternates` of it are those of the entry; the rest is room for later ones.
    hrefs: Vec<String>,
    alternates: usize,
}

impl<'h, 'v> Sitemap<'h, 'v> {
    pub(super) fn new(form: ListingForm, prefix: &str, handed: &'h mut Handed<'v>) -> Self {
        let kind = match form {
            ListingForm::Index => EntryKind::Sitemap,
            ListingForm::UrlSet | ListingForm::Text | ListingForm::Feed => EntryKind::Page,
        };
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}:") };
        Self {
            handed,
            kind,
            prefix,
            loc: String::new(),
            modified: None,
            priority: PRIORITY_UNSAID,
            hrefs: Vec::new(),
            alternates: 0,
        }
    }

    fn begin(&mut self) {
        self.loc.clear();
        (self.modified, self.priority, self.alternates) = (None, PRIORITY_UNSAID, 0);
    }

    /// An element of another vocabulary: only `<xhtml:link rel="alternate" href="…">` matters.
    fn foreign(&mut self, element: &Element<'_>) {
        let is_link = element.name().rsplit(':').next() == Some("link");
        if !is_link || self.alternates >= ALTERNATES_MAX {
            return;
        }
        let rel = element.attribute("rel");
        let is_alternate = rel.is_some_and(|rel| rel.trim().eq_ignore_ascii_case("alternate"));
        if let Some(href) = element.attribute("href").filter(|_| is_alternate) {
            if self.hrefs.len() == self.alternates {
                self.hrefs.push(String::new());
            }
            let place = &mut self.hrefs[self.alternates];
            place.clear();
            place.push_str(href.trim());
            self.alternates += 1;
        }
    }

    fn finish(&mut self) {
        let (modified, priority) = (self.modified, self.priority);
        let entry = |href, kind| Entry { href, kind, modified, priority };
        self.handed.give(entry(&self.loc, self.kind));
        // The list of alternates names the page itself too.
        for href in self.hrefs[..self.alternates].iter().filter(|href| **href != self.loc) {
            self.handed.give(entry(href, EntryKind::Alternate));
        }
        self.begin();
    }
}

impl Elements for Sitemap<'_, '_> {
    fn start(&mut self, element: &Element<'_>) -> Text {
        match element.name().strip_prefix(&*self.prefix) {
            Some("loc" | "lastmod" | "priority") => return Text::Wanted,
            Some("url" | "sitemap") => self.begin(),
            _ => self.foreign(element),
        }
        Text::Ignored
    }

    fn end(&mut self, name: &str, text: &str) {
        match name.strip_prefix(&*self.prefix) {
            Some("loc") => text.clone_into(&mut self.loc),
            Some("lastmod") => self.modified = Period::parse(text),
            Some("priority") => self.priority = percent(text),
            Some("url" | "sitemap") => self.finish(),
            _ => {}
        }
    }
}

fn percent(text: &str) -> u8 {
    let value: Option<f32> = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.map_or(PRIORITY_UNSAID, |value| (value * 100.0).round() as u8)
}
