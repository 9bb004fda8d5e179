//! Where the head of a stored HTTP message ends.

/// The two parts of a block with `application/http`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpParts<'a> {
    /// Status code of the first line; `None` when that is no status line.
    pub status: Option<u16>,
    /// Up to and including the blank line.
    pub head: &'a [u8],
    /// What follows.
    pub body: &'a [u8],
}

/// Splits at the first blank line; without one all is head.
#[must_use]
pub fn split_http(block: &[u8]) -> HttpParts<'_> {
    let mut end = 0;
    for line in block.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if line == b"\r\n" || line == b"\n" {
            break;
        }
    }
    let (head, body) = block.split_at_checked(end).unwrap_or((block, &[]));
    HttpParts { status: status(head), head, body }
}

fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next().filter(|version| version.starts_with(b"HTTP/"))?;
    std::str::from_utf8(words.next()?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_split_at_the_first_blank_line() {
        for (block, status, head, body) in [
            ("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\n\r\n", Some(200), 25, "body\r\n\r\n"),
            ("HTTP/1.0 404\n\nx", Some(404), 14, "x"),
            ("HTTP/1.1 200 OK\r\nA: b\r\n", Some(200), 23, ""),
            ("\r\n", None, 2, ""),
            ("", None, 0, ""),
            ("GET / HTTP/1.1\r\n\r\n", None, 18, ""),
        ] {
            let parts = split_http(block.as_bytes());
            assert_eq!(parts.status, status, "{block:?}");
            assert_eq!(parts.head.len(), head, "{block:?}");
            assert_eq!(parts.body, body.as_bytes(), "{block:?}");
        }
    }
}
