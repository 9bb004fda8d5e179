//! User names and passwords in URLs: neither sent, nor stored, nor shown.

use std::borrow::Cow;

/// The text without what stands before the `@` of its authority (RFC 3986 section 3.2.1), whether
/// or not it is a URL otherwise.
pub(crate) fn without_credentials(text: &str) -> Cow<'_, str> {
    let start = text.find("://").map_or(0, |at| at + "://".len());
    let authority = &text[start..];
    let end = authority.find(['/', '\\', '?', '#']).unwrap_or(authority.len());
    match authority[..end].rfind('@') {
        Some(at) => Cow::Owned(format!("{}{}", &text[..start], &authority[at + 1..])),
        None => Cow::Borrowed(text),
    }
}

/// Whether there is anything to leave out.
pub(crate) fn has_credentials(text: &str) -> bool {
    matches!(without_credentials(text), Cow::Owned(_))
}

#[cfg(test)]
mod tests {
    use super::{has_credentials, without_credentials};

    #[test]
    fn only_what_precedes_the_host_is_left_out() {
        for (text, rest) in [
            ("https://user:secret@a.example/x", "https://a.example/x"),
            ("https://user@a.example", "https://a.example"),
            ("https://u:p@ss@a.example:8443/@x", "https://a.example:8443/@x"),
            ("user:secret@a.example/", "a.example/"),
            ("ftp://user:secret@", "ftp://"),
        ] {
            assert_eq!(without_credentials(text), rest);
            assert!(has_credentials(text));
        }
        for text in ["", "https://a.example/@user?a=b@c#d@e", "a.example/x@y", "word"] {
            assert_eq!(without_credentials(text), text);
            assert!(!has_credentials(text));
        }
    }
}
