//! Reads a stream of events (HTML standard, section 9.2.6), as far as the crawler sends such.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// A longer line is no event of a crawl.
const LINE_BYTES_MAX: u64 = 4 << 20;

/// One event as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawEvent {
    /// Its type.
    pub(crate) event: String,
    /// Its data, which is JSON.
    pub(crate) data: String,
}

/// Events as they come; the iterator ends with the stream.
pub(crate) struct Events {
    lines: BufReader<Box<dyn Read + Send>>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Events")
    }
}

impl Events {
    pub(super) fn new(stream: impl Read + Send + 'static) -> Self {
        Self { lines: BufReader::new(Box::new(stream)) }
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let length = self.lines.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)?;
        if length as u64 == LINE_BYTES_MAX {
            return Err(io::Error::new(ErrorKind::InvalidData, "a line without end"));
        }
        line.truncate(line.trim_end_matches(['\n', '\r']).len());
        Ok((length > 0).then_some(line))
    }

    fn event(&mut self) -> io::Result<Option<RawEvent>> {
        let mut event = RawEvent { event: String::new(), data: String::new() };
        while let Some(line) = self.line()? {
            if line.is_empty() && !event.data.is_empty() {
                return Ok(Some(event));
            }
            // A line that begins with a colon is a comment, which keeps the connection alive.
            match line
                .split_once(':')
                .map(|(name, text)| (name, text.strip_prefix(' ').unwrap_or(text)))
            {
                Some(("event", text)) => text.clone_into(&mut event.event),
                Some(("data", text)) => event.data.push_str(text),
                _ => {}
            }
        }
        Ok(None)
    }
}

impl Iterator for Events {
    type Item = io::Result<RawEvent>;

    fn next(&mut self) -> Option<Self::Item> {
        self.event().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_apart() {
        let stream = ": hello\n\nevent: status\ndata: {\"a\":1}\n\n\nevent:fetch\r\ndata:{}\r\n\r\nevent: cut\ndata: 1";
        let events: Vec<RawEvent> = Events::new(stream.as_bytes()).map(Result::unwrap).collect();
        let event = |event: &str, data: &str| RawEvent { event: event.into(), data: data.into() };
        assert_eq!(events, [event("status", "{\"a\":1}"), event("fetch", "{}")]);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut events = Events::new(io::repeat(b'x'));
        assert_eq!(events.next().unwrap().unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
