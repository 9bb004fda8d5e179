use proptest::prelude::*;

use super::*;

const HOSTILE_BYTES: usize = 1 << 20;

/// A beginning and what is repeated after it. Anything quadratic would keep this test busy for hours.
const HOSTILE: &[(&str, &str)] = &[
    ("<urlset>", "<"),
    ("<urlset>", "<url>"),
    ("<urlset>", "</url>"),
    ("<urlset>", "<url/>"),
    ("<urlset>", "<a>"),
    ("<urlset>", "<loc>"),
    ("<urlset><loc>", "x"),
    ("<urlset><loc>", "&"),
    ("<urlset><loc>", "&#x41;"),
    ("<urlset><loc>", "&a;"),
    ("<urlset><loc>", "<![CDATA["),
    ("<urlset><loc>", "<![CDATA[x]]>"),
    ("<urlset>", "<!--"),
    ("<urlset>", "<!-->"),
    ("<urlset>", "<?"),
    ("<urlset>", "<!DOCTYPE x ["),
    ("<!DOCTYPE x [", "<!ENTITY a '&a;&a;'>"),
    ("", "<!DOCTYPE x>"),
    ("<urlset ", "x='y' "),
    ("<urlset><l:link ", "rel='alternate' "),
    ("<urlset><l:link ", "href "),
    ("<urlset>", "<l:link rel='alternate' href='x'/>"),
    ("<rss>", "<item>"),
    ("<rss>", "<link>"),
    ("<rss><item>", "<guid>http</guid></item>"),
    ("<feed>", "<link href='x'/>"),
    ("http://", "\nhttp://"),
];

#[test]
fn hostile_files_take_linear_time() {
    for (start, repeated) in HOSTILE {
        let text = [start, &*repeated.repeat(HOSTILE_BYTES / repeated.len())].concat();
        if let Some((seen, facts)) = read(text.as_bytes(), None, Expect::Sitemap) {
            assert!(seen.len() <= 2 * ENTRIES_MAX as usize, "{start} {repeated}");
            assert!(u64::from(facts.entries) + u64::from(facts.dropped) <= text.len() as u64);
        }
    }
}

/// Markup in pieces, so that chance puts it together in interesting ways.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "<urlset>",
        "<sitemapindex>",
        "<url>",
        "</url>",
        "<loc>",
        "</loc>",
        "http://a/",
        "<rss>",
        "<item>",
        "</item>",
        "<link",
        " href='",
        "' ",
        "/>",
        ">",
        "<",
        "&",
        ";",
        "#x",
        "amp",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE",
        "[",
        "]",
        "<!ENTITY",
        "<?xml",
        "?>",
        " encoding='utf-16'",
        "<lastmod>",
        "2024-",
        "\u{FEFF}",
        "é",
        "\0",
        "\n",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400), as_sitemap: bool) {
        let expect = if as_sitemap { Expect::Sitemap } else { Expect::Anything };
        let _ = read(&bytes, None, expect);
        let _ = read(&[b"<urlset><url><loc>", &*bytes].concat(), None, expect);
    }

    #[test]
    fn any_markup_is_read(bytes in soup()) {
        if let Some((seen, facts)) = read(&bytes, None, Expect::Sitemap) {
            prop_assert_eq!(seen.iter().filter(|line| !line.starts_with("alt")).count(), facts.entries as usize);
        }
    }

    #[test]
    fn any_text_is_a_date_or_not(text in "\\PC{0,30}|[0-9TZ:+-]{0,25}") {
        if let Some(period) = Period::parse(&text) {
            prop_assert!(period.first <= period.last);
        }
    }
}
