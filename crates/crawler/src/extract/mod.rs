//! Tries extraction rules: what they make of pages, and which of them find nothing.

mod fetch;
mod show;
mod source;
mod tally;

use std::io::{self, Write};

use clap::ValueEnum;
use crawler_content::{Elements, Rules};
use crawler_results::ExtractedRow;
use crawler_url::WireUrl;

use crate::terminal::escape_json;
pub(crate) use fetch::fetch;
pub(crate) use source::{is_file, read_file};
use tally::Tally;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON object a line, as in extracted/NAME.jsonl
    Jsonl,
    /// Each row with its fields below each other
    Table,
}

/// A page to try rules on.
pub(crate) struct SourcePage<'a> {
    pub(crate) url: &'a WireUrl,
    /// Whether that is where it comes from: rules for some URLs are tried in any case otherwise.
    pub(crate) is_url_known: bool,
    /// When it was fetched, if that is known.
    pub(crate) ts: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    /// With its content codings undone.
    pub(crate) body: &'a [u8],
}

/// Applies rules to page after page.
pub(crate) struct Trial<W> {
    rules: Rules,
    tallies: Vec<Tally>,
    pages: u64,
    format: Format,
    out: W,
}

impl<W: Write> Trial<W> {
    pub(crate) fn new(rules: Rules, format: Format, out: W) -> Self {
        let tallies = rules.0.iter().map(Tally::new).collect();
        Self { rules, tallies, pages: 0, format, out }
    }

    /// Writes the rows that the rules make of a page.
    pub(crate) fn page(&mut self, page: &SourcePage<'_>) -> io::Result<()> {
        let url = page.url.as_str();
        let mut elements = None;
        self.pages += 1;
        for (rule, tally) in self.rules.0.iter().zip(&mut self.tallies) {
            if page.is_url_known && !rule.is_for(url) {
                continue;
            }
            let elements = elements
                .get_or_insert_with(|| Elements::parse(page.body, page.content_type, page.url));
            let made = rule.rows(elements);
            tally.add(url, &made);
            for row in &made.rows {
                let row = ExtractedRow { url, ts: page.ts, rule: &rule.name, row };
                match self.format {
                    Format::Jsonl => {
                        let line = serde_json::to_string(&row)?;
                        writeln!(self.out, "{}", escape_json(&line))?;
                    }
                    Format::Table => show::row(rule, &row, &mut self.out)?,
                }
            }
        }
        Ok(())
    }

    /// Ends the output. Returns what the rules found, as text of several lines.
    pub(crate) fn finish(mut self) -> io::Result<String> {
        self.out.flush()?;
        let told: Vec<String> = self.tallies.iter().map(|tally| tally.told(self.pages)).collect();
        Ok(told.concat())
    }
}
