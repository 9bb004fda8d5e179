//! `crawler extract`: tries extraction rules.

use std::io::{self, BufWriter};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Args;
use crawler_store::{PayloadSource, StoreError, StoredCapture, find_capture};
use crawler_url::WireUrl;

use super::data_dir::DataDirArgs;
use super::get::{content, header};
use crate::exit::Exit;
use crate::extract::{Format, SourcePage, Trial, fetch, is_file, read_file};
use crate::rules;
use crate::seeds::parse_seed;
use crate::settings::Settings;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler extract --config rules.toml https://example.com/p/1
  crawler extract -c rules.toml --url https://example.com/p/1 saved.html
  crawler extract -c rules.toml crawl/warc/*.warc.gz > rows.jsonl

Rules are the [[extract]] tables of the configuration file and the files of extract_rules in it:
  [[extract]]
  name = \"product\"
  url = \"glob:https://example.com/p/**\"
  fields.title = \"h1\"
  fields.price = { select = \".price\", pattern = \"[0-9.]+\", type = \"number\" }

A URL is read from the crawl's directory if it is stored there, else fetched once, by the rules
of robots.txt and with the settings of the file. Rows go to standard output; what each rule found,
and what it did not, to standard error. docs/content.md tells all that rules can say.";

/// The options of `crawler extract`.
#[derive(Debug, Args)]
pub(super) struct ExtractArgs {
    /// URLs, HTML files and WARC files
    #[arg(required = true, value_name = "URL|FILE")]
    sources: Vec<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Where HTML files come from; without it rules are tried on them whatever their `url` says
    #[arg(long, value_name = "URL", value_parser = seed)]
    url: Option<WireUrl>,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

fn seed(text: &str) -> Result<WireUrl, String> {
    parse_seed(text).map_err(|bad| format!("it {}", bad.reason))
}

pub(super) fn run(args: &ExtractArgs) -> anyhow::Result<Exit> {
    let settings = args.data_dir.settings()?;
    let rules = rules::load(&settings.extract_rules)?;
    if rules.0.is_empty() {
        bail!("there are no rules: name a file with [[extract]] tables with --config FILE");
    }
    let mut trial = Trial::new(rules, args.format, BufWriter::new(io::stdout().lock()));
    for source in &args.sources {
        if is_file(source) {
            read_file(Path::new(source), args.url.as_ref(), &mut trial)?;
        } else {
            try_url(source, &settings, &mut trial)?;
        }
    }
    eprint!("{}", trial.finish().context("cannot write the rows")?);
    Ok(Exit::Done)
}

fn try_url<W: io::Write>(
    source: &str,
    settings: &Settings,
    trial: &mut Trial<W>,
) -> anyhow::Result<()> {
    let url = parse_seed(source)
        .map_err(|bad| anyhow::anyhow!("`{source}` is no file, and as a URL it {}", bad.reason))?;
    let Some(capture) = stored(&url, settings)? else { return fetch(&url, settings, trial) };
    eprintln!("note: {url} as stored on {} in {}", capture.date, settings.output.display());
    let mime = header(&capture.head, "content-type");
    let page = SourcePage {
        url: &url,
        is_url_known: true,
        ts: Some(&capture.date),
        content_type: mime.as_deref().or(capture.mime.as_deref()),
        body: &content(&capture),
    };
    trial.page(&page).context("cannot write the rows")
}

/// The newest capture of a page, if it can be read.
fn stored(url: &WireUrl, settings: &Settings) -> anyhow::Result<Option<StoredCapture>> {
    let has_page = |capture: &StoredCapture| {
        (200..300).contains(&capture.status) && capture.payload != PayloadSource::Missing
    };
    match find_capture(&settings.output, url) {
        Ok(capture) => Ok(capture.filter(has_page)),
        // There is no crawl.
        Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
