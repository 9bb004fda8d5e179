//! The HTML of odd targets.

use crate::content::link::Place;
use crate::oddity::{Gives, OddTarget, Oddity};

/// Bytes of an odd target that is HTML. `page` is the path of an ordinary page of the host.
pub(crate) fn html(odd: &OddTarget, place: Place<'_>, page: &str) -> Vec<u8> {
    match (odd.gives, odd.oddity) {
        (Gives::Entry, Oddity::Empty) => Vec::new(),
        (Gives::Entry, Oddity::LegacyCharset) => windows_1251(
            "<html><head><title>Пример</title></head><body><p>Русский текст в старой кодировке, \
             ссылки: <a href=\"страница.html\">страница</a>, <a href=\"find?q=поиск\">поиск</a>.\
             </body></html>",
        ),
        (Gives::Entry, oddity) => entry(oddity, place, page).into_bytes(),
        (Gives::BusyOnce, _) => {
            document("", "<p>Here again. <a href=busy-leaf.html>more</a>").into_bytes()
        }
        (Gives::Short, _) => {
            document("", "<p>This page ends before its Content-Length says.").into_bytes()
        }
        (Gives::Leaf, _) if odd.oddity == Oddity::LinkSyntax => {
            document("", "<p>Found.").into_bytes()
        }
        _ => {
            let back =
                format!("<p>{} <a href=\"/\">home</a> <a href=\"{page}\">page</a>", odd.target)
                    .replace('&', "&amp;");
            document("", &back).into_bytes()
        }
    }
}

fn entry(oddity: Oddity, place: Place<'_>, page: &str) -> String {
    let page = page.replace('&', "&amp;");
    match oddity {
        Oddity::Chunked => document("", "<p><a href=\"chunked-leaf.html\">next</a>"),
        Oddity::HeaderNofollow => {
            document("", "<p><a href=\"/trap/from-header-nofollow.html\">do not follow</a>")
        }
        Oddity::MetaNofollow => document(
            "<meta name=\"Robots\" content=\"noarchive, NoFollow\">",
            "<p><a href=\"/trap/from-meta-nofollow.html\">do not follow</a>",
        ),
        Oddity::BaseHref => document(
            "<base target=_top><base href=\"docs/v2/\"><base href=\"/trap/second-base/\">",
            "<p><a href=\"leaf.html\">down</a> <a href=\"../leaf.html\">up</a> \
             <a href=\"?q=1\">query</a> <a href=\"/\">root</a>",
        ),
        Oddity::LinkSyntax => document("", &link_syntax(place)),
        Oddity::Frames => document(
            &format!("<meta http-equiv=refresh content=\"300; url={page}\">"),
            &format!(
                "<iframe src=\"{page}\"></iframe><map name=m><area shape=default \
                 href=\"area-leaf.html\" alt=\"\"></map>"
            ),
        ),
        _ => document("", "<p><a href=\"/odd/sniffed-leaf.html\">found by sniffing</a>"),
    }
}

/// One link for each leaf of [`Oddity::LinkSyntax`], and what only looks like links.
fn link_syntax(place: Place<'_>) -> String {
    let origin = place.origin;
    let (scheme, after_scheme) = origin.split_once(':').unwrap_or_default();
    let upper = scheme.to_ascii_uppercase();
    format!(
        "<ul>\n<li><a href=leaf-unquoted.html>a</a>\n\
         <li><a class='x' href='leaf-single.html'>b</a>\n\
         <li><A HREF=\"{upper}:{after_scheme}/odd/leaf-upper.html\">c</A>\n\
         <li><a\thref = \"\n  leaf-spaces.html\t \"\n>d</a>\n\
         <li><a href=\"leaf-entity&#46;html?a=1&amp;b&#x3d;2\">e</a>\n\
         <li><a href=\"leaf-\n\tsplit.html\">f</a>\n\
         <li><a href=\"\\odd\\leaf-backslash.html\">g</a>\n\
         <li><a href=\"./x/../../../../%2e/leaf-dots.html\">h</a>\n\
         <li><a href=\"{after_scheme}/odd/leaf-scheme.html#frag?no=query\">i</a>\n\
         <li><a href=\"leaf space.html\">j</a>\n\
         <li><a href=\"leaf-first.html\" href=\"/trap/second-attribute.html\">k</a>\n\
         <li><a href=\"?only=query\">l</a>\n\
         <li><a href=\"\">m</a> <a href>n</a> <a href=\"#\">o</a> <a>p</a>\n\
         <li><a href=\"http://exa mple.invalid/\">q</a> <a href=\"http://\">r</a> <a href=\"http://[::1\">s</a>\n\
         <li><a href=\"data:text/html,<a href=/trap/data.html>\">t</a>\n\
         <li><a data-href=\"/trap/data-href.html\" title='<a href=\"/trap/title.html\">'>u</a>\n\
         </ul>\n<!-- <a href=\"/trap/comment.html\"> -- > <a href=\"/trap/comment-2.html\"> -->\n\
         <script>var s = \"<a href='/trap/script.html'></a>\"; // <!-- </scrip\n</script>\n\
         <style>/* <a href=\"/trap/style.html\"> */</style>\n\
         <textarea><a href=\"/trap/textarea.html\"></textarea>\n\
         <p title=\"<a href=/trap/attribute.html>\">{}\n\
         <a href=\"leaf-unclosed.html\"",
        "1 < 2 && 3 > 2",
    ) + ">end"
}

fn document(head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html><head><title>odd</title>{head}</head><body>{body}</body></html>\n"
    )
}

/// Cyrillic letters and ASCII; nothing else occurs.
fn windows_1251(text: &str) -> Vec<u8> {
    let encode = |letter: char| match u32::from(letter) {
        code @ 0x410..=0x44f => (code - 0x410 + 0xc0) as u8,
        code => code as u8,
    };
    text.chars().map(encode).collect()
}
