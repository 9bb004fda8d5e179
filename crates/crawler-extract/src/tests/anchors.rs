//! What an anchor's text is, by example.

use super::*;

#[derive(Default)]
struct Texts(Vec<Option<String>>);

impl LinkVisitor for Texts {
    fn base(&mut self, _: &str) {}

    fn link(&mut self, link: Link<'_>) {
        self.0.push(link.anchor.text());
    }
}

fn texts(page: &[u8]) -> Vec<Option<String>> {
    let mut texts = Texts::default();
    extract(&input(page, Assets::Include), &mut texts);
    texts.0
}

#[test]
fn texts_are_what_is_seen() {
    for (page, expected) in [
        ("<a href=/>plain</a> more", "plain"),
        ("<a href=\"/\">quoted</a>", "quoted"),
        ("<a title='a>b' href='/' class=\"x>\">among others</a>", "among others"),
        ("<A HREF=/>  two \n\t words </A>", "two words"),
        ("<a href=/>a &amp; b&nbsp;c &lt;d&gt; &eacute;</a>", "a & b c <d> é"),
        ("<a href=/><b>in</b>side<i> it</i></a>", "inside it"),
        ("<a href=/><div>one</div><div>two</div>three<br>four</a>", "one two three four"),
        ("<a href=/>x<img src=i alt='an &quot;image&quot;'>y</a>", "x an \"image\" y"),
        ("<a href=/><img src=i></a>", ""),
        ("<a href=/>a<!-- no > --!> -->b<!x>c<?y?>d</>e</ z>f</a>", "abcdef"),
        ("<a href=/>1 < 2 <3</a>", "1 < 2 <3"),
        ("<a href=/><script>'</a>'</script>s<style></a></style>t</a>", "s t"),
        ("<a href=/>open <a href=/>", "open"),
        ("<a href=/>to the end", "to the end"),
        ("<a href=/></a>", ""),
        ("<a href=/ >spaced</a>", "spaced"),
        ("<a href>missing</a>", ""),
        ("<a href=''>empty</a>", "empty"),
        ("<svg><a xlink:href=/><text>drawn</text></a></svg>", "drawn"),
        ("<a href=/>\u{0}nul\u{0}</a>", "nul"),
        ("<area href=/>behind", ""),
        ("<img src=/>behind", ""),
    ] {
        let expected = Some(expected.to_owned()).filter(|text| !text.is_empty());
        assert_eq!(texts(page.as_bytes())[0], expected, "{page}");
    }
    assert_eq!(texts(b"<a href=/ title='cut off").len(), 0);
    assert_eq!(texts(b"<a href=/>\xFFbroken</a>")[0].as_deref(), Some("\u{FFFD}broken"));
    let latin = b"<meta charset=latin1><a href=/>gr\xFC\xDFe</a>";
    let mut seen = Texts::default();
    extract(&PageInput { content_type: None, ..input(latin, Assets::Skip) }, &mut seen);
    assert_eq!(seen.0, [Some("grüße".to_owned())]);
}

#[test]
fn texts_are_bounded() {
    let chars = |page: String| texts(page.as_bytes())[0].as_ref().unwrap().chars().count();
    assert_eq!(chars(format!("<a href=/>{}</a>", "é".repeat(1000))), 256);
    assert_eq!(chars(format!("<a href=/>{}</a>", "é ".repeat(1000))), 255);
    assert_eq!(chars(format!("<a href=/>{}x</a>", "<b>x</b>".repeat(1000))), 256);
    assert_eq!(texts(format!("<a href=/>{}x</a>", "<b></b>".repeat(10_000)).as_bytes()), [None]);
}
