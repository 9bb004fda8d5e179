//! What can be asked of a row: its own fields, and what its URL tells.

use std::borrow::Cow;

use crawler_url::{WireUrl, registrable_domain};
use serde_json::{Number, Value};

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Time,
    Flag,
}

/// A field by which rows can be chosen and that can be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// As it is written; a dot leads into an object.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Row,
    Host,
    Domain,
    Path,
}

/// The value of a field in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Text(Cow<'a, str>),
    Number(Number),
    Flag(bool),
}

impl Field {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, source: Source::Row }
    }

    const fn of_url(name: &'static str, source: Source) -> Self {
        Self { name, kind: Kind::Text, source }
    }

    /// The value in this row; `None` when it has none.
    pub(crate) fn of<'a>(&self, row: &'a Value) -> Option<Cell<'a>> {
        if self.source != Source::Row {
            let url = WireUrl::parse(row.get("url")?.as_str()?).ok()?;
            let text = match self.source {
                Source::Host => url.host_key().as_str().to_owned(),
                Source::Domain => registrable_domain(url.host())?.to_owned(),
                Source::Path | Source::Row => url.path().to_owned(),
            };
            return Some(Cell::Text(text.into()));
        }
        match self.name.split('.').try_fold(row, |value, key| value.get(key))? {
            Value::String(text) => Some(Cell::Text(text.as_str().into())),
            Value::Number(number) => Some(Cell::Number(number.clone())),
            Value::Bool(flag) => Some(Cell::Flag(*flag)),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// The fields of `pages.jsonl`.
pub(crate) const PAGE_FIELDS: &[Field] = &[
    Field::new("url", Kind::Text),
    Field::of_url("host", Source::Host),
    Field::of_url("domain", Source::Domain),
    Field::of_url("path", Source::Path),
    Field::new("ts", Kind::Time),
    Field::new("status", Kind::Number),
    Field::new("title", Kind::Text),
    Field::new("depth", Kind::Number),
    Field::new("via", Kind::Text),
    Field::new("hops", Kind::Text),
    Field::new("mime", Kind::Text),
    Field::new("charset", Kind::Text),
    Field::new("language", Kind::Text),
    Field::new("digest", Kind::Text),
    Field::new("wire_bytes", Kind::Number),
    Field::new("content_bytes", Kind::Number),
    Field::new("outlinks", Kind::Number),
    Field::new("redirect", Kind::Text),
    Field::new("canonical", Kind::Text),
    Field::new("simhash", Kind::Text),
    Field::new("robots", Kind::Text),
    Field::new("usage.robots_content_signal", Kind::Text),
    Field::new("usage.robots_content_usage", Kind::Text),
    Field::new("usage.content_signal", Kind::Text),
    Field::new("usage.content_usage", Kind::Text),
    Field::new("usage.x_robots_tag", Kind::Text),
    Field::new("usage.tdm_reservation", Kind::Text),
    Field::new("usage.tdm_policy", Kind::Text),
    Field::new("truncated", Kind::Text),
    Field::new("undecoded", Kind::Text),
    Field::new("revisit", Kind::Text),
    Field::new("protocol", Kind::Text),
    Field::new("timings_ms.dns", Kind::Number),
    Field::new("timings_ms.connect", Kind::Number),
    Field::new("timings_ms.tls", Kind::Number),
    Field::new("timings_ms.first_byte", Kind::Number),
    Field::new("timings_ms.total", Kind::Number),
    Field::new("generation", Kind::Number),
    Field::new("rebuilt", Kind::Flag),
    Field::new("warc.file", Kind::Text),
    Field::new("warc.offset", Kind::Number),
    Field::new("warc.length", Kind::Number),
];

/// The fields of `skipped.jsonl`.
pub(crate) const SKIPPED_FIELDS: &[Field] = &[
    Field::new("url", Kind::Text),
    Field::of_url("host", Source::Host),
    Field::of_url("domain", Source::Domain),
    Field::of_url("path", Source::Path),
    Field::new("ts", Kind::Time),
    Field::new("reason", Kind::Text),
    Field::new("detail", Kind::Text),
    Field::new("via", Kind::Text),
    Field::new("depth", Kind::Number),
    Field::new("attempts", Kind::Number),
];

impl std::fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}
