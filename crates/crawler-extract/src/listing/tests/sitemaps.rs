use super::*;

#[test]
fn url_sets() {
    let table: &[(&str, &[&str])] = &[
        ("<urlset><url><loc>http://a/</loc></url></urlset>", &["page http://a/"]),
        // As the protocol's own example.
        (
            "<?xml version='1.0' encoding='UTF-8'?>\n<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\n\
             <url>\n<loc> http://a/x?a=1&amp;b=2\n</loc><lastmod>2005-01-01</lastmod><priority>0.8</priority></url>\
             <url><loc>http://a/y</loc><changefreq>weekly</changefreq></url></urlset>",
            &["page http://a/x?a=1&b=2 @1104537600 80%", "page http://a/y"],
        ),
        (
            "<urlset><url><loc><![CDATA[http://a/?x&y]]></loc></url></urlset>",
            &["page http://a/?x&y"],
        ),
        ("<urlset><url><loc>http://a/?x&y=1</loc></url></urlset>", &["page http://a/?x&y=1"]),
        ("<urlset><url><loc>http://a/&#x41;&#66;</loc></url></urlset>", &["page http://a/AB"]),
        // A prefix for the protocol's namespace; elements of other vocabularies.
        (
            "<s:urlset><s:url><s:loc>http://a/</s:loc><loc>http://no/</loc></s:url></s:urlset>",
            &["page http://a/"],
        ),
        (
            "<urlset><url><loc>http://a/</loc><image:image><image:loc>http://a/i.png</image:loc>\
             </image:image></url></urlset>",
            &["page http://a/"],
        ),
        (
            "<urlset><url><loc>http://a/en</loc><xhtml:link rel='alternate' hreflang='de' href='http://a/de?a&amp;b'/>\
             <xhtml:link rel='alternate' hreflang='en' href='http://a/en'/>\
             <xhtml:link rel='license' href='http://a/no'/></url><url><loc>http://a/x</loc></url></urlset>",
            &["page http://a/en", "alternate http://a/de?a&b", "page http://a/x"],
        ),
        // Dates and ranks that say nothing.
        (
            "<urlset><url><loc>http://a/</loc><lastmod>soon</lastmod><priority>7</priority></url></urlset>",
            &["page http://a/"],
        ),
        ("<urlset><url><loc/></url><url></url><!-- <url> --></urlset>", &[]),
        // The document's own entities are not expanded, and what is around them is no URL.
        (
            "<!DOCTYPE urlset [<!ENTITY e 'http://b/'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>\
             <urlset><url><loc>http://a/&e;&f;</loc></url></urlset>",
            &[],
        ),
        ("\u{FEFF}  <urlset><url><loc>http://a/</loc></url></urlset>", &["page http://a/"]),
        (
            "<sitemapindex><sitemap><loc>http://a/1.xml.gz</loc><lastmod>2024</lastmod></sitemap></sitemapindex>",
            &["sitemap http://a/1.xml.gz @1704067200"],
        ),
    ];
    for (xml, expected) in table {
        assert_eq!(entries(xml), *expected, "{xml}");
    }
}

#[test]
fn what_is_no_listing() {
    let table = [
        "",
        "<html><body>not found</body></html>",
        "<urlset/>",
        "{}",
        "<?xml version='1.0'?>",
        "<",
    ];
    for text in table {
        assert_eq!(read(text.as_bytes(), None, Expect::Sitemap), None, "{text}");
    }
    let text = "http://a/1\n\n  HTTPS://a/2\r\nnothing\nftp://a/3";
    let (seen, facts) = read(text.as_bytes(), Some("text/plain"), Expect::Sitemap).unwrap();
    assert_eq!(
        (&*seen, facts.form),
        (&["page http://a/1", "page HTTPS://a/2"].map(str::to_owned)[..], ListingForm::Text)
    );
    assert_eq!(read(text.as_bytes(), Some("text/plain"), Expect::Anything), None);
    assert_eq!(read(b"not found\nhttp://a/", None, Expect::Sitemap), None);
}

#[test]
fn damaged_files_yield_what_comes_before() {
    for tail in ["", "<url><loc>http://a/2", "<url><loc>http://a/2</loc>", "<url><!-- ", "<url <"] {
        let xml = format!("<urlset><url><loc>http://a/1</loc></url>{tail}");
        let (seen, facts) = read(xml.as_bytes(), None, Expect::Anything).unwrap();
        assert_eq!(
            (&*seen, facts.end),
            (&["page http://a/1".to_owned()][..], ListingEnd::Malformed),
            "{tail}"
        );
    }
}

#[test]
fn encodings() {
    let xml = |name: &str| {
        format!(
            "<?xml version='1.0' encoding='{name}'?><urlset><url><loc>http://a/é</loc></url></urlset>"
        )
    };
    let utf16: Vec<u8> = "\u{FEFF}"
        .encode_utf16()
        .chain(xml("UTF-16").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let latin1 = |name| encoding_rs::WINDOWS_1252.encode(&xml(name)).0.into_owned();
    let table = [
        (xml("UTF-8").into_bytes(), None),
        (latin1("ISO-8859-1"), None),
        (latin1("UTF-8"), Some("text/xml; charset=iso-8859-1")),
        (utf16, None),
    ];
    for (bytes, content_type) in table {
        let (seen, _) = read(&bytes, content_type, Expect::Anything).unwrap();
        assert_eq!(seen, ["page http://a/é"], "{content_type:?}");
    }
}

#[test]
fn limits_hold_and_what_they_drop_is_counted() {
    let url = "<url><loc>http://a/</loc><l:link rel='alternate' href='b'/></url>";
    let xml = format!("<urlset>{}</urlset>", url.repeat(ENTRIES_MAX as usize + 3));
    let (seen, facts) = read(xml.as_bytes(), None, Expect::Anything).unwrap();
    assert_eq!(seen.len(), 2 * ENTRIES_MAX as usize);
    assert_eq!((facts.entries, facts.dropped, facts.end), (ENTRIES_MAX, 6, ListingEnd::Complete));

    let mut long = b"http://a/\n".to_vec();
    long.resize(LISTING_BYTES_MAX, b' ');
    assert_eq!(read(&long, None, Expect::Sitemap).unwrap().1.end, ListingEnd::Complete);
    long.extend(b"\nhttp://a/2");
    let (seen, facts) = read(&long, None, Expect::Sitemap).unwrap();
    assert_eq!((seen.len(), facts.end), (1, ListingEnd::TooLong));
}

#[test]
fn media_types() {
    let table = [
        ("application/xml", true),
        ("TEXT/XML; charset=utf-8", true),
        ("application/rss+xml", true),
        ("application/atom+xml;type=feed", true),
        ("application/xhtml+xml", false),
        ("text/html", false),
        ("xml", false),
        ("", false),
    ];
    for (content_type, xml) in table {
        assert_eq!(is_xml(Some(content_type)), xml, "{content_type}");
    }
    assert!(!is_xml(None));
}
