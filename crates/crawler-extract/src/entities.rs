//! Character references (WHATWG HTML 13.2.5.72 to 13.2.5.80).

use memchr::memchr;

/// Where a reference stands: attributes leave `&copy=` alone, for the sake of old URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Attribute,
    Text,
}

/// Appends `text` to `out` with its character references decoded.
pub(crate) fn decode_into(text: &str, place: Place, out: &mut String) {
    let mut rest = text;
    while let Some(idx) = memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at(idx);
        out.push_str(before);
        let len = push_reference(reference, place, out);
        if len == 0 {
            out.push('&');
        }
        rest = &reference[len.max(1)..];
    }
    out.push_str(rest);
}

/// Decodes the reference `text` begins with (`&` included); its length, or 0 when it is none.
fn push_reference(text: &str, place: Place, out: &mut String) -> usize {
    match text.as_bytes() {
        // The few that make up nearly all of the references in URLs.
        [b'&', b'a', b'm', b'p', b';', ..] => {
            out.push('&');
            5
        }
        [b'&', b'#', digits @ ..] => push_numeric(digits, out),
        [b'&', name @ ..] => push_named(name, place, out),
        _ => 0,
    }
}

fn push_numeric(text: &[u8], out: &mut String) -> usize {
    let (radix, prefix) = match text.first() {
        Some(b'x' | b'X') => (16, 1),
        _ => (10, 0),
    };
    let mut code_point = 0_u32;
    let mut len = prefix;
    while let Some(digit) = text.get(len).and_then(|&byte| char::from(byte).to_digit(radix)) {
        code_point = code_point.saturating_mul(radix).saturating_add(digit);
        len += 1;
    }
    if len == prefix {
        return 0;
    }
    out.push(numeric_char(code_point));
    "&#".len() + len + usize::from(text.get(len) == Some(&b';'))
}

/// References to the C1 controls mean the characters windows-1252 has there.
fn numeric_char(code_point: u32) -> char {
    const C1: [char; 32] = [
        '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}',
        '\u{2021}', '\u{2C6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}',
        '\u{8F}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}',
        '\u{2014}', '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}',
        '\u{178}',
    ];
    match code_point {
        0 => char::REPLACEMENT_CHARACTER,
        0x80..=0x9F => C1[code_point as usize - 0x80],
        _ => char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// The longest name of the table that `text` begins with counts.
fn push_named(text: &[u8], place: Place, out: &mut String) -> usize {
    let run = text.iter().take(NAME_BYTES_MAX).take_while(|byte| byte.is_ascii_alphanumeric());
    let run_len = run.count();
    if text.get(run_len) == Some(&b';')
        && let Some(code_points) = find(&text[..=run_len])
    {
        push_code_points(code_points, out);
        return "&;".len() + run_len;
    }
    let bare = (BARE_NAME_BYTES_MIN..=run_len.min(BARE_NAME_BYTES_MAX)).rev();
    for len in bare {
        let Some(code_points) = find(&text[..len]) else { continue };
        let next = text.get(len);
        if place == Place::Attribute
            && next.is_some_and(|&byte| byte == b'=' || byte.is_ascii_alphanumeric())
        {
            return 0;
        }
        push_code_points(code_points, out);
        return "&".len() + len;
    }
    0
}

/// One line per name in byte order: the name with its semicolon, if it has one, a tab, and one or
/// two code points in hexadecimal. From <https://html.spec.whatwg.org/entities.json>.
static TABLE: &[u8] = include_bytes!("entities.tsv");
/// Longest name, its semicolon not counted.
const NAME_BYTES_MAX: usize = 31;
/// Names that may lack their semicolon are this long.
const BARE_NAME_BYTES_MIN: usize = 2;
const BARE_NAME_BYTES_MAX: usize = 6;

/// Code points of a name, by bisection over the text of the table.
fn find(name: &[u8]) -> Option<&'static [u8]> {
    let mut table = TABLE;
    while !table.is_empty() {
        let middle = table.len() / 2;
        let start =
            table[..middle].iter().rposition(|&byte| byte == b'\n').map_or(0, |idx| idx + 1);
        let end = start + memchr(b'\n', &table[start..])?;
        let line = &table[start..end];
        let (line_name, code_points) = line.split_at(memchr(b'\t', line)?);
        match line_name.cmp(name) {
            std::cmp::Ordering::Equal => return code_points.get(1..),
            std::cmp::Ordering::Less => table = &table[end + 1..],
            std::cmp::Ordering::Greater => table = &table[..start],
        }
    }
    None
}

fn push_code_points(hexadecimal: &[u8], out: &mut String) {
    for code_point in hexadecimal.split(|&byte| byte == b' ') {
        let value = code_point
            .iter()
            .fold(0, |value, &byte| value * 16 + char::from(byte).to_digit(16).unwrap_or_default());
        out.extend(char::from_u32(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str, place: Place) -> String {
        let mut out = String::new();
        decode_into(text, place, &mut out);
        out
    }

    #[test]
    fn references_decode_by_place() {
        // text, as attribute, as text
        let table = [
            ("a&amp;b", "a&b", "a&b"),
            ("&lt;&gt;&quot;&apos;", "<>\"'", "<>\"'"),
            ("&AMP;&amp&AMP", "&&&", "&&&"),
            ("?a=1&copy=2", "?a=1&copy=2", "?a=1\u{A9}=2"),
            ("?a=1&copyx", "?a=1&copyx", "?a=1\u{A9}x"),
            ("?a=1&copy;=2", "?a=1\u{A9}=2", "?a=1\u{A9}=2"),
            ("&copy", "\u{A9}", "\u{A9}"),
            ("&copy-", "\u{A9}-", "\u{A9}-"),
            ("&notit;", "&notit;", "\u{AC}it;"),
            ("&notin;", "\u{2209}", "\u{2209}"),
            ("&CounterClockwiseContourIntegral;", "\u{2233}", "\u{2233}"),
            ("&NotEqualTilde;", "\u{2242}\u{338}", "\u{2242}\u{338}"),
            ("&AElig", "\u{C6}", "\u{C6}"),
            ("&zwnj;&zwj;", "\u{200C}\u{200D}", "\u{200C}\u{200D}"),
            ("&nosuch;&;&", "&nosuch;&;&", "&nosuch;&;&"),
            ("&#65;&#x41;&#X41;&#65", "AAAA", "AAAA"),
            ("&#;&#x;&#xg", "&#;&#x;&#xg", "&#;&#x;&#xg"),
            ("&#0;&#xD800;&#x110000;", "\u{FFFD}\u{FFFD}\u{FFFD}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("&#99999999999999999999;", "\u{FFFD}", "\u{FFFD}"),
            ("&#128;&#x9f;&#x81;", "\u{20AC}\u{178}\u{81}", "\u{20AC}\u{178}\u{81}"),
            ("&&amp;&", "&&&", "&&&"),
            ("é&eacute;é", "ééé", "ééé"),
        ];
        for (text, attribute, plain) in table {
            assert_eq!(decoded(text, Place::Attribute), attribute, "{text} in an attribute");
            assert_eq!(decoded(text, Place::Text), plain, "{text} in text");
        }
    }

    #[test]
    fn every_name_of_the_table_is_found() {
        let table = std::str::from_utf8(TABLE).unwrap();
        assert_eq!(table.lines().count(), 2231);
        let mut previous = "";
        for line in table.lines() {
            let (name, code_points) = line.split_once('\t').unwrap();
            assert!(previous < name, "{previous} and {name} are out of order");
            previous = name;
            let bare = name.trim_end_matches(';');
            assert!(bare.len() <= NAME_BYTES_MAX, "{name}");
            if bare == name {
                assert!(
                    (BARE_NAME_BYTES_MIN..=BARE_NAME_BYTES_MAX).contains(&name.len()),
                    "{name}"
                );
            }
            let expected: String = code_points
                .split(' ')
                .map(|hex| char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap())
                .collect();
            assert_eq!(decoded(&format!("&{name}"), Place::Text), expected, "{name}");
        }
    }
}
