//! Any bytes in any charset: a first line names the charset, the rest is the page.
#![no_main]

use crawler_extract::{Assets, Link, LinkVisitor, PageInput, Want, encode_query, extract};
use crawler_url::{Base, WireUrl};
use libfuzzer_sys::fuzz_target;

struct Page {
    base: Base,
    charset: Option<&'static str>,
}

impl LinkVisitor for Page {
    fn charset(&mut self, name: &'static str) {
        assert!(self.charset.replace(name).is_none(), "told once");
        self.base.set_encoding(move |query| encode_query(name, query));
    }

    fn base(&mut self, href: &str) {
        self.base.set_href(href);
    }

    fn link(&mut self, link: Link<'_>) {
        if let Ok(url) = self.base.join(link.href) {
            assert!(url.as_str().is_ascii());
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (label, bytes) = input.split_at(at);
    let content_type = String::from_utf8_lossy(label);
    let base = Base::new(&WireUrl::parse("http://a.example/").expect("a url"));
    let mut page = Page { base, charset: None };
    let input = PageInput {
        bytes,
        content_type: (!label.is_empty()).then_some(&content_type),
        want: Want { assets: Assets::Skip },
        outlinks_max: 1000,
        product_token: None,
    };
    let facts = extract(&input, &mut page);
    assert_eq!(page.charset.unwrap_or("UTF-8"), facts.charset);
});
