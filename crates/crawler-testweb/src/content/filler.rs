//! Blocks of balanced HTML that fill pages. They hold no link to follow: what looks like one in a
//! comment, a script, a style, JSON or a form leads to `/trap/`, which no crawl may request.

use std::fmt::Write;

use crate::content::asset::IMAGES;
use crate::content::words::Words;
use crate::draw::Draw;

/// A block of exactly this many bytes.
pub(crate) fn html(draw: &mut Draw, words: &Words, bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 64);
    let mut element = String::new();
    while bytes - out.len() > PADDING_BYTES_MAX {
        let left = bytes - out.len();
        element.clear();
        let kind = if left > 2000 { draw.below(100) } else { 0 };
        write_element(kind, draw, words, &mut element);
        if element.len() > left {
            break;
        }
        out.push_str(&element);
    }
    pad(draw, words, bytes, &mut out);
    out
}

/// Below this, a block ends with a comment.
const PADDING_BYTES_MAX: usize = 120;

fn pad(draw: &mut Draw, words: &Words, bytes: usize, out: &mut String) {
    const FRAME_BYTES: usize = "<!---->".len();
    let text_end = bytes.saturating_sub(FRAME_BYTES);
    if out.len() > text_end {
        out.extend(std::iter::repeat_n(' ', bytes - out.len()));
        return;
    }
    out.push_str("<!--");
    let text_end = text_end + "<!--".len();
    while out.len() < text_end {
        out.push(' ');
        out.push_str(words.word(draw));
    }
    let mut end = text_end;
    while !out.is_char_boundary(end) {
        end -= 1;
    }
    out.truncate(end);
    out.extend(std::iter::repeat_n(' ', text_end - end));
    out.push_str("-->");
}

fn write_element(kind: u32, draw: &mut Draw, words: &Words, out: &mut String) {
    match kind {
        0..55 => paragraph(draw, words, out),
        55..67 => cards(draw, words, out),
        67..77 => table(draw, words, out),
        77..83 => script(draw, words, out),
        83..86 => style(draw, words, out),
        86..89 => json_ld(draw, words, out),
        89..93 => comment(draw, words, out),
        93..97 => figure(draw, words, out),
        _ => form(draw, words, out),
    }
}

// Writing to a String cannot fail, so the results below are dropped.

fn paragraph(draw: &mut Draw, words: &Words, out: &mut String) {
    out.push_str("<p>");
    for _ in 0..draw.between(1, 3) {
        let count = draw.between(6, 16);
        words.sentence(draw, count, out);
    }
    if draw.percent(40) {
        let _ =
            write!(out, "<em>{}</em> &amp; <code>{}()</code>", words.word(draw), words.word(draw));
    }
    out.push_str("</p>\n");
}

fn cards(draw: &mut Draw, words: &Words, out: &mut String) {
    out.push_str("<div class=\"grid grid--wide\"><div class=\"grid__inner\">\n");
    for nth in 0..draw.between(2, 6) {
        let _ = write!(
            out,
            "<div class=\"card card--{nth}\" data-href=\"/trap/card-{nth}.html\">\
             <div class=\"card__head\"><h3 class=\"card__title\">"
        );
        words.phrase(draw, 3, out);
        out.push_str("</h3></div><div class=\"card__body\"><p>");
        words.sentence(draw, 12, out);
        out.push_str("</p></div></div>\n");
    }
    out.push_str("</div></div>\n");
}

fn table(draw: &mut Draw, words: &Words, out: &mut String) {
    out.push_str("<table class=\"data\"><tbody>\n");
    for row in 0..draw.between(3, 12) {
        let _ = write!(out, "<tr><th scope=row>{row}<td>");
        words.phrase(draw, 2, out);
        let _ = writeln!(out, "<td class=num>{}<td class=num>{}", draw.below(9999), draw.below(99));
    }
    out.push_str("</tbody></table>\n");
}

fn script(draw: &mut Draw, words: &Words, out: &mut String) {
    out.push_str("<script>\n(function (w) {\n");
    for nth in 0..draw.between(3, 14) {
        let _ = writeln!(
            out,
            "  w['{}'] = w['{}'] || {{ id: {}, url: \"/trap/js-{nth}.html\", on: {nth} < 3 }};",
            words.word(draw),
            words.word(draw),
            draw.below(100_000),
        );
    }
    out.push_str("  w.menu = '<a href=\"/trap/from-script.html\">';\n})(window);\n</script>\n");
}

fn style(draw: &mut Draw, words: &Words, out: &mut String) {
    out.push_str("<style>\n");
    for _ in 0..draw.between(4, 12) {
        let (width, color) = (draw.below(90), draw.below(0x00ff_ffff));
        let _ =
            writeln!(out, ".{} > li {{ width: {width}%; color: #{color:06x} }}", words.word(draw));
    }
    out.push_str("/* <a href=/trap/from-style.html> */\n</style>\n");
}

fn json_ld(draw: &mut Draw, words: &Words, out: &mut String) {
    out.push_str("<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\",");
    out.push_str("\"@type\":\"Article\",\"url\":\"/trap/from-json.html\",\"headline\":\"");
    words.phrase(draw, 6, out);
    out.push_str("\"}</script>\n");
}

fn comment(draw: &mut Draw, words: &Words, out: &mut String) {
    out.push_str("<!-- ");
    words.phrase(draw, 8, out);
    out.push_str(" <a href=\"/trap/from-comment.html\">old</a> -->\n");
}

fn figure(draw: &mut Draw, words: &Words, out: &mut String) {
    let nth = draw.below(IMAGES);
    let _ = write!(
        out,
        "<figure><img src=\"/assets/img-{nth:02}.png\" srcset=\"/assets/img-{nth:02}.png 1x, \
         /assets/img-{nth:02}@2x.png 2x\" width=640 alt=\""
    );
    words.phrase(draw, 4, out);
    out.push_str("\"><figcaption>");
    words.sentence(draw, 9, out);
    out.push_str("</figcaption></figure>\n");
}

fn form(draw: &mut Draw, words: &Words, out: &mut String) {
    out.push_str("<form action=\"/trap/search\" method=get><input name=q placeholder=\"");
    words.phrase(draw, 2, out);
    out.push_str(
        "\"><textarea name=t><a href=\"/trap/from-textarea.html\">x</a></textarea></form>\n",
    );
}
