//! Credentials are for the server or proxy alone: nothing that is shown or written has them.

use std::borrow::Cow;

/// What stands in their place.
const HIDDEN: &str = "***";

/// A header whose name has one of these is hidden from its value to the end of the text.
const SECRET_WORDS: [&str; 7] = ["auth", "cookie", "key", "password", "secret", "session", "token"];

/// The text with the user and password of every URL in it hidden, and the value of a header that is a
/// secret.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    match text.match_indices(':').map(|(at, _)| at).find(|at| names_a_secret(&text[..*at])) {
        Some(at) => Cow::Owned(format!("{} {HIDDEN}", without_logins(&text[..=at]))),
        None => without_logins(text),
    }
}

/// Whether a text ends with the name of a header that is a secret.
pub(super) fn names_a_secret(text: &str) -> bool {
    let is_outside = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
    let name = text.rsplit(is_outside).next().unwrap_or_default().to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

fn without_logins(text: &str) -> Cow<'_, str> {
    const SCHEME_END: &str = "://";
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(SCHEME_END) {
        let (before, after) = rest.split_at(at + SCHEME_END.len());
        let authority_end = after.find(['/', '?', '#', ' ', '"', '`', '\t', '\n']);
        let authority = &after[..authority_end.unwrap_or(after.len())];
        shown.push_str(before);
        rest = match authority.rfind('@') {
            Some(end) => {
                shown.push_str(HIDDEN);
                &after[end..]
            }
            None => after,
        };
    }
    if shown.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(shown + rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_credentials_are_hidden() {
        let table = [
            ("http://user:secret@proxy.example:3128", "http://***@proxy.example:3128"),
            (
                "*.a=socks5://u:p@b:1, `http://v:q@c/?@d`",
                "*.a=socks5://***@b:1, `http://***@c/?@d`",
            ),
            ("http://us@er:sec@ret@host/", "http://***@host/"),
            ("http://example.org/@name", "http://example.org/@name"),
            ("mail@example.org", "mail@example.org"),
            ("http://", "http://"),
            ("a.example=Authorization: Bearer secret", "a.example=Authorization: ***"),
            ("header = [\"COOKIE: a=secret\"]", "header = [\"COOKIE: ***"),
            ("X-Api-Key: secret", "X-Api-Key: ***"),
            ("x_access_token:secret", "x_access_token: ***"),
            ("Accept: x", "Accept: x"),
            ("cookies = true # a: b", "cookies = true # a: b"),
            ("", ""),
        ];
        for (text, shown) in table {
            assert_eq!(redacted(text), shown);
        }
    }
}
