//! `crawler pages`: the rows about pages, chosen and shown.

use std::io::{self, BufWriter, IsTerminal, Write};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use crawler_results::{PagesWriter, page_columns};

use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::filter::{Cell, Field, Filter, PAGE_FIELDS, SKIPPED_FIELDS, fields_in};
use crate::listing::{self, Listing};
use crate::rows::Rows;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler pages --where 'status=404 and host=example.com'
  crawler pages --where 'mime ~ ^text/html and not (status in (200, 304) or redirect)'
  crawler pages --where 'ts >= 2026-11-01 and wire_bytes > 1000000' --format csv
  crawler pages --fields url,title,language --limit 20
  crawler pages --skipped --where 'reason = robots' --format jsonl
  crawler pages --where 'status = 200' --format parquet > ok.parquet

Expressions:
  = != < <= > >= compare, ~ matches a regular expression, in (a, b) one of a list;
  and, or, not, parentheses. A field alone asks whether the page has it. Values with
  spaces or parentheses go in quotes. Times are UTC, their end may be left out:
  ts = 2026-11-01 is all of that day. A field that a page lacks equals nothing.

Fields are those of pages.jsonl (usage.NAME, timings_ms.NAME and warc.NAME too), and
host, domain and path of the URL. Rows are read one by one: memory does not grow with
the crawl. Works while the crawl runs.";

const PAGE_COLUMNS: &str = "status,wire_bytes,mime,url";
const SKIPPED_COLUMNS: &str = "reason,attempts,url";

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns
    Table,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header line (RFC 4180)
    Csv,
    /// A Parquet file; a dot in the name of a field is an underscore there
    Parquet,
}

/// The options of `crawler pages`.
#[derive(Debug, Args)]
pub(super) struct PagesArgs {
    /// Only pages of which this is true
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<String>,
    /// Fields to show [default: some in a table, else all]
    #[arg(long, value_name = "A,B,C")]
    fields: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Stop after so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// URLs that were skipped or failed, from skipped.jsonl, instead of pages
    #[arg(long)]
    skipped: bool,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &PagesArgs) -> anyhow::Result<Exit> {
    let (file, fields, columns) = if args.skipped {
        ("reports/skipped.jsonl", SKIPPED_FIELDS, SKIPPED_COLUMNS)
    } else {
        ("pages/pages.jsonl", PAGE_FIELDS, PAGE_COLUMNS)
    };
    let told = |flag: &'static str| move || format!("{flag} cannot be understood");
    let filter = args.condition.as_ref().map(|text| Filter::parse(text, fields)).transpose();
    let filter = filter.with_context(told("--where"))?;
    let shown: Vec<&'static Field> = match (&args.fields, args.format) {
        (Some(list), _) => fields_in(list, fields).with_context(told("--fields"))?,
        (None, Format::Table) => fields_in(columns, fields)?,
        (None, Format::Csv | Format::Jsonl | Format::Parquet) => fields.iter().collect(),
    };
    let form = match args.format {
        Format::Table => listing::Format::Table,
        Format::Jsonl => listing::Format::Jsonl,
        Format::Csv => listing::Format::Csv,
        Format::Parquet => {
            let columns = columns_of(&shown, args)?;
            let mut rows = Rows::open(&args.data_dir.resolve()?, file)?;
            write_parquet(&mut rows, filter.as_ref(), &columns, args.limit)?;
            rows.tell_damaged();
            return Ok(Exit::Done);
        }
    };
    let mut rows = Rows::open(&args.data_dir.resolve()?, file)?;
    list(&mut rows, filter.as_ref(), &shown, form, args)
        .context("cannot write to standard output")?;
    rows.tell_damaged();
    Ok(Exit::Done)
}

fn list(
    rows: &mut Rows,
    filter: Option<&Filter>,
    shown: &[&'static Field],
    form: listing::Format,
    args: &PagesArgs,
) -> anyhow::Result<()> {
    let stdout = io::stdout().lock();
    let for_terminal = stdout.is_terminal();
    let names = shown.iter().map(|field| field.name).collect();
    let out = BufWriter::with_capacity(1 << 16, stdout);
    let mut listing = Listing::start(out, form, names, for_terminal)?;
    let is_whole = form == listing::Format::Jsonl && args.fields.is_none();
    let mut left = args.limit.unwrap_or(u64::MAX);
    while left > 0 {
        let Some(row) = rows.next()? else { break };
        if filter.is_some_and(|filter| !filter.matches(&row.value)) {
            continue;
        }
        left -= 1;
        if is_whole {
            listing.push_text(row.text)?;
        } else {
            let cells: Vec<Option<Cell<'_>>> =
                shown.iter().map(|field| field.of(&row.value)).collect();
            listing.push(&cells)?;
        }
    }
    listing.finish()?;
    Ok(())
}

/// The columns that hold the fields shown.
fn columns_of(shown: &[&'static Field], args: &PagesArgs) -> anyhow::Result<Vec<String>> {
    if args.skipped {
        bail!("--format parquet is for pages: write skipped URLs with --format jsonl or csv");
    }
    if io::stdout().is_terminal() {
        bail!("a Parquet file is binary: send it to a file with `> FILE`");
    }
    let mut columns = Vec::new();
    for field in shown {
        let column = field.name.replace('.', "_");
        if page_columns().any(|known| known == column) {
            columns.push(column);
        } else if args.fields.is_some() {
            let known: Vec<_> = page_columns().collect();
            bail!("--fields: Parquet has no column `{column}`; it has {}", known.join(", "));
        }
    }
    Ok(columns)
}

fn write_parquet(
    rows: &mut Rows,
    filter: Option<&Filter>,
    columns: &[String],
    limit: Option<u64>,
) -> anyhow::Result<()> {
    let out = BufWriter::with_capacity(1 << 16, io::stdout());
    let mut writer = PagesWriter::begin(out, columns.iter().map(String::as_str))?;
    let mut left = limit.unwrap_or(u64::MAX);
    while left > 0 {
        let Some(row) = rows.next()? else { break };
        if filter.is_some_and(|filter| !filter.matches(&row.value)) {
            continue;
        }
        match serde_json::from_str(row.text) {
            Ok(page) => {
                writer.push(&page)?;
                left -= 1;
            }
            Err(_) => rows.count_damaged(),
        }
    }
    writer.finish()?.flush().context("cannot write to standard output")
}
