//! `crawler import`: an exported frontier or a list of URLs into a data directory.

use std::cell::RefCell;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use crawler_engine::{Brought, Import};

use super::crawl::write_out;
use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::transfer::{Format, Items, Lines, UrlList};

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler import frontier.jsonl -o copy     what `crawler export` wrote
  crawler import urls.txt                   a list to be fetched
  crawler import urls.txt --as seeds        and to follow links from
  crawler import old/pages/pages.jsonl --as seen
  zcat index.cdxj.gz | crawler import -     an archive has these: do not fetch

A crawl follows links in the scope of its seeds. After a list was queued, give the
crawl seeds, or --scope any, or import it --as seeds.
Lists may be imported again: what is known is passed over.";

/// What becomes of the URLs of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum As {
    /// To be fetched
    Queued,
    /// To be fetched, and remembered as seeds: the scope follows from them
    Seeds,
    /// Not to be fetched
    Seen,
}

/// The options of `crawler import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// File to read, `-` for standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Form of the file
    #[arg(long, value_enum, default_value = "auto")]
    format: Format,
    /// What becomes of the URLs of a list [default: queued, of an index: seen]
    #[arg(long = "as", value_enum, value_name = "STATE")]
    state: Option<As>,
    /// Stop at the first line that has no URL, instead of counting such lines
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &ImportArgs) -> anyhow::Result<Exit> {
    let bytes_max = Items::LINE_BYTES_MAX.max(UrlList::LINE_BYTES_MAX);
    let mut lines = Lines::open(&args.file, bytes_max)?;
    let format = args.format.or_that_of(&lines.peek()?);
    let text = match (format, args.state) {
        (Format::Frontier, Some(_)) => bail!(
            "{} is an exported frontier, and --as is for lists: leave it out, or give --format urls",
            args.file
        ),
        (Format::Frontier, None) => restore(args, lines)?,
        (Format::Cdxj, state) => bring(args, lines, format, state.unwrap_or(As::Seen))?,
        (_, state) => bring(args, lines, format, state.unwrap_or(As::Queued))?,
    };
    write_out(&text).context("cannot write to standard output")?;
    Ok(Exit::Done)
}

fn restore(args: &ImportArgs, lines: Lines) -> anyhow::Result<String> {
    let settings = args.data_dir.settings()?;
    let data_dir = settings.output;
    let lines = RefCell::new(lines);
    let restored = Import::open(&data_dir, &settings.canonical)?.restore(&mut Items::new(&lines));
    let totals = restored
        .map_err(|error| error.at(lines.borrow().place()))
        .with_context(|| format!("nothing was imported into {}", data_dir.display()))?;
    Ok(format!(
        "restored hosts: {}\nrestored urls: {}\nrestored seen: {}\n",
        totals.hosts, totals.urls, totals.seen
    ))
}

fn bring(args: &ImportArgs, lines: Lines, format: Format, state: As) -> anyhow::Result<String> {
    let settings = args.data_dir.settings()?;
    let import = Import::open(&settings.output, &settings.canonical)?;
    let mut list = UrlList::new(lines, format, args.strict);
    let brought = match state {
        As::Queued => import.queue(false, &mut list),
        As::Seeds => import.queue(true, &mut list),
        As::Seen => import.mark_seen(&mut list),
    };
    let Brought { new, known } = brought.map_err(|error| error.at(""))?;
    Ok(format!("accepted: {new}\nduplicate: {known}\n{}", list.refused))
}
