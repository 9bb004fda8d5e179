use super::{extracted, input};
use crate::LinkKind::{
    Alternate, Anchor, Area, Canonical, Frame, Image, Next, Other, Prev, Refresh, Script,
    Stylesheet,
};
use crate::{Assets, LinkKind, PageInput, Rel};

/// Page and the addresses of its links, assets left out.
#[rustfmt::skip]
const MARKUP: &[(&str, &[&str])] = &[
    // attributes
    ("<a href=/x>", &["/x"]),
    ("<a href='/x'>", &["/x"]),
    ("<A HREF=\"/x\">", &["/x"]),
    ("<a\thref\n=\r /x\x0C>", &["/x"]),
    ("<a href=/x/>", &["/x/"]),
    ("<a href=\"/x\"/>", &["/x"]),
    ("<a/href=/x>", &["/x"]),
    ("<a / / href=/x>", &["/x"]),
    ("<a href=/x href=/y>", &["/x"]),
    ("<a href href=/y>", &[""]),
    ("<a href>", &[""]),
    ("<a href=>", &[""]),
    ("<a href= >", &[""]),
    ("<a =href=/x>", &[]),
    ("<a = href=/x>", &["/x"]),
    ("<a href==x>", &["=x"]),
    ("<a x=\"1\"href=/x>", &["/x"]),
    ("<a x=1\"2 href=/x>", &["/x"]),
    ("<a x=\"a>b\" href='c>d'>", &["c>d"]),
    ("<a x\"y>\" href=/x>", &[]),
    ("<a href=a\"b>", &["a\"b"]),
    ("<a href=a'b>", &["a'b"]),
    ("<a href='a\"b'>", &["a\"b"]),
    ("<a hrefs=/x data-href=/y>", &[]),
    ("<a xlink:href=/x>", &[]),
    ("<a name=top>", &[]),
    ("<a ping=/p href=/x>", &["/x"]),
    ("<ab href=/x><aa href=/x>", &[]),
    // cut off
    ("<a href=/x", &[]),
    ("<a href=\"/x>", &[]),
    ("<a href=/x><a href='/y>", &["/x"]),
    ("<", &[]), ("<a", &[]), ("</", &[]), ("<!", &[]), ("<!-", &[]), ("<!--", &[]), ("<?", &[]),
    ("<a ", &[]), ("<a href", &[]), ("<a href=", &[]), ("<a href= ", &[]), ("<a/", &[]),
    // not tags
    ("< a href=/x>", &[]),
    ("<1<a href=/x>", &["/x"]),
    ("<<a href=/x>", &["/x"]),
    ("a<b && c>d <a href=/x>", &["/x"]),
    ("</a href=/x>", &[]),
    ("</a title='<a href=/x>'><a href=/y>", &["/y"]),
    ("</><a href=/x>", &["/x"]),
    ("</ <a href=/x>><a href=/y>", &["/y"]),
    ("<div title=\"<a href=/x>\"><a href=/y>", &["/y"]),
    ("<div title='<a href=/x>'><a href=/y>", &["/y"]),
    ("<div title=<a href=/x><a href=/y>", &["/y"]),
    ("<div \"><a href=/x>\">", &["/x"]),
    // comments and declarations
    ("<!-- <a href=/x> --><a href=/y>", &["/y"]),
    ("<!-- <a href=/x> --!><a href=/y>", &["/y"]),
    ("<!--><a href=/x>-->", &["/x"]),
    ("<!---><a href=/x>-->", &["/x"]),
    ("<!----><a href=/x>", &["/x"]),
    ("<!----!><a href=/x>", &["/x"]),
    ("<!--!><a href=/x>--><a href=/y>", &["/y"]),
    ("<!-- > -> --x> <a href=/x> ---><a href=/y>", &["/y"]),
    ("<!-- <!-- <a href=/x> --><a href=/y>", &["/y"]),
    ("<!-- <a href=/x>", &[]),
    ("<!doctype html \"><a href=/x>\"><a href=/y>", &["/x", "/y"]),
    ("<!x '><a href=/x>", &["/x"]),
    ("<?php echo '<a href=/x>' ?><a href=/y>", &["/y"]),
    ("<![CDATA[<a href=/x>]]><a href=/y>", &["/y"]),
    ("<![CDATA[><a href=/x>]]>", &["/x"]),
    ("<svg><![CDATA[><a href=/x>]]><a href=/y></a></svg>", &["/y"]),
    ("<svg></svg><![CDATA[><a href=/x>]]>", &["/x"]),
    // content that is no markup
    ("<script><a href=/x></script><a href=/y>", &["/y"]),
    ("<script>'</scripts><a href=/x>'</script ><a href=/y>", &["/y"]),
    ("<SCRIPT></SCRIPT/><a href=/x>", &["/x"]),
    ("<script>'</script'<a href=/x></script><a href=/y>", &["/y"]),
    ("<script/><a href=/x></script><a href=/y>", &["/y"]),
    ("<script><!-- <script> </script><a href=/x> --></script><a href=/y>", &["/y"]),
    ("<script><!-- <script></script></script><a href=/x>", &["/x"]),
    ("<script><!-- </script><a href=/x>", &["/x"]),
    ("<script><!-- <scripts> </script><a href=/x>", &["/x"]),
    ("<script><!--><script></script><a href=/x>", &["/x"]),
    ("<script><!-- <script> --></script><a href=/x>", &["/x"]),
    ("<script><!--<script>--!></script><a href=/x></script><a href=/y>", &["/y"]),
    ("<script><a href=/x>", &[]),
    ("<style>/*<a href=/x>*/</style><a href=/y>", &["/y"]),
    ("<textarea><a href=/x></textarea><a href=/y>", &["/y"]),
    ("<title><a href=/x></title><a href=/y>", &["/y"]),
    ("<xmp><a href=/x></xmp><a href=/y>", &["/y"]),
    ("<noembed><a href=/x></noembed><a href=/y>", &["/y"]),
    ("<noframes><a href=/x></noframes><a href=/y>", &["/y"]),
    ("<iframe src=/f><a href=/x></iframe><a href=/y>", &["/f", "/y"]),
    ("<plaintext><a href=/x></plaintext><a href=/y>", &[]),
    ("<xplaintext><a href=/x>", &["/x"]),
    ("<noscript><a href=/x></noscript>", &["/x"]),
    ("<template><a href=/x></template>", &["/x"]),
    // drawings
    ("<svg><title/><style/><script/><a href=/x></a></svg><a href=/y>", &["/x", "/y"]),
    ("<svg><a xlink:href=/x></a></svg>", &["/x"]),
    ("<svg><style><a href=/x></a></style></svg>", &["/x"]),
    ("<svg/><script><a href=/x></script>", &[]),
    ("<svg><svg></svg><title/></svg><title><a href=/x></title>", &[]),
    ("<svg><div></div><script><a href=/x></script>", &[]),
    ("<math><mi></mi></math><style><a href=/x></style>", &[]),
    // values
    ("<a href=' /x\t\n'>", &["/x"]),
    ("<a href='/x\ny\tz'>", &["/xyz"]),
    ("<a href='/?a=1&amp;b=2'>", &["/?a=1&b=2"]),
    ("<a href='/?a=1&copy=2&lt=3'>", &["/?a=1&copy=2&lt=3"]),
    ("<a href=/&eacute;&#233;&#x80;>", &["/éé€"]),
    ("<a href='&#32;'>", &[""]),
    ("<a href='/é'>", &["/é"]),
    ("<a href='/a\0b'>", &["/a\u{FFFD}b"]),
    ("<a hr\0ef=/x><\0a href=/y>", &[]),
    ("<a href=javascript:x() ><a href=#f><a href=mailto:x>", &["javascript:x()", "#f", "mailto:x"]),
];

#[test]
fn markup_yields_links() {
    for (page, hrefs) in MARKUP {
        let (seen, _) = extracted(&input(page.as_bytes(), Assets::Skip));
        assert_eq!(seen.hrefs(), *hrefs, "{page}");
    }
}

type Kinds<'a> = &'a [(&'a str, LinkKind)];

/// Page, its links, and what assets add to them.
#[rustfmt::skip]
const KINDS: &[(&str, Kinds<'_>, Kinds<'_>)] = &[
    ("<a href=1><area href=2>", &[("1", Anchor), ("2", Area)], &[]),
    ("<iframe src=1></iframe><frame src=2><iframe src></iframe>", &[("1", Frame), ("2", Frame)], &[]),
    ("<link rel=canonical href=1>", &[("1", Canonical)], &[]),
    ("<link rel='x Alternate' href=1>", &[("1", Alternate)], &[]),
    ("<link rel=next href=1><link rel=prev href=2>", &[("1", Next), ("2", Prev)], &[]),
    ("<link rel=previous href=1>", &[("1", Prev)], &[]),
    ("<link rel=canonical href=''><link rel=canonical><link href=1>", &[], &[]),
    ("<link rel=preconnect href=1><link rel=pingback href=2>", &[], &[]),
    ("<link rel=stylesheet href=1>", &[], &[("1", Stylesheet)]),
    ("<link rel='alternate stylesheet' href=1>", &[], &[("1", Stylesheet)]),
    ("<link rel='shortcut icon' href=1>", &[], &[("1", Image)]),
    ("<link rel=preload as=script href=1>", &[], &[("1", Script)]),
    ("<link rel=preload as=font href=1>", &[], &[("1", Other)]),
    ("<meta http-equiv=Refresh content=\"5; url='/x'\">", &[("/x", Refresh)], &[]),
    ("<meta http-equiv=refresh content='0;url=/?a=1&amp;b=2\n3'>", &[("/?a=1&b=23", Refresh)], &[]),
    ("<meta http-equiv=refresh content=5><meta http-equiv=refresh>", &[], &[]),
    ("<img src=1 srcset='2 1x, 3 2x'>", &[], &[("1", Image), ("2", Image), ("3", Image)]),
    ("<img srcset='?a=1&amp;b=2' src><image src=1>", &[], &[("?a=1&b=2", Image), ("1", Image)]),
    ("<source src=1><source srcset=2>", &[], &[("1", Other), ("2", Image)]),
    ("<script src=1></script>", &[], &[("1", Script)]),
    ("<video src=1 poster=2></video><audio src=3>", &[], &[("1", Other), ("2", Image), ("3", Other)]),
    ("<track src=1><embed src=2><object data=3>", &[], &[("1", Other), ("2", Other), ("3", Other)]),
    ("<input type=IMAGE src=1><input src=2>", &[], &[("1", Image)]),
    ("<svg><image href=1 /></svg>", &[], &[("1", Image)]),
    ("<form action=1><button formaction=2><q cite=3>", &[], &[]),
];

#[test]
fn elements_tell_the_kind() {
    for (page, pages, assets) in KINDS {
        for (want, expected) in
            [(Assets::Skip, *pages), (Assets::Include, &[*pages, *assets].concat())]
        {
            let (seen, _) = extracted(&input(page.as_bytes(), want));
            let found: Vec<_> = seen.links.iter().map(|(href, kind, _)| (&**href, *kind)).collect();
            assert_eq!(found, expected, "{want:?} {page}");
        }
    }
}

#[test]
fn rel_is_told() {
    let rel = |nofollow, ugc, sponsored| Rel { nofollow, ugc, sponsored };
    let table = [
        ("<a href=1>", rel(false, false, false)),
        ("<a href=1 rel='noopener NoFollow'>", rel(true, false, false)),
        ("<a rel='ugc\nsponsored' href=1>", rel(false, true, true)),
        ("<a rel=nofollow rel=ugc href=1>", rel(true, false, false)),
        ("<a rel=nofollowed href=1>", rel(false, false, false)),
        ("<link rel='next nofollow' href=1>", rel(true, false, false)),
    ];
    for (page, expected) in table {
        let (seen, _) = extracted(&input(page.as_bytes(), Assets::Skip));
        assert_eq!(
            seen.links.iter().map(|(_, _, rel)| *rel).collect::<Vec<_>>(),
            [expected],
            "{page}"
        );
    }
}

#[test]
fn links_beyond_the_maximum_are_counted() {
    let page =
        b"<a href=1><img src=2 srcset='3,, 4 2x'><img srcset=','><img srcset='5, 6'><a href=7>";
    for outlinks_max in 0..9_usize {
        let (seen, facts) = extracted(&PageInput { outlinks_max, ..input(page, Assets::Include) });
        let all = ["1", "2", "3", "4", "5", "6", "7"];
        assert_eq!(seen.hrefs(), all[..outlinks_max.min(7)]);
        assert_eq!(usize::try_from(facts.links_dropped).unwrap(), 7 - outlinks_max.min(7));
    }
}
