//! `crawler diff`: what changed between two crawls.

use std::io::{self, BufWriter, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use super::data_dir::DataDirArgs;
use crate::diff::{Change, Page, Side, diff};
use crate::exit::Exit;
use crate::filter::Cell;
use crate::listing::{Format, Listing};

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler diff monday tuesday                        how many pages are new, gone, changed
  crawler diff monday tuesday --list new,gone
  crawler diff --generations 1,2 -o crawl --list changed --format jsonl

Of each URL the last capture of either side counts; content is compared by its digest.
Each URL is counted once: one whose status differs as `status`, whatever its content.
\"Not modified\" (304) is unchanged. Pages are sorted by URL in at most 160 MB of
memory, however many there are; what is more goes to files below $TMPDIR or /tmp,
about 150 bytes a page, which end with the command.";

/// The options of `crawler diff`.
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// Output directory of the first crawl
    #[arg(value_name = "A", requires = "after", conflicts_with_all = ["generations", "output"])]
    before: Option<PathBuf>,
    /// Output directory of the second crawl
    #[arg(value_name = "B")]
    after: Option<PathBuf>,
    /// Compare two generations of one crawl (see --recrawl)
    #[arg(long, value_name = "N,M", value_parser = generations)]
    generations: Option<(u64, u64)>,
    /// List the URLs: new, gone, changed, status, unchanged, in the order of URLs
    #[arg(
        long,
        value_name = "CHANGE",
        value_enum,
        value_delimiter = ',',
        hide_possible_values = true
    )]
    list: Vec<Change>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    let (before, after) = sides(args)?;
    let stdout = io::stdout().lock();
    let for_terminal = stdout.is_terminal();
    let out = BufWriter::with_capacity(1 << 16, stdout);
    let names = columns(args);
    let mut listing = Listing::start(out, args.format, names.clone(), for_terminal)?;
    let mut counts = [0_u64; Change::ALL.len()];
    diff(before, after, |change, before, after| {
        counts[change as usize] += 1;
        if args.list.contains(&change) {
            let cells: Vec<_> =
                names.iter().map(|name| cell(name, change, before, after)).collect();
            listing.push(&cells).context("cannot write to standard output")?;
        }
        Ok(())
    })?;
    if args.list.is_empty() {
        for change in Change::ALL {
            let number = Cell::Number(counts[change as usize].into());
            let row = [Some(Cell::Text(change.as_str().into())), Some(number)];
            listing.push(&row).context("cannot write to standard output")?;
        }
    }
    listing.finish().context("cannot write to standard output")?;
    Ok(Exit::Done)
}

fn generations(text: &str) -> Result<(u64, u64), &'static str> {
    let pair = text.split_once(',');
    let pair = pair.and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    pair.ok_or("write two numbers, as in 1,2")
}

fn sides(args: &DiffArgs) -> anyhow::Result<(Side, Side)> {
    let spill_dir = std::env::temp_dir();
    let side = |dir, generation| Side::read(dir, generation, &spill_dir);
    match (&args.before, &args.after, args.generations) {
        (Some(before), Some(after), None) => Ok((side(before, None)?, side(after, None)?)),
        (None, None, Some((before, after))) => {
            let dir = args.data_dir.resolve()?;
            Ok((side(&dir, Some(before))?, side(&dir, Some(after))?))
        }
        _ => bail!(
            "name two directories, as in `crawler diff A B`, or two generations of one crawl: \
             `crawler diff --generations 1,2 -o DIR`"
        ),
    }
}

fn columns(args: &DiffArgs) -> Vec<&'static str> {
    match (args.list.is_empty(), args.format) {
        (true, _) => vec!["change", "pages"],
        (false, Format::Table) => vec!["change", "status_a", "status_b", "url"],
        (false, _) => {
            vec!["change", "url", "status_a", "status_b", "ts_a", "ts_b", "digest_a", "digest_b"]
        }
    }
}

fn cell<'a>(
    name: &str,
    change: Change,
    before: Option<&'a Page>,
    after: Option<&'a Page>,
) -> Option<Cell<'a>> {
    let page = if name.ends_with("_a") { before } else { after };
    let text = |text: &'a str| Some(Cell::Text(text.into()));
    match name {
        "change" => text(change.as_str()),
        "url" => text(&before.or(after)?.url),
        "status_a" | "status_b" => Some(Cell::Number(page?.status.into())),
        "ts_a" | "ts_b" => text(&page?.ts),
        _ => text(&page?.digest),
    }
}
