//! Seeds in a text of any length, read part by part.

use crawler_url::WireUrl;

use crate::api::{RefusedSeed, SeedsAdded};
use crate::lines::{LINE_BYTES_MAX, Line, Lines};

/// Seeds to hand to the crawl at once.
const BATCH_MAX: usize = 1000;
/// Refused lines that are told one by one.
const PROBLEMS_MAX: usize = 100;
/// Length to which a refused line is cut.
const QUOTED_CHARS_MAX: usize = 200;

/// How seeds are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeedFormat {
    /// One URL a line; `#` begins a comment.
    Text,
    /// One JSON text a line, or one object with a `url`.
    Ndjson,
}

/// Reads seeds. Whoever has the text pushes its parts, and takes batches out of it as they fill.
pub struct SeedReader<P> {
    format: SeedFormat,
    parse: P,
    lines: Lines,
    batch: Vec<WireUrl>,
    /// What became of the lines so far; whoever hands seeds over adds what came of them.
    pub added: SeedsAdded,
}

impl<P> std::fmt::Debug for SeedReader<P> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SeedReader").field("added", &self.added).finish_non_exhaustive()
    }
}

impl<P: FnMut(&str) -> Result<WireUrl, String>> SeedReader<P> {
    /// `parse` tells the URL that is meant, or what is wrong with it.
    pub fn new(format: SeedFormat, parse: P) -> Self {
        let (lines, batch, added) = (Lines::default(), Vec::new(), SeedsAdded::default());
        Self { format, parse, lines, batch, added }
    }

    /// Takes the next part of the text. A batch may be full then.
    pub fn push(&mut self, part: &[u8]) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(part, |line| self.take(&line));
        self.lines = lines;
    }

    /// The seeds to hand over now, if they are many enough.
    pub fn full_batch(&mut self) -> Option<Vec<WireUrl>> {
        (self.batch.len() >= BATCH_MAX).then(|| std::mem::take(&mut self.batch))
    }

    /// The text has ended: the last seeds, if there are some.
    pub fn last_batch(&mut self) -> Option<Vec<WireUrl>> {
        if let Some(line) = std::mem::take(&mut self.lines).finish() {
            self.take(&line);
        }
        (!self.batch.is_empty()).then(|| std::mem::take(&mut self.batch))
    }

    fn take(&mut self, line: &Line) {
        let Some(text) = &line.text else {
            let reason = format!("is longer than {LINE_BYTES_MAX} bytes");
            return self.refuse(line.number, "", reason);
        };
        match self.format.url(text) {
            Ok(None) => {}
            Ok(Some(url)) => match (self.parse)(&url) {
                Ok(seed) => self.batch.push(seed),
                Err(reason) => self.refuse(line.number, &url, reason),
            },
            Err(reason) => self.refuse(line.number, text, reason),
        }
    }

    fn refuse(&mut self, line: u64, text: &str, reason: String) {
        self.added.refused += 1;
        if self.added.problems.len() < PROBLEMS_MAX {
            let text = text.trim().chars().take(QUOTED_CHARS_MAX).collect();
            self.added.problems.push(RefusedSeed { line, text, reason });
        }
    }
}

impl SeedFormat {
    /// The URL on a line; nothing if it has none.
    fn url(self, line: &str) -> Result<Option<String>, String> {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        if self == Self::Text {
            // A `#` within a URL begins its fragment.
            let comment_at = [" #", "\t#"].iter().filter_map(|mark| line.find(mark)).min();
            return Ok(Some(comment_at.map_or(line, |at| line[..at].trim_end()).to_owned()));
        }
        match serde_json::from_str(line) {
            Ok(serde_json::Value::String(url)) => Ok(Some(url)),
            Ok(serde_json::Value::Object(mut row)) => match row.remove("url") {
                Some(serde_json::Value::String(url)) => Ok(Some(url)),
                _ => Err("has no text `url`".to_owned()),
            },
            Ok(_) => Err("is neither a text nor an object with a `url`".to_owned()),
            Err(error) => Err(format!("is not JSON: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_line() {
        let url = |format: SeedFormat, line| format.url(line).map(Option::unwrap_or_default);
        for (line, found) in [
            ("https://a.example/", "https://a.example/"),
            ("  a.example/#part # comment\r", "a.example/#part"),
            ("a.example\t# comment", "a.example"),
            ("\u{feff}a.example", "a.example"),
            ("# comment", ""),
            ("", ""),
        ] {
            assert_eq!(url(SeedFormat::Text, line).unwrap(), found, "{line}");
        }
        for (line, found) in [
            (r#""https://a.example/""#, "https://a.example/"),
            (r#"{"status": 200, "url": "https://a.example/ #"}"#, "https://a.example/ #"),
            ("# comment", ""),
        ] {
            assert_eq!(url(SeedFormat::Ndjson, line).unwrap(), found, "{line}");
        }
        for (line, reason) in
            [("https://a.example/", "is not JSON"), ("7", "neither"), (r#"{"url": 7}"#, "no text")]
        {
            let refusal = url(SeedFormat::Ndjson, line).unwrap_err();
            assert!(refusal.contains(reason), "{line}: {refusal}");
        }
    }

    #[test]
    fn seeds_come_in_batches_and_bad_lines_are_told() {
        let parse = |text: &str| WireUrl::parse(text).map_err(|error| error.to_string());
        let mut reader = SeedReader::new(SeedFormat::Text, parse);
        for n in 0..=2 * BATCH_MAX {
            reader.push(format!("https://a.example/{n}\nnothing\n").as_bytes());
            if let Some(batch) = reader.full_batch() {
                assert_eq!(batch.len(), BATCH_MAX);
            }
        }
        reader.push(b"https://a.example/without-a-line-break");
        assert_eq!(reader.last_batch().unwrap().len(), 2);
        assert_eq!(reader.last_batch(), None);
        assert_eq!(reader.added.refused, 2 * BATCH_MAX as u64 + 1);
        assert_eq!(reader.added.problems.len(), PROBLEMS_MAX);
        let first = &reader.added.problems[0];
        assert_eq!((first.line, first.text.as_str()), (2, "nothing"));
    }
}
