use super::{extracted, input};
use crate::{Assets, CharsetSource, PageInput, RobotsDirectives};

#[test]
fn base_is_told_first_wherever_it_is() {
    let table: &[(&str, Option<&str>)] = &[
        ("<a href=1><base href=/b/>", Some("/b/")),
        ("<base target=x><base href=' /b/?x&amp;y '><base href=/c/>", Some("/b/?x&y")),
        ("<base href=''><base href=/c/>", None),
        ("<!-- <base href=/b/> --><script><base href=/b/></script>", None),
        ("<base href=/b/", None),
        ("<basefont href=/b/>", None),
    ];
    for (page, base) in table {
        let (_, facts) = extracted(&input(page.as_bytes(), Assets::Skip));
        assert_eq!(facts.base_href.as_deref(), *base, "{page}");
    }
}

#[test]
fn titles() {
    let table: &[(&str, Option<&str>)] = &[
        ("<title> A &amp;\n <b>B</b> </title><title>C</title>", Some("A & <b>B</b>")),
        ("<TITLE lang=x>A</TITLE>", Some("A")),
        ("<title>A</titles> B</title >C", Some("A</titles> B")),
        ("<title>A", Some("A")),
        ("<title></title><title>B</title>", None),
        ("<svg><title>A</title></svg><title>B</title>", Some("B")),
        ("<!--<title>A</title>-->", None),
        ("", None),
    ];
    for (page, title) in table {
        let (_, facts) = extracted(&input(page.as_bytes(), Assets::Skip));
        assert_eq!(facts.title.as_deref(), *title, "{page}");
    }
}

#[test]
fn language_and_canonical() {
    let page =
        b"<html lang=' de-AT '><link rel=canonical href='/c?x&amp;y'><link rel=canonical href=/d>";
    let input = PageInput { outlinks_max: 0, ..input(page, Assets::Skip) };
    let (_, facts) = extracted(&input);
    assert_eq!(facts.language.as_deref(), Some("de-AT"));
    assert_eq!(facts.canonical.as_deref(), Some("/c?x&y"));
    assert_eq!((facts.links, facts.links_dropped), (0, 2));

    let long = format!("<html lang={}>", "x".repeat(100));
    for page in ["<html>", "<html lang=''>", &*long] {
        let (_, facts) = extracted(&PageInput { bytes: page.as_bytes(), ..input });
        assert_eq!(facts.language, None, "{page}");
    }
}

#[test]
fn robots_directives_add_up_and_links_stay() {
    let table = [
        ("<meta name=robots content=noindex><a href=1>", (true, false)),
        ("<a href=1><META NAME=' Robots ' CONTENT='NONE'>", (true, true)),
        (
            "<meta name=robots content=noindex><meta name=OurBot content=nofollow><a href=1>",
            (true, true),
        ),
        ("<meta name=otherbot content=none><a href=1>", (false, false)),
        ("<meta name=robots content='index, follow'><a href=1>", (false, false)),
        ("<meta name=robots><a href=1>", (false, false)),
    ];
    for (page, (noindex, nofollow)) in table {
        let (seen, facts) = extracted(&input(page.as_bytes(), Assets::Skip));
        let expected = RobotsDirectives { noindex, nofollow, ..RobotsDirectives::default() };
        assert_eq!(facts.robots, expected, "{page}");
        assert_eq!(seen.hrefs(), ["1"], "{page}");
    }
}

#[test]
fn pages_are_read_in_their_encoding() {
    let markup = "<title>Привет</title><a href='/мир?a=1&amp;b'>";
    let utf16: Vec<u8> =
        [0xFEFF].into_iter().chain(markup.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let declared = format!("<meta charset=windows-1251>{markup}");
    let table = [
        (None, markup.as_bytes().to_vec(), "UTF-8", CharsetSource::Utf8),
        (None, utf16, "UTF-16LE", CharsetSource::Bom),
        (
            Some("text/html; charset=koi8-r"),
            encoding_rs::KOI8_R.encode(markup).0.into_owned(),
            "KOI8-R",
            CharsetSource::Header,
        ),
        (
            Some("text/html"),
            encoding_rs::WINDOWS_1251.encode(&declared).0.into_owned(),
            "windows-1251",
            CharsetSource::Meta,
        ),
    ];
    for (content_type, page, charset, source) in table {
        let (seen, facts) = extracted(&PageInput { content_type, ..input(&page, Assets::Skip) });
        assert_eq!((facts.charset, facts.charset_source), (charset, source));
        assert_eq!(facts.title.as_deref(), Some("Привет"), "{charset}");
        assert_eq!(seen.hrefs(), ["/мир?a=1&b"], "{charset}");
    }
}

#[test]
fn trailing_bytes_that_look_like_markup_are_text() {
    // The second byte of many Shift_JIS characters is an ASCII letter or sign.
    let page = encoding_rs::SHIFT_JIS.encode("<a title='ソ表能' href='/ソ表'>").0;
    let content_type = Some("text/html; charset=shift_jis");
    let (seen, _) = extracted(&PageInput { content_type, ..input(&page, Assets::Skip) });
    assert_eq!(seen.hrefs(), ["/ソ表"]);
}

#[test]
fn xhtml_closes_elements_in_their_start_tag() {
    let page = b"<script src='1'/><title/><iframe src='2'/><a href='3'/><![CDATA[><a href='4'>]]>";
    let content_type = Some("application/xhtml+xml; charset=utf-8");
    let (seen, _) = extracted(&PageInput { content_type, ..input(page, Assets::Include) });
    assert_eq!(seen.hrefs(), ["1", "2", "3"]);
    let (seen, _) = extracted(&input(page, Assets::Include));
    assert_eq!(seen.hrefs(), ["1"]);
}
