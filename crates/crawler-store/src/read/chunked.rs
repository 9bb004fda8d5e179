//! Bodies that other programs have stored with their chunk framing (RFC 9112 section 7.1).

use std::borrow::Cow;

/// A longer line is no size of a chunk, whatever extensions it has.
const SIZE_LINE_BYTES_MAX: usize = 4096;

/// The body of a stored response without its chunk framing, if its head says that it has one and the
/// body agrees; else as it is, for some programs undo the framing and keep the header. Of a body that
/// was cut off, what came whole and the part of the last chunk that is there.
///
/// Records of this crawler have neither framing nor header, and cost a look at the head.
#[must_use]
pub fn dechunked<'a>(head: &[u8], body: &'a [u8]) -> Cow<'a, [u8]> {
    if !says_chunked(head) {
        return Cow::Borrowed(body);
    }
    without_framing(body).map_or(Cow::Borrowed(body), Cow::Owned)
}

/// Whether the last transfer coding is `chunked`.
fn says_chunked(head: &[u8]) -> bool {
    let mut values = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let (name, value) = line.split_at_checked(memchr::memchr(b':', line)?)?;
        name.trim_ascii().eq_ignore_ascii_case(b"transfer-encoding").then_some(value)
    });
    let last = values.next_back();
    let last = last.and_then(|value| value.rsplit(|byte| b":,".contains(byte)).next());
    last.is_some_and(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"chunked"))
}

/// `None` when this is no framing, or ends before a first chunk does.
fn without_framing(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::with_capacity(rest.len());
    let mut n_chunks = 0;
    loop {
        let Some((size, behind)) = size_line(rest) else {
            return (n_chunks > 0 && is_beginning_of_line(rest)).then_some(whole);
        };
        let size = size?;
        if size == 0 {
            return Some(whole); // the trailer, if there is one, is no part of the body
        }
        let Some((chunk, behind)) = behind.split_at_checked(size) else {
            whole.extend_from_slice(behind);
            return (n_chunks > 0).then_some(whole);
        };
        whole.extend_from_slice(chunk);
        n_chunks += 1;
        rest = match behind {
            [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] => rest,
            b"" | b"\r" => return Some(whole),
            _ => return None,
        };
    }
}

/// The size of the next chunk, `None` if the line tells none, and what is behind the line; `None` if
/// the line has no end.
fn size_line(rest: &[u8]) -> Option<(Option<usize>, &[u8])> {
    let window = rest.get(..SIZE_LINE_BYTES_MAX).unwrap_or(rest);
    let (line, _) = rest.split_at_checked(memchr::memchr(b'\n', window)?)?;
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    Some((size(digits), rest.get(line.len() + 1..).unwrap_or_default()))
}

fn size(digits: &[u8]) -> Option<usize> {
    // `from_str_radix` takes a sign.
    let is_plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_plain)?;
    usize::from_str_radix(digits, 16).ok()
}

/// Whether the rest may be a size line that was cut off.
fn is_beginning_of_line(rest: &[u8]) -> bool {
    rest.len() < SIZE_LINE_BYTES_MAX && rest.first().is_none_or(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: a\r\ntransfer-encoding: chunked\r\n\r\n";

    #[test]
    fn framing_is_removed_where_there_is_one() {
        let whole = "5\r\nhello\r\n6;name=\"x\"\r\n world\r\n0\r\nTrailer: 1\r\n\r\n";
        for (body, expected) in [
            (whole, "hello world"),
            ("00005 \r\nhello\r\n0\r\n\r\n", "hello"),
            ("5\nhello\n0\n\n", "hello"),
            ("0\r\n\r\n", ""),
            // Cut off: within a chunk, behind one, within a size.
            ("5\r\nhello\r\n6\r\n wo", "hello wo"),
            ("5\r\nhello\r\n", "hello"),
            ("5\r\nhello", "hello"),
            ("5\r\nhello\r\n1", "hello"),
            // No framing, whatever the head says.
            ("<p>hello</p>\n", "<p>hello</p>\n"),
            ("add\r\nand subtract", "add\r\nand subtract"),
            ("5\r\nhello, world", "5\r\nhello, world"),
            ("5\r\nhello\r\nworld\r\n", "5\r\nhello\r\nworld\r\n"),
            ("+5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n"),
            ("fffffffffffffffff\r\nhello", "fffffffffffffffff\r\nhello"),
            ("", ""),
        ] {
            let found = dechunked(HEAD, body.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), expected, "{body:?}");
        }
    }

    #[test]
    fn the_head_decides() {
        let body = b"5\r\nhello\r\n0\r\n\r\n";
        for (line, is_chunked) in [
            ("Transfer-Encoding: chunked", true),
            ("TRANSFER-ENCODING:gzip, Chunked ", true),
            ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", true),
            ("Transfer-Encoding: chunked, gzip", false),
            ("X-Crawler-Transfer-Encoding: chunked", false),
            ("Content-Encoding: chunked", false),
            ("", false),
        ] {
            let head = format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\n");
            let found = dechunked(head.as_bytes(), body);
            assert_eq!(&*found == b"hello", is_chunked, "{line}");
        }
    }
}
