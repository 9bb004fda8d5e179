//! The one form in which paths and patterns are compared (RFC 9309 section 2.2.2, RFC 3986
//! section 6.2.2).
//!
//! Unreserved octets stand plain, reserved ones as they were written, all others percent-encoded in
//! upper case. `*` and `$` always stand plain, for an encoded one in a pattern means itself (section
//! 2.2.3); what the plain ones mean there is told by octets that no normal form has (see `pattern`).
//! A `%` without two hexadecimal digits stays as it is.

use std::borrow::Cow;

/// Brings a path with its query to the normal form; borrowed when it is in it already.
pub(super) fn normalize_path(path: &[u8]) -> Cow<'_, [u8]> {
    let Some(first_odd) = path.iter().position(|byte| class(*byte) == Class::Odd) else {
        return Cow::Borrowed(path);
    };
    let (plain, rest) = path.split_at(first_odd);
    let mut normal = Vec::with_capacity(path.len() + ENCODED_SPARE_BYTES);
    normal.extend_from_slice(plain);
    push_normal(&mut normal, rest);
    Cow::Owned(normal)
}

/// Appends the normal form of `octets`.
pub(super) fn push_normal(normal: &mut Vec<u8>, octets: &[u8]) {
    let mut rest = octets;
    while let Some((written, after)) = next_written(rest) {
        rest = after;
        match written {
            Written::Plain(b'%') => normal.push(b'%'),
            Written::Plain(byte) if class(byte) == Class::Odd => push_encoded(normal, byte),
            Written::Encoded(byte)
                if !matches!(class(byte), Class::Unreserved | Class::Special) =>
            {
                push_encoded(normal, byte);
            }
            Written::Plain(byte) | Written::Encoded(byte) => normal.push(byte),
        }
    }
}

/// How many octets a pattern has for the question which one is longest: as it is written, with
/// non-ASCII octets encoded and unreserved ones decoded (RFC 9309 section 2.2.2).
pub(super) fn weight(octets: &[u8]) -> usize {
    let (mut weight, mut rest) = (0, octets);
    while let Some((written, after)) = next_written(rest) {
        rest = after;
        weight += match written {
            Written::Plain(byte) if byte.is_ascii() => 1,
            Written::Encoded(byte) if class(byte) == Class::Unreserved => 1,
            Written::Plain(_) | Written::Encoded(_) => ENCODED_LEN,
        };
    }
    weight
}

/// An octet and how it stands in the text.
enum Written {
    Plain(u8),
    Encoded(u8),
}

fn next_written(octets: &[u8]) -> Option<(Written, &[u8])> {
    Some(match octets {
        [] => return None,
        [b'%', high, low, rest @ ..]
            if let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low)) =>
        {
            (Written::Encoded(high << 4 | low), rest)
        }
        [byte, rest @ ..] => (Written::Plain(*byte), rest),
    })
}

fn push_encoded(normal: &mut Vec<u8>, byte: u8) {
    let [high, low] = [byte >> 4, byte & 0xF].map(|digit| HEX_DIGITS[digit as usize]);
    normal.extend_from_slice(&[b'%', high, low]);
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Room for a few octets to grow by encoding before the buffer moves.
const ENCODED_SPARE_BYTES: usize = 32;
/// Octets of one percent-encoded octet.
const ENCODED_LEN: usize = 3;
const HEX_DIGITS: &[u8; 16] = b"0123456789ABCDEF";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// RFC 3986 section 2.3.
    Unreserved,
    /// RFC 3986 section 2.2, but for `*` and `$`.
    Reserved,
    /// `*` and `$`.
    Special,
    /// `%` and everything that must not stand plain in a URL.
    Odd,
}

fn class(byte: u8) -> Class {
    CLASSES[byte as usize]
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Odd; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                Class::Unreserved
            }
            b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@' | b'!' | b'&' | b'\'' | b'(' | b')'
            | b'+' | b',' | b';' | b'=' => Class::Reserved,
            b'*' | b'$' => Class::Special,
            _ => Class::Odd,
        };
        byte += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_has_one_form() {
        let cases: &[(&str, &str)] = &[
            ("/plain/path?q=1&r=2", "/plain/path?q=1&r=2"),
            ("/%7ejoe/%7Ejoe/~joe", "/~joe/~joe/~joe"),
            ("/%62%61%7A", "/baz"),
            ("/a%2fb", "/a%2Fb"),
            ("/a%3Ab:c", "/a%3Ab:c"),
            ("/ツ", "/%E3%83%84"),
            ("/%e3%83%84", "/%E3%83%84"),
            ("/a b\"<>|{}^`\\", "/a%20b%22%3C%3E%7C%7B%7D%5E%60%5C"),
            ("/a%20b", "/a%20b"),
            ("/*$", "/*$"),
            ("/%2a%24", "/*$"),
            ("/100%", "/100%"),
            ("/%zz%4", "/%zz%4"),
            ("/%%37E", "/%7E"),
            ("/\0\x7f", "/%00%7F"),
            ("/%00", "/%00"),
        ];
        for (path, expected) in cases {
            let normal = normalize_path(path.as_bytes());
            assert_eq!(String::from_utf8_lossy(&normal), *expected, "{path:?}");
        }
    }

    #[test]
    fn a_pattern_weighs_what_is_written() {
        let cases = [
            ("/a*b$", 5),
            ("/%7e~", 3),
            ("/%2A%2f", 7),
            ("/a b{", 5),
            ("/\u{30C4}", 10),
            ("/%", 2),
        ];
        for (pattern, expected) in cases {
            assert_eq!(weight(pattern.as_bytes()), expected, "{pattern:?}");
        }
    }

    #[test]
    fn a_normal_path_is_borrowed() {
        assert!(matches!(normalize_path(b"/a/b.html?c=d"), Cow::Borrowed(_)));
    }
}
