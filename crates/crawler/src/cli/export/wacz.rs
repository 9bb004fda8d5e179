//! `crawler export wacz`: all pages in one file for replay programs.

use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use crawler_engine::committed_pages;
use crawler_results::{WaczAbout, write_wacz};
use jiff::Timestamp;

use super::BUFFER_BYTES;
use super::whole::{folder_of, whole_file};
use crate::cli::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::numbers::count;

/// The options of `crawler export wacz`.
#[derive(Debug, Args)]
pub(super) struct WaczArgs {
    /// File to write, such as site.wacz. It appears when it is whole
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Name of the collection, for people
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &WaczArgs) -> anyhow::Result<Exit> {
    if args.to.extension().is_none_or(|extension| extension != "wacz") {
        bail!(
            "{} would not be known for what it is: give --to a name that ends with .wacz",
            args.to.display()
        );
    }
    let data_dir = args.data_dir.resolve()?;
    // Held until the end, so that no crawl begins meanwhile.
    let Some(pages) = committed_pages(&data_dir)? else {
        bail!("there is no crawl in {}: name its directory with --output DIR", data_dir.display());
    };
    let about = WaczAbout {
        title: args.title.clone(),
        created: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        software: concat!("crawler/", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let totals = whole_file(&args.to, |file| {
        let out = BufWriter::with_capacity(BUFFER_BYTES, file);
        let spill_dir = folder_of(&args.to);
        Ok(write_wacz(&data_dir, pages.bytes, spill_dir, &about, (&args.to, out))?)
    })?;
    eprintln!(
        "exported {} WARC files, {} captures, {} pages",
        count(totals.files),
        count(totals.captures),
        count(totals.pages)
    );
    Ok(Exit::Done)
}
