//! The headers of a capture: which of them are told again, and under which name.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Before the name of a header that would act on the browser if it were told as it was.
const ORIGINAL: &str = "x-archive-orig-";

/// The header lines of a stored response.
#[derive(Debug)]
pub(crate) struct OriginalHeaders<'h> {
    lines: Vec<(&'h str, &'h [u8])>,
}

impl<'h> OriginalHeaders<'h> {
    /// Takes apart the head of a response; what is no header line is passed over.
    pub(crate) fn parse(head: &'h [u8]) -> Self {
        let lines = head.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at(colon);
            let name = std::str::from_utf8(name).ok()?.trim_ascii();
            Some((name, value.get(1..).unwrap_or_default().trim_ascii()))
        });
        Self { lines: lines.collect() }
    }

    /// All values of a header, joined by commas (RFC 9110 section 5.3).
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let found = self.lines.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let values: Vec<_> = found.map(|(_, value)| String::from_utf8_lossy(value)).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The same headers for a browser: what describes the content stays as it is, all others get a name
    /// that means nothing. Cookies, policies and the like act no more.
    pub(crate) fn told(&self) -> HeaderMap {
        let mut told = HeaderMap::new();
        for (name, value) in &self.lines {
            let is_kept = [header::CONTENT_LANGUAGE, header::CONTENT_DISPOSITION]
                .iter()
                .any(|kept| name.eq_ignore_ascii_case(kept.as_str()));
            let prefix = if is_kept { "" } else { ORIGINAL };
            let name = [prefix, name].concat().to_ascii_lowercase();
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value))
            {
                told.append(name, value);
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=b\r\n\
        Set-Cookie: c=d\r\nContent-Language: de\r\nno header\r\nBad Name: x\r\n\
        Content-Security-Policy: default-src 'none'\r\nX: \xFF\r\n\r\n";

    #[test]
    fn values_are_found() {
        let headers = OriginalHeaders::parse(HEAD);
        assert_eq!(headers.value("content-type").as_deref(), Some("text/html"));
        assert_eq!(headers.value("set-cookie").as_deref(), Some("a=b, c=d"));
        assert_eq!(headers.value("location"), None);
        assert_eq!(OriginalHeaders::parse(b"").value("a"), None);
    }

    #[test]
    fn what_acts_on_browsers_is_renamed() {
        let told = OriginalHeaders::parse(HEAD).told();
        let mut names: Vec<&str> = told.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "content-language",
                "x-archive-orig-content-security-policy",
                "x-archive-orig-content-type",
                "x-archive-orig-set-cookie",
                "x-archive-orig-x",
            ]
        );
        assert_eq!(told.get_all("x-archive-orig-set-cookie").iter().count(), 2);
        assert_eq!(told["x-archive-orig-x"].as_bytes(), b"\xFF");
    }
}
