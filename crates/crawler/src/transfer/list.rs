//! The URLs of a list.

use std::borrow::Cow;

use crawler_url::WireUrl;
use serde::Deserialize;

use super::format::{Format, cdxj_fields, is_index_header};
use super::lines::{Line, Lines};
use super::{Failure, Tally};
use crate::seeds::{BadSeed, explain, parse_seed, without_comment};
use crate::settings::{Problem, Problems};

/// Reads the URLs of a list; lines that have none are counted, or are an error if it is strict.
pub(crate) struct UrlList {
    lines: Lines,
    format: Format,
    is_strict: bool,
    /// Lines that were refused.
    pub(crate) refused: Tally,
}

/// What of a JSON line matters.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    url: Option<Cow<'a, str>>,
    /// Only the first line of a list of pages has it.
    #[serde(borrow, default)]
    format: Option<Cow<'a, str>>,
}

/// What a line is.
enum Entry {
    Url(WireUrl),
    /// Blank, a comment, or about the file itself.
    Nothing,
    Refused(String),
}

impl UrlList {
    /// A line that is longer holds no URL; an index row holds one twice.
    pub(crate) const LINE_BYTES_MAX: u64 = 1 << 20;

    pub(crate) fn new(lines: Lines, format: Format, is_strict: bool) -> Self {
        Self { lines, format, is_strict, refused: Tally::default() }
    }

    fn refuse(&mut self, reason: &str) -> Option<Failure> {
        if !self.is_strict {
            self.refused.refuse(reason, || self.lines.place());
            return None;
        }
        let note = "without --strict such lines are counted and passed over".to_owned();
        let problem = Problem {
            place: self.lines.place(),
            source_line: None,
            what: format!("the line {reason}"),
            notes: vec![note],
        };
        let problems = Problems { subject: "the list", problems: vec![problem] };
        Some(Failure::Other(anyhow::Error::new(problems)))
    }
}

impl Iterator for UrlList {
    type Item = Result<WireUrl, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = match self.lines.next() {
                Err(error) => return Some(Err(Failure::Other(error))),
                Ok(None) => return None,
                Ok(Some(Line::TooLong(max))) => {
                    Entry::Refused(format!("is longer than {max} bytes"))
                }
                Ok(Some(Line::Text(text))) => read(&text, self.format),
            };
            match entry {
                Entry::Url(url) => return Some(Ok(url)),
                Entry::Nothing => {}
                Entry::Refused(reason) => {
                    if let Some(failure) = self.refuse(&reason) {
                        return Some(Err(failure));
                    }
                }
            }
        }
    }
}

fn read(line: &str, format: Format) -> Entry {
    let text = line.trim();
    if format == Format::Cdxj {
        return match cdxj_fields(text) {
            Some(json) => read_json(json),
            None if text.is_empty() || is_index_header(text) => Entry::Nothing,
            None => Entry::Refused("is no index row: key, time and JSON".to_owned()),
        };
    }
    if text.starts_with('{') {
        return read_json(text);
    }
    match without_comment(text) {
        "" => Entry::Nothing,
        text => match parse_seed(text) {
            Ok(url) => Entry::Url(url),
            Err(BadSeed { reason, .. }) => Entry::Refused(reason),
        },
    }
}

fn read_json(json: &str) -> Entry {
    let Ok(fields) = serde_json::from_str::<Fields<'_>>(json) else {
        return Entry::Refused("is no JSON object, or its `url` is no text".to_owned());
    };
    match fields {
        Fields { url: Some(url), .. } => match WireUrl::parse(&url) {
            Ok(url) => Entry::Url(url),
            Err(error) => Entry::Refused(explain(&error)),
        },
        Fields { format: Some(_), .. } => Entry::Nothing,
        _ => Entry::Refused("has no field `url`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, format: Format) -> String {
        match read(line, format) {
            Entry::Url(url) => url.to_string(),
            Entry::Nothing => "-".to_owned(),
            Entry::Refused(reason) => format!("! {reason}"),
        }
    }

    #[test]
    fn lines_are_urls_or_tell_why_not() {
        for (line, expected) in [
            ("http://a.example/b # why", "http://a.example/b"),
            ("a.example/b", "https://a.example/b"),
            ("# a comment", "-"),
            ("  ", "-"),
            (r#"{"id":"x","url":"http://a.example/b"}"#, "http://a.example/b"),
            (r#"{"format":"json-pages-1.0","id":"pages"}"#, "-"),
            (r#"{"id":"x"}"#, "! has no field `url`"),
            (r#"{"url":7}"#, "! is no JSON object, or its `url` is no text"),
            ("mailto:a@example.com", "! has the scheme `mailto`: only http and https are crawled"),
            ("two words", "! has a blank in it"),
        ] {
            assert_eq!(shown(line, Format::Urls), expected, "{line}");
        }
        for (line, expected) in [
            (r#"example,a)/ 20200101000000 {"url":"http://a.example/"}"#, "http://a.example/"),
            (
                r#"x 20200101000000 {"url":"urn:pageinfo:x"}"#,
                "! has the scheme `urn`: only http and https are crawled",
            ),
            ("http://a.example/", "! is no index row: key, time and JSON"),
            ("!meta {}", "-"),
        ] {
            assert_eq!(shown(line, Format::Cdxj), expected, "{line}");
        }
    }
}
