//! `<meta http-equiv=refresh>` (WHATWG HTML 4.2.5.3, shared declarative refresh steps).

/// The URL a refresh leads to; `None` when it has none (the page reloads itself) or is invalid.
pub(crate) fn refresh_url(content: &str) -> Option<&str> {
    let input = content.trim_ascii_start();
    // The time: digits, then whatever more digits and dots.
    if !input.starts_with(|char: char| char.is_ascii_digit() || char == '.') {
        return None;
    }
    let input = input.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
    if !input.starts_with(|char: char| matches!(char, ';' | ',') || char.is_ascii_whitespace()) {
        return None;
    }
    let input = input.trim_ascii_start();
    let input = input.strip_prefix([';', ',']).unwrap_or(input).trim_ascii_start();
    let input = after_url_equals(input).unwrap_or(input);
    let url = match input.chars().next()? {
        quote @ ('"' | '\'') => input[1..].split(quote).next()?,
        _ => input,
    };
    let url = url.trim_ascii();
    (!url.is_empty()).then_some(url)
}

/// What follows `url =`, if that is what `input` begins with.
fn after_url_equals(input: &str) -> Option<&str> {
    let (url, rest) = input.split_at_checked("url".len())?;
    let rest = rest.trim_ascii_start().strip_prefix('=')?;
    url.eq_ignore_ascii_case("url").then(|| rest.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::refresh_url;

    #[test]
    fn refreshes() {
        let table = [
            ("5; url=/x", Some("/x")),
            ("5;URL='/x'", Some("/x")),
            ("0;url=\"/x\" y", Some("/x")),
            (" 0 , Url = /x ", Some("/x")),
            ("0 /x", Some("/x")),
            ("0;/x", Some("/x")),
            ("1.5;url=/x", Some("/x")),
            (".5;url=/x", Some("/x")),
            ("0;'/x", Some("/x")),
            ("0;url", Some("url")),
            ("0;urlx=1", Some("urlx=1")),
            ("0;url=é", Some("é")),
            ("0;é", Some("é")),
            ("5", None),
            ("5;", None),
            ("5; url=", None),
            ("5; url=''", None),
            ("url=/x", None),
            ("x;url=/x", None),
            ("5x;url=/x", None),
            ("", None),
        ];
        for (content, url) in table {
            assert_eq!(refresh_url(content), url, "{content}");
        }
    }
}
