//! `crawler export files`: the stored pages as plain files.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use crawler_engine::committed_pages;
use crawler_results::{Mirror, MirrorTotals, PageRow, ResultError};

use crate::cli::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::filter::{Filter, PAGE_FIELDS};
use crate::numbers::{bytes, count};
use crate::rows::Rows;

const NAMES: &str = "\
A page is in DIR/HOST/PATH, with +PORT behind the host unless the port is the usual one; one whose
URL ends with / is index.html there. A query follows in parentheses: page (q=1). Where a page and a
folder would share a name, the later is called `NAME [file]` or `NAME [folder]`. Of pages that
differ in the scheme only, or in index.html, the newest stays. Content is decoded and otherwise as
it was sent. With --convert-links the links of pages and style sheets lead to the files of other
pages, and to the web where there is none; redirects are not pages.";

/// The options of `crawler export files`.
#[derive(Debug, Args)]
#[command(after_help = NAMES)]
pub(super) struct FilesArgs {
    /// Folder to make; it must be empty or new
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Only pages of which this is true; `crawler pages --help` tells how it is written
    #[arg(long = "where", value_name = "EXPR")]
    condition: Option<String>,
    /// Have links lead from file to file, to read the pages without a server
    #[arg(long)]
    convert_links: bool,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &FilesArgs) -> anyhow::Result<Exit> {
    let filter = args.condition.as_ref().map(|text| Filter::parse(text, PAGE_FIELDS)).transpose();
    let filter = filter.context("--where cannot be understood")?;
    let data_dir = args.data_dir.resolve()?;
    // Held until the end, so that no crawl begins meanwhile.
    let Some(pages) = committed_pages(&data_dir)? else {
        bail!("there is no crawl in {}: name its directory with --output DIR", data_dir.display());
    };
    let mut mirror = Mirror::begin(&data_dir, &args.to)?;
    let each = |visit: &mut dyn FnMut(&PageRow<'_>) -> Result<(), ResultError>| {
        each_page(&data_dir, pages.bytes, filter.as_ref(), visit)
    };
    each(&mut |page| mirror.take(page))?.tell_damaged();
    if args.convert_links {
        each(&mut |page| mirror.convert_links(page))?;
    }
    tell(mirror.totals());
    Ok(Exit::Done)
}

/// Visits the chosen rows of the first `end` bytes of the page list.
fn each_page(
    data_dir: &Path,
    end: u64,
    filter: Option<&Filter>,
    visit: &mut dyn FnMut(&PageRow<'_>) -> Result<(), ResultError>,
) -> anyhow::Result<Rows> {
    let mut rows = Rows::open(data_dir, "pages/pages.jsonl")?;
    while rows.position() < end {
        let Some(row) = rows.next()? else { break };
        if filter.is_none_or(|filter| filter.matches(&row.value)) {
            let page: PageRow<'_> = serde_json::from_str(row.text)
                .with_context(|| format!("the page list has a row that is none: {}", row.text))?;
            visit(&page)?;
        }
    }
    Ok(rows)
}

fn tell(totals: MirrorTotals) {
    let MirrorTotals { written, bytes: size, partial, converted, missing } = totals;
    eprintln!("exported {} pages, {}", count(written), bytes(size as f64));
    for (pages, what) in [
        (partial, "of them in part: their bodies were cut off or are in an unknown coding"),
        (converted, "with links to the files of others"),
        (missing, "not written: their WARC files were moved away"),
    ] {
        if pages > 0 {
            eprintln!("{} {what}", count(pages));
        }
    }
}
