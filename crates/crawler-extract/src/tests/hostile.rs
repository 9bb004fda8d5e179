//! Pages made to hurt. Anything quadratic would keep these tests busy for hours.

use super::{extracted, input};
use crate::{Assets, PageInput, is_html, parse_link_header, parse_x_robots_tag};
use proptest::prelude::*;

const HOSTILE_BYTES: usize = 1 << 20;

/// A beginning and what is repeated after it.
#[rustfmt::skip]
const HOSTILE: &[(&str, &str)] = &[
    ("", "<"), ("", "</"), ("", "<!"), ("", "<!--"), ("<!--", "<!--"), ("", "<!-->"),
    ("", "<!----!>"), ("", "<!--!>"), ("<!--", "-"), ("<!--", ">"), ("", "<![CDATA["),
    ("<svg>", "<![CDATA["), ("", "<?"), ("", "<a "), ("<a ", "x "), ("<a ", "x=y "), ("<a ", "="),
    ("<a ", "/"), ("<a href=", "x"), ("<a href=\"", "x"), ("<a href='", "&"), ("", "<a href='&"),
    ("", "<a href=\"x\">"), ("<a href='", "&amp"), ("<a href='&#", "9"), ("", "<a x='"),
    ("", "<script>"), ("", "<script><!--"), ("<script>", "</"), ("<script>", "</script"),
    ("<script><!--", "<script>"), ("<script><!--", "<script></script>"), ("<script>", "<!-->"),
    ("", "<script><!--</script>"), ("", "<script><!--<script></script></script>"), ("", "<title>"),
    ("<title>", "</"), ("<title>", "</titl"), ("<title>", " "), ("<title>", "&"), ("", "<style>"),
    ("", "<svg>"), ("<svg>", "<title>"), ("", "<div>"), ("", "\0"), ("", "<\0"), ("<a \0=", "\0"),
    ("<img srcset='", ","), ("<img srcset='", "a("), ("<img srcset='", "a,"), ("<img srcset='", "a, "),
    ("", "<img srcset='a( "), ("", "<img srcset='a (b'>"), ("", "<base href=x>"),
    ("<meta http-equiv=refresh content='", "0"), ("<meta http-equiv=refresh content='0;", "url="),
    ("<meta name=robots content='", "noindex,"), ("", "<meta "), ("<?xml ", "encoding"),
    ("", "\u{FFFD}"), ("<html lang='", "x"), ("<link rel='", "a "), ("<a rel='", "a "),
];

#[test]
fn hostile_pages_take_linear_time() {
    for (start, repeated) in HOSTILE {
        let page = [start, &*repeated.repeat(HOSTILE_BYTES / repeated.len())].concat();
        for tail in ["", "'>", "\">", "-->"] {
            let page = [&*page, tail].concat();
            let (seen, facts) = extracted(&input(page.as_bytes(), Assets::Include));
            assert!(seen.links.len() <= page.len() / 2, "{start} {repeated}");
            assert_eq!(facts.links_dropped, 0);
        }
    }
}

#[test]
fn hostile_headers_take_linear_time() {
    for repeated in ["<", "<>", "<a>;", "<a>,", "<a>;x=\"", "<a>;rel=\"\\", "<a>;rel=x", ",", ";"] {
        let value = repeated.repeat(HOSTILE_BYTES / 4 / repeated.len());
        let mut links = 0;
        parse_link_header(&value, &mut |_| links += 1);
        assert!(links <= value.len() / 3, "{repeated}");
        let _ = parse_x_robots_tag(&value, "ourbot");
    }
}

/// Markup in pieces, so that chance puts it together in interesting ways.
pub(super) fn soup() -> impl Strategy<Value = Vec<u8>> {
    #[rustfmt::skip]
    let pieces = prop::sample::select(vec![
        "<", ">", "/", "=", "\"", "'", " ", "\n", "!", "-", "--", "?", "&", ";", "a", "x", "\0", "é",
        "<a", " href=", "</a", "<!--", "-->", "--!>", "<!", "</", "/>", "<script", "</script>",
        "<title>", "</title", "<svg>", "</svg>", "<![CDATA[", "]]>", "<base", "<img", " srcset=",
        "<meta", " http-equiv=refresh", " content=", "0;url=", "&amp;", "&copy", "&#x80", ",",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_a_page(page in prop::collection::vec(any::<u8>(), 0..600)) {
        for content_type in [None, Some("text/html; charset=utf-8"), Some("text/html; charset=gbk")] {
            extracted(&PageInput { content_type, ..input(&page, Assets::Include) });
        }
        let _ = is_html(None, &page);
    }

    #[test]
    fn any_bytes_are_a_page_in_any_charset(
        page in prop::collection::vec(any::<u8>(), 0..300),
        label in prop::sample::select(vec![
            "windows-1252", "koi8-r", "shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "big5",
            "euc-kr", "utf-16le", "utf-16be", "replacement", "x-user-defined", "none-such", "\"",
        ]),
    ) {
        let page = [b"<a href='/?", &page[..], b"'>"].concat();
        let content_type = format!("text/html; charset={label}");
        let input = PageInput { content_type: Some(&content_type), ..input(&page, Assets::Skip) };
        let (seen, facts) = extracted(&input);
        prop_assert_eq!((seen, facts), extracted(&input));
    }

    #[test]
    fn encodings_do_not_change_the_links(page in soup()) {
        let text = String::from_utf8(page).unwrap();
        let utf16: Vec<u8> = std::iter::once(0xFEFF)
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect();
        let (expected, facts) = extracted(&input(text.as_bytes(), Assets::Include));
        let (found, found_facts) = extracted(&input(&utf16, Assets::Include));
        prop_assert_eq!(found, expected);
        prop_assert_eq!(found_facts.title, facts.title);
    }

    #[test]
    fn the_maximum_cuts_the_same_list(page in soup(), outlinks_max in 0..4_usize) {
        let (all, _) = extracted(&input(&page, Assets::Include));
        let (some, facts) =
            extracted(&PageInput { outlinks_max, ..input(&page, Assets::Include) });
        prop_assert_eq!(&some.links[..], &all.links[..outlinks_max.min(all.links.len())]);
        prop_assert_eq!(facts.links + facts.links_dropped, u32::try_from(all.links.len()).unwrap());
    }

    #[test]
    fn any_header_is_read(value in "[ -~]{0,80}|([<>;,=\"\\\\ ]|rel|next|/a|é){0,30}") {
        parse_link_header(&value, &mut |link| assert!(!link.href.is_empty()));
        let _ = parse_x_robots_tag(&value, "ourbot");
    }
}
