//! What the URLs of one kind of page have in common.

use crate::wire::WireUrl;

/// Parameters that are told apart; further ones are not looked at.
const PARAMS_MAX: usize = 64;
/// Digits and letters `a` to `f` in a row that make a name no person gave.
const HEX_MIN: usize = 8;

/// Appends the template of a URL: its host and path with `{num}` for each run of digits and `{hex}`
/// for long hexadecimal names, then the sorted names of its query parameters.
///
/// `example.com/{num}/{num}/article-{num}?page&sort` is the template of
/// `https://example.com/2024/05/article-17?sort=asc&page=2`.
pub fn push_template(out: &mut String, url: &WireUrl) {
    let host_start = url.scheme().as_str().len() + "://".len();
    let path_start = url.as_str().len() - url.path_and_query().len();
    out.push_str(&url.as_str()[host_start..path_start]);
    for segment in url.path().split('/').skip(1) {
        out.push('/');
        push_masked(out, segment);
    }
    let mut names = [""; PARAMS_MAX];
    let mut count = 0;
    let params = url.query().unwrap_or_default().split('&').filter(|param| !param.is_empty());
    for (place, param) in names.iter_mut().zip(params) {
        *place = param.split_once('=').map_or(param, |(name, _)| name);
        count += 1;
    }
    let names = &mut names[..count];
    names.sort_unstable();
    let mut previous = None;
    for name in names.iter().filter(|name| previous.replace(**name) != Some(**name)) {
        out.push(if out[path_start - host_start..].contains('?') { '&' } else { '?' });
        push_masked(out, name);
    }
}

fn push_masked(out: &mut String, text: &str) {
    let bytes = text.as_bytes();
    if is_id(bytes) {
        return out.push_str("{hex}");
    }
    let mut at = 0;
    while at < bytes.len() {
        let is_boundary = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let hex_len = bytes[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let hex = &bytes[at..at + hex_len];
        let ends = !bytes.get(at + hex_len).is_some_and(u8::is_ascii_alphanumeric);
        let digits = hex.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_mixed = digits < hex_len && hex.iter().any(u8::is_ascii_digit);
        if bytes[at] == b'%' && bytes.len() > at + 2 && text.is_char_boundary(at + 3) {
            out.push_str(&text[at..at + 3]);
            at += 3;
        } else if is_boundary && ends && hex_len >= HEX_MIN && is_mixed {
            out.push_str("{hex}");
            at += hex_len;
        } else if digits > 0 {
            out.push_str("{num}");
            at += digits;
        } else {
            let len = text[at..].chars().next().map_or(1, char::len_utf8);
            out.push_str(&text[at..at + len]);
            at += len;
        }
    }
}

/// `3f2504e0-4f89-41d3-9a0c-0305e82c3301` and the like.
fn is_id(bytes: &[u8]) -> bool {
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    bytes.len() >= 2 * HEX_MIN
        && bytes.iter().all(is_hex)
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_one_kind_share_a_template() {
        for (url, expected) in [
            (
                "https://e.com/2024/05/article-17?sort=asc&page=2",
                "/{num}/{num}/article-{num}?page&sort",
            ),
            ("https://e.com/", "/"),
            ("https://e.com/a//b/", "/a//b/"),
            ("https://e.com/2024-05-01T10:00", "/{num}-{num}-{num}T{num}:{num}"),
            ("https://e.com/x/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/x/{hex}"),
            ("https://e.com/deadbeef/deadbee7/0123456789/abcde", "/deadbeef/{hex}/{num}/abcde"),
            ("https://e.com/v8engine?a[1]=x&a[2]=y&&a[1]=z", "/v{num}engine?a[{num}]&a[{num}]"),
            ("https://e.com/%C3%A9?q", "/%C3%A9?q"),
        ] {
            let mut template = String::from(">");
            template.clear();
            push_template(&mut template, &WireUrl::parse(url).unwrap());
            assert_eq!(template, format!("e.com{expected}"), "{url}");
        }
    }

    #[test]
    fn ports_tell_hosts_apart_and_schemes_do_not() {
        let template = |url: &str| {
            let mut out = String::new();
            push_template(&mut out, &WireUrl::parse(url).unwrap());
            out
        };
        assert_eq!(template("http://e.com:81/a"), "e.com:81/a");
        assert_eq!(template("http://e.com/a?x=?"), template("https://e.com/a?x=1"));
    }
}
