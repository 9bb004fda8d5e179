//! Any bytes as a page: links and facts within their bounds; its URLs replaced.
#![no_main]

use crawler_extract::{
    Assets, Link, LinkVisitor, PageInput, Want, extract, is_html, parse_link_header,
    parse_x_robots_tag, rewrite_css, rewrite_html,
};
use libfuzzer_sys::fuzz_target;

const OUTLINKS_MAX: usize = 50;
const TITLE_CHARS_MAX: usize = 500;

#[derive(Default)]
struct Seen {
    links: usize,
    bases: usize,
}

impl LinkVisitor for Seen {
    fn base(&mut self, _: &str) {
        assert_eq!((self.bases, self.links), (0, 0), "once, before all links");
        self.bases += 1;
    }

    fn link(&mut self, link: Link<'_>) {
        self.links += 1;
        assert_eq!(link.href, link.href.trim_matches([' ', '\x0c']), "trimmed");
        assert!(!link.href.contains(['\t', '\n', '\r']));
        if let Some(text) = link.anchor.text() {
            assert!(!text.is_empty() && text == text.trim() && text.chars().count() <= 256);
        }
    }
}

fuzz_target!(|page: &[u8]| {
    let _ = is_html(None, page);
    let input = PageInput {
        bytes: page,
        content_type: Some("text/html; charset=utf-8"),
        want: Want { assets: Assets::Include },
        outlinks_max: OUTLINKS_MAX,
        product_token: Some("ourbot"),
    };
    let mut seen = Seen::default();
    let facts = extract(&input, &mut seen);
    assert!(seen.links <= OUTLINKS_MAX);
    assert_eq!(facts.base_href.is_some(), seen.bases == 1);
    assert!(facts.title.is_none_or(|title| title.chars().count() <= TITLE_CHARS_MAX));
    let rewritten = rewrite_html(page, None, &mut |_, _| Some("/x?a&b".to_owned()));
    assert!(rewritten.body.is_none_or(|at| at <= rewritten.html.len()));
    if let Ok(text) = std::str::from_utf8(page) {
        assert_eq!(rewrite_css(text, &mut |_, _| None), None);
        let _ = rewrite_css(text, &mut |_, _| Some("/x\\\"".to_owned()));
        parse_link_header(text, &mut |link| assert!(link.href.len() <= text.len()));
        let _ = parse_x_robots_tag(text, "ourbot");
    }
});
