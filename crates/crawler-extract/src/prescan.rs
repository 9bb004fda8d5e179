//! What a page declares about its own encoding (WHATWG HTML 13.2.3.2, prescan a byte stream to
//! determine its encoding).

use crate::attribute::TagEnd;
use crate::attribute_names as names;
use crate::cursor::{Cursor, Tag};
use crate::name::known;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

/// The encoding declared by a `<meta>` or an XML declaration in `start`, the start of a page.
pub(crate) fn prescan(start: &[u8]) -> Option<&'static Encoding> {
    // An XML declaration in UTF-16 gives itself away.
    if start.starts_with(b"<\0?\0x\0") {
        return Some(UTF_16LE);
    }
    if start.starts_with(b"\0<\0?\0x") {
        return Some(UTF_16BE);
    }
    let mut cursor = Cursor::new(start);
    while let Some(tag) = cursor.next_tag() {
        if let Tag::Start(name) = tag
            && name.is(const { known("meta") })
        {
            if let Some(encoding) = meta_encoding(&mut cursor) {
                return Some(encoding);
            }
        } else {
            cursor.skip_attributes();
        }
    }
    xml_encoding(start)
}

fn meta_encoding(cursor: &mut Cursor<'_>) -> Option<&'static Encoding> {
    let ([charset, http_equiv, content], end) =
        cursor.attributes([names::CHARSET, names::HTTP_EQUIV, names::CONTENT]);
    if end == TagEnd::PageEnd {
        return None;
    }
    let label = match charset {
        Some(label) => label,
        None if http_equiv?.eq_ignore_ascii_case(b"content-type") => content_charset(content?)?,
        None => return None,
    };
    let encoding = Encoding::for_label(label)?;
    // Whoever could read the declaration is not reading UTF-16.
    Some(match encoding {
        _ if encoding == UTF_16LE || encoding == UTF_16BE => UTF_8,
        _ if encoding == X_USER_DEFINED => WINDOWS_1252,
        _ => encoding,
    })
}

/// Extracts a character encoding from a `<meta>` element's `content`.
fn content_charset(content: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"charset";
    let mut rest = content;
    loop {
        let name = rest.windows(NAME.len()).position(|word| word.eq_ignore_ascii_case(NAME))?;
        rest = rest[name + NAME.len()..].trim_ascii_start();
        if let Some(value) = rest.strip_prefix(b"=") {
            return unquoted(value.trim_ascii_start());
        }
    }
}

fn unquoted(value: &[u8]) -> Option<&[u8]> {
    match *value {
        [] => None,
        [quote @ (b'"' | b'\''), ref quoted @ ..] => {
            quoted.iter().position(|&byte| byte == quote).map(|end| &quoted[..end])
        }
        _ => value.split(|&byte| byte == b';' || byte.is_ascii_whitespace()).next(),
    }
}

/// Gets an XML encoding: `<?xml … encoding="…"?>` at the very start.
fn xml_encoding(start: &[u8]) -> Option<&'static Encoding> {
    const NAME: &[u8] = b"encoding";
    let rest = start.strip_prefix(b"<?xml")?;
    let declaration = &rest[..rest.iter().position(|&byte| byte == b'>')?];
    let name = declaration.windows(NAME.len()).position(|word| word == NAME)?;
    let value = declaration[name + NAME.len()..].trim_ascii_start().strip_prefix(b"=")?;
    let value = value.trim_ascii_start();
    let label = if value.starts_with(b"\"") || value.starts_with(b"'") {
        unquoted(value)?
    } else {
        return None;
    };
    let encoding = Encoding::for_label(label)?;
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations() {
        let table: &[(&[u8], Option<&str>)] = &[
            (b"<meta charset=koi8-r>", Some("KOI8-R")),
            (b"<!doctype html><html><head><META CHARSET = ' Shift_JIS '/>", Some("Shift_JIS")),
            (b"<meta http-equiv=Content-Type content='text/html; charset=gbk'>", Some("GBK")),
            (b"<meta content='x; charset=\"gbk\"' http-equiv=content-type>", Some("GBK")),
            (b"<meta content='charset charset = gbk;x' http-equiv=content-type>", Some("GBK")),
            (b"<meta content='text/html; charset=gbk'>", None),
            (b"<meta http-equiv=refresh content='text/html; charset=gbk'>", None),
            (b"<meta charset=nonsense><meta charset=gbk>", Some("GBK")),
            (b"<!-- <meta charset=gbk> --><meta charset=big5>", Some("Big5")),
            (b"<p title='<meta charset=gbk>'><meta charset=big5>", Some("Big5")),
            (b"<meta charset=utf-16le>", Some("UTF-8")),
            (b"<meta charset=x-user-defined>", Some("windows-1252")),
            (b"<meta charset=gbk", None),
            (b"<metadata charset=gbk>", None),
            (b"<?xml version='1.0' encoding='gbk'?><html>", Some("GBK")),
            (b"<?xml version='1.0' encoding='gbk'?><meta charset=big5>", Some("Big5")),
            (b"<?xml version='1.0'?><html>", None),
            (b"<\0?\0x\0m\0", Some("UTF-16LE")),
            (b"\0<\0?\0x\0m", Some("UTF-16BE")),
            (b"", None),
        ];
        for (start, name) in table {
            let what = start.escape_ascii();
            assert_eq!(prescan(start).map(Encoding::name), *name, "{what}");
        }
    }
}
