use super::*;

/// Writes the first letter of the role before each URL that is no fragment, mail or data.
fn mark(url: &str, role: UrlRole) -> Option<String> {
    let is_kept = ["#", "mailto:", "data:", "javascript:"].iter().any(|it| url.starts_with(it));
    let letter = format!("{role:?}").chars().next()?;
    (!is_kept && !url.is_empty()).then(|| format!("{letter}:{url}"))
}

fn html(page: &str) -> String {
    let rewritten = rewrite_html(page.as_bytes(), Some("text/html"), &mut mark);
    String::from_utf8(rewritten.html).unwrap()
}

#[test]
fn urls_of_pages_are_replaced() {
    for (page, expected) in [
        ("<a href=/x>", "<a href=\"L:/x\">"),
        ("<a href=/x id=y>", "<a href=\"L:/x\" id=y>"),
        ("<A HREF='/x'>", "<A HREF='L:/x'>"),
        ("<a href = \" /x?a=1&amp;b=2\n\">", "<a href = \"L:/x?a=1&amp;b=2\">"),
        ("<a href='/it&#39;s'>", "<a href='L:/it&#39;s'>"),
        (
            "<a href=#top><a href=mailto:a@b><a href=''>",
            "<a href=#top><a href=mailto:a@b><a href=''>",
        ),
        ("<a href=javascript:x()>", "<a href=javascript:x()>"),
        ("<area href=/x>", "<area href=\"L:/x\">"),
        ("<base href=/x/>", "<base href=\"B:/x/\">"),
        ("<img src=a.png alt=src>", "<img src=\"I:a.png\" alt=src>"),
        ("<img srcset='a 1x, b,c 2x'>", "<img srcset='I:a 1x, I:b,c 2x'>"),
        ("<source srcset=a>", "<source srcset=\"I:a\">"),
        ("<link rel=preload imagesrcset='a 1x'>", "<link rel=preload imagesrcset='I:a 1x'>"),
        ("<script src=a.js></script>", "<script src=\"S:a.js\"></script>"),
        ("<link rel=stylesheet href=a>", "<link rel=stylesheet href=\"S:a\">"),
        ("<link href=a rel=icon>", "<link href=\"I:a\" rel=icon>"),
        ("<link href=a rel=preconnect>", "<link href=\"L:a\" rel=preconnect>"),
        (
            "<iframe src=a></iframe><frame src=b>",
            "<iframe src=\"F:a\"></iframe><frame src=\"F:b\">",
        ),
        ("<video src=a poster=b>", "<video src=\"O:a\" poster=\"I:b\">"),
        ("<object data=a><embed src=b>", "<object data=\"O:a\"><embed src=\"O:b\">"),
        ("<div data=a background=b>", "<div data=a background=\"I:b\">"),
        (
            "<form action=a><button formaction=b>",
            "<form action=\"L:a\"><button formaction=\"L:b\">",
        ),
        (
            "<meta http-equiv=refresh content='5; url=/x'>",
            "<meta http-equiv=refresh content='5; url=L:/x'>",
        ),
        ("<meta http-equiv=refresh content=5>", "<meta http-equiv=refresh content=5>"),
        (
            "<meta name=description content='0;url=/x'>",
            "<meta name=description content='0;url=/x'>",
        ),
        ("<p style='background:url(a)'>", "<p style='background:url(&quot;O:a&quot;)'>"),
        ("<style>p{x:url(a)}</style>", "<style>p{x:url(\"O:a\")}</style>"),
        (
            "<svg><a xlink:href=x/><image href=a /></svg>",
            "<svg><a xlink:href=\"L:x/\"><image href=\"I:a\" /></svg>",
        ),
        (
            "<iframe srcdoc='<a href=/x>&amp;amp;</a><img src=\"y\">'></iframe>",
            "<iframe srcdoc='&lt;a href=&quot;L:/x&quot;&gt;&amp;amp;&lt;/a&gt;&lt;img src=&quot;I:y&quot;&gt;'></iframe>",
        ),
        (
            "<iframe srcdoc='<p>&lt;a href=x>'>",
            "<iframe srcdoc='&lt;p&gt;&lt;a href=&quot;L:x&quot;&gt;'>",
        ),
        ("<iframe srcdoc='<p>x' src=y>", "<iframe srcdoc='<p>x' src=\"F:y\">"),
        ("<p srcdoc='<a href=x>'>", "<p srcdoc='<a href=x>'>"),
        ("<noscript><img src=a></noscript>", "<noscript><img src=\"I:a\"></noscript>"),
    ] {
        assert_eq!(html(page), expected, "{page}");
    }
}

#[test]
fn what_is_no_markup_stays() {
    for page in [
        "",
        "plain <",
        "<a href",
        "<a href=\"/x",
        "<!-- <a href=/x> -->",
        "<script>'<a href=/x>'</script>",
        "<script><!-- <script> </script> <a href=/x> --></script>",
        "<textarea><a href=/x></textarea>",
        "<title><a href=/x></title>",
        "<iframe><a href=/x></iframe>",
        "<plaintext><a href=/x>",
        "<style>p::before { content: 'url(a)' } /* url(b) */</style>",
        "<svg><![CDATA[<a href=/x>]]></svg>",
        "<p data-src=/x title=/y>\u{e9}",
    ] {
        assert_eq!(html(page), page);
    }
    let broken = b"<a title=\xFF href=/x>\xC3";
    let rewritten = rewrite_html(broken, None, &mut mark).html;
    assert_eq!(rewritten, b"<a title=\xFF href=\"L:/x\">\xC3");
}

#[test]
fn what_would_not_hold_any_more_is_emptied() {
    for (page, expected) in [
        (
            "<script integrity=sha384-x src=a></script>",
            "<script integrity=\"\" src=\"S:a\"></script>",
        ),
        ("<a href=x ping='/y /z'>", "<a href=\"L:x\" ping=''>"),
        (
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">",
            "<meta http-equiv=Content-Security-Policy content=\"\">",
        ),
    ] {
        assert_eq!(html(page), expected);
    }
}

#[test]
fn pages_in_pages_are_rewritten_so_deep() {
    let nested = |depth: usize| {
        (0..depth).fold("<a href=x>".to_owned(), |page, _| {
            let page = page.replace('&', "&amp;").replace('"', "&quot;");
            format!("<iframe srcdoc=\"{page}\">")
        })
    };
    let innermost = |page: &str| html(page).contains("L:x");
    assert!(innermost(&nested(4)));
    assert!(!innermost(&nested(5)) && !html(&nested(5)).contains("href"));
}

#[test]
fn the_body_is_found() {
    for (page, before) in [
        ("<head></head><body class=a>x", Some("<head></head><body class=a>")),
        ("<body background=a>x<body>", Some("<body background=\"I:a\">")),
        ("<!-- <body> --><p>x", None),
        ("<body", None),
    ] {
        let rewritten = rewrite_html(page.as_bytes(), None, &mut mark);
        let found = rewritten.body.map(|at| String::from_utf8_lossy(&rewritten.html[..at]));
        assert_eq!(found.as_deref(), before, "{page}");
    }
}

#[test]
fn in_xhtml_elements_may_close_themselves() {
    let page = b"<script src=\"a\"/><a href=\"b\"/>";
    let rewrite = |content_type| rewrite_html(page, Some(content_type), &mut mark).html;
    assert_eq!(rewrite("application/xhtml+xml"), b"<script src=\"S:a\"/><a href=\"L:b\"/>");
    assert_eq!(rewrite("text/html"), b"<script src=\"S:a\"/><a href=\"b\"/>");
}

#[test]
fn urls_of_style_sheets_are_replaced() {
    for (css, expected) in [
        ("a{b:url(c)}", Some("a{b:url(\"O:c\")}")),
        ("a{b:URL( 'c' )}", Some("a{b:URL( \"O:c\" )}")),
        ("a{b:url(\"c\") url( d )}", Some("a{b:url(\"O:c\") url( \"O:d\" )}")),
        ("@import 'a.css' print;", Some("@import \"S:a.css\" print;")),
        ("@IMPORT url(a.css);b{c:url(d)}", Some("@IMPORT url(\"S:a.css\");b{c:url(\"O:d\")}")),
        ("a{b:url(c\\)d)}", Some("a{b:url(\"O:c)d\")}")),
        ("a{b:url('\\63 d')}", Some("a{b:url(\"O:cd\")}")),
        ("a{b:url('c\"d')}", Some("a{b:url(\"O:c\\\"d\")}")),
        ("a{b:url(</style>)}", Some("a{b:url(\"O:%3C/style>\")}")),
        ("a{b:url(c", Some("a{b:url(\"O:c\"")),
        (
            "a{b:image-set('c' 1x, \"d\" type('image/png') 2x, url(e) 3x, 'f') 'g'}",
            Some(
                "a{b:image-set(\"I:c\" 1x, \"I:d\" type('image/png') 2x, url(\"O:e\") 3x, \"I:f\") 'g'}",
            ),
        ),
        (
            "a{b:-WEBKIT-Image-Set( 'c' 1x);d:'e'}",
            Some("a{b:-WEBKIT-Image-Set( \"I:c\" 1x);d:'e'}"),
        ),
        ("a{b:my-image-set('c') image-set('data:,d' 1x", None),
        ("a{b:image-set(;c:'d'}", None),
        ("a{b:url(#c) url(data:,d) url() url('')}", None),
        ("a{b:curl(c) my-url(d)}", None),
        ("a{b:'url(c)' /* url(d) */}", None),
        ("/* url(a)", None),
        ("@import;a{b:'c'}", None),
        ("a{b:'c\n}", None),
        ("a\\", None),
        ("é\\é url(é\\", Some("é\\é url(\"O:é\"")),
        ("", None),
    ] {
        assert_eq!(rewrite_css(css, &mut mark).as_deref(), expected, "{css}");
    }
}

#[test]
fn pages_cut_anywhere_are_rewritten_and_without_replacements_stay() {
    let page = "<!DOCTYPE html><html lang=de><head><base href='/x/'><meta http-equiv=refresh content=\"0;url=/y\">\
        <style>@import 'a'; p{b:url( \"c\\\"d\" )}</style><title>&amp;<b></title><link rel=icon href=i></head>\
        <body background=e><img srcset='f 1x, g 2x' src='h'/><svg><title><a xlink:href=j></a></svg>\
        <script>if (a<b) '</scr'+'ipt><!-- <script> </script>';</script><p style='k:url(l)'>\u{e9}<!-- --><a href=m>";
    let all = html(page);
    for end in 0..=page.len() {
        let cut = &page.as_bytes()[..end];
        assert_eq!(rewrite_html(cut, None, &mut |_, _| None).html, cut, "{end}");
        let rewritten = rewrite_html(cut, None, &mut mark).html;
        assert!(rewritten.len() >= cut.len(), "{end}");
        assert!(end < page.len() || rewritten == all.as_bytes());
        let sheet = String::from_utf8_lossy(cut);
        assert_eq!(rewrite_css(&sheet, &mut |_, _| None), None, "{end}");
        let _ = rewrite_css(&sheet, &mut mark);
    }
}
