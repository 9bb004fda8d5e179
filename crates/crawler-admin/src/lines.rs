//! Lines of a body that comes in parts, within bounded memory.

/// A line that is longer holds no URL; keeping it would only fill the memory.
pub(crate) const LINE_BYTES_MAX: usize = 64 * 1024;

/// Puts lines together.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// The line that has not ended yet, up to its maximum.
    open: Vec<u8>,
    is_too_long: bool,
    count: u64,
}

/// One line and its number, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: u64,
    /// Nothing if it is too long.
    pub(crate) text: Option<String>,
}

impl Lines {
    /// Takes the next part of the body; calls `each` with every line that ends in it.
    pub(crate) fn push(&mut self, part: &[u8], mut each: impl FnMut(Line)) {
        let mut pieces = part.split(|byte| *byte == b'\n');
        let first = pieces.next().unwrap_or_default();
        self.extend(first);
        for piece in pieces {
            each(self.take());
            self.extend(piece);
        }
    }

    /// What stands behind the last line break.
    pub(crate) fn finish(mut self) -> Option<Line> {
        (!self.open.is_empty() || self.is_too_long).then(|| self.take())
    }

    fn extend(&mut self, piece: &[u8]) {
        if self.open.len() + piece.len() > LINE_BYTES_MAX {
            self.is_too_long = true;
            self.open.clear();
        }
        if !self.is_too_long {
            self.open.extend_from_slice(piece);
        }
    }

    fn take(&mut self) -> Line {
        self.count += 1;
        let is_too_long = std::mem::take(&mut self.is_too_long);
        let text = (!is_too_long).then(|| String::from_utf8_lossy(&self.open).into_owned());
        self.open.clear();
        Line { number: self.count, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(parts: &[&[u8]]) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for part in parts {
            lines.push(part, |line| found.push((line.number, line.text)));
        }
        found.extend(lines.finish().map(|line| (line.number, line.text)));
        found
    }

    #[test]
    fn lines_are_the_same_however_they_come() {
        let text = b"one\ntwo\r\n\nfour";
        let whole = lines(&[text]);
        let texts: Vec<_> = whole.iter().map(|(_, text)| text.as_deref().unwrap()).collect();
        assert_eq!(texts, ["one", "two\r", "", "four"]);
        assert_eq!(whole.last().unwrap().0, 4);
        for at in 0..=text.len() {
            assert_eq!(lines(&[&text[..at], &text[at..]]), whole, "{at}");
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(lines(&bytes), whole);
        assert_eq!(lines(&[b""]), []);
        assert_eq!(lines(&[b"a\n"]).len(), 1);
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let part = [b'x'; 1000];
        let mut lines = Lines::default();
        for _ in 0..1000 {
            lines.push(&part, |_| panic!("no line has ended"));
            assert!(lines.open.capacity() <= 2 * LINE_BYTES_MAX);
        }
        let mut found = Vec::new();
        lines.push(b"\nnext\n", |line| found.push(line));
        assert_eq!(found[0], Line { number: 1, text: None });
        assert_eq!(found[1], Line { number: 2, text: Some("next".to_owned()) });
        assert!(lines.finish().is_none());
    }
}
