//! Whole pages in, links and facts out.

mod anchors;
mod facts;
mod hostile;
mod links;
mod reference;
mod tokens;

use crate::{
    Assets, Link, LinkKind, LinkVisitor, PageFacts, PageInput, Rel, RobotsDirectives, Want, extract,
};

/// Everything a page yields, in the order in which it was told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    bases: Vec<String>,
    directives: Vec<RobotsDirectives>,
    canonical: Option<String>,
    links: Vec<(String, LinkKind, Rel)>,
}

impl LinkVisitor for Seen {
    fn base(&mut self, href: &str) {
        assert!(self.links.is_empty() && self.directives.is_empty(), "the base comes too late");
        self.bases.push(href.to_owned());
    }

    fn directives(&mut self, directives: RobotsDirectives) {
        assert!(self.links.is_empty(), "the directives come too late");
        self.directives.push(directives);
    }

    fn canonical(&mut self, href: &str) {
        assert!(self.links.is_empty(), "the canonical URL comes too late");
        assert_eq!(self.canonical.replace(href.to_owned()), None, "told twice");
    }

    fn link(&mut self, link: Link<'_>) {
        if let Some(text) = link.anchor.text() {
            assert!(!text.is_empty() && text == text.trim() && text.chars().count() <= 256);
        }
        self.links.push((link.href.to_owned(), link.kind, link.rel));
    }
}

impl Seen {
    fn hrefs(&self) -> Vec<&str> {
        self.links.iter().map(|(href, _, _)| &**href).collect()
    }
}

fn input(page: &[u8], assets: Assets) -> PageInput<'_> {
    PageInput {
        bytes: page,
        content_type: Some("text/html; charset=utf-8"),
        want: Want { assets },
        outlinks_max: usize::MAX,
        product_token: Some("ourbot"),
    }
}

fn extracted(input: &PageInput<'_>) -> (Seen, PageFacts) {
    let mut seen = Seen::default();
    let facts = extract(input, &mut seen);
    assert_eq!(usize::try_from(facts.links).unwrap(), seen.links.len());
    assert_eq!(facts.base_href.as_slice(), seen.bases);
    assert_eq!(facts.canonical, seen.canonical);
    assert_eq!([facts.robots].as_slice(), seen.directives);
    (seen, facts)
}
