//! `crawler export`: the frontier of a stopped crawl as JSON Lines, or its pages in other formats.

mod cdxj;
mod files;
mod s3;
mod wacz;
mod whole;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::bail;
use clap::{Args, Subcommand};
use crawler_frontier::transfer::Totals;
use crawler_results::RowsAs;

use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::numbers::count;
use crate::results::{complete, complete_rows};
use crate::settings::Format;
use crate::transfer::Failure;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler export --to frontier.jsonl
  crawler export | zstd > frontier.jsonl.zst
  crawler import frontier.jsonl -o copy     what was queued, seen and learned
                                            of hosts; pages stay where they are
  crawler export parquet                    DIR/parquet/pages/, as --format parquet
                                            makes it while crawling
  crawler export extracted -c rules.toml    DIR/extracted/NAME.jsonl: the fields that
                                            rules find in the stored pages
  crawler export wacz --to site.wacz        all pages for ReplayWeb.page and others
  crawler export cdxj --to index.cdxj       the index of captures, sorted
  crawler export s3 --to s3://bucket/crawl  as --upload does while crawling
  crawler export files --to site            pages as plain files: site/HOST/PATH
  crawler export files --to pdf --where 'mime = application/pdf'";

/// The name that means standard output.
const STDOUT: &str = "-";
const BUFFER_BYTES: usize = 1 << 18;

/// The options of `crawler export`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ExportArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// File to write, `-` for standard output. It appears when it is whole
    #[arg(long, value_name = "FILE", default_value = STDOUT)]
    to: String,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

/// What else can be made of a crawl.
#[derive(Debug, Subcommand)]
enum What {
    /// The page list as Parquet files in DIR/parquet/pages/, and if there are extraction rules their rows in
    /// DIR/parquet/extracted/; what is there already is completed
    Parquet(DataDirArgs),
    /// The link graph as Parquet files in DIR/parquet/links/; what is there already is completed
    Links(DataDirArgs),
    /// The page list, compressed, as DIR/pages/pages.jsonl.zst; what is there already is completed
    #[command(name = "jsonl.zst")]
    JsonlZst(DataDirArgs),
    /// What each page says in DIR/content/content.jsonl, as content in the settings chooses; what is there
    /// already is completed
    Content(DataDirArgs),
    /// The rows of the extraction rules as DIR/extracted/NAME.jsonl; what is there already is completed
    Extracted(DataDirArgs),
    /// All pages with their index in one WACZ file, which replay programs open
    Wacz(wacz::WaczArgs),
    /// WARC files, page list, index and what else was made of the pages as objects of an S3-compatible
    /// store, as --upload brings them there; what is there already is completed
    S3(s3::S3Args),
    /// The index of captures as one sorted CDXJ file
    Cdxj(cdxj::CdxjArgs),
    /// The newest stored content of each URL as a plain file
    Files(files::FilesArgs),
}

pub(super) fn run(args: &ExportArgs) -> anyhow::Result<Exit> {
    match &args.what {
        None => frontier(args),
        Some(What::Parquet(data_dir)) => complete(Format::Parquet, &data_dir.settings()?),
        Some(What::Links(data_dir)) => complete(Format::Links, &data_dir.settings()?),
        Some(What::JsonlZst(data_dir)) => complete(Format::JsonlZst, &data_dir.settings()?),
        Some(What::Content(data_dir)) => complete(Format::Content, &data_dir.settings()?),
        Some(What::Extracted(data_dir)) => complete_rows(&data_dir.settings()?, RowsAs::Json),
        Some(What::Wacz(args)) => wacz::run(args),
        Some(What::S3(args)) => s3::run(args),
        Some(What::Cdxj(args)) => cdxj::run(args),
        Some(What::Files(args)) => files::run(args),
    }
}

fn frontier(args: &ExportArgs) -> anyhow::Result<Exit> {
    let data_dir = args.data_dir.resolve()?;
    let written = match args.to.as_str() {
        STDOUT => to_stdout(&data_dir)?,
        path => Some(to_file(&data_dir, Path::new(path))?),
    };
    if let Some(Totals { hosts, urls, seen, .. }) = written {
        eprintln!(
            "exported {} hosts, {} queued URLs, {} seen",
            count(hosts),
            count(urls),
            count(seen)
        );
    }
    Ok(Exit::Done)
}

/// `None` when the reader has had enough.
fn to_stdout(data_dir: &Path) -> anyhow::Result<Option<Totals>> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
    let written = write(data_dir, &mut out);
    let flushed = written.and_then(|totals| {
        out.flush()?;
        Ok(totals)
    });
    // What is left in the buffer would be written once more.
    let _ = out.into_parts();
    match flushed {
        Ok(totals) => Ok(Some(totals)),
        Err(error) if is_broken_pipe(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn to_file(data_dir: &Path, path: &Path) -> anyhow::Result<Totals> {
    whole::whole_file(path, |file| {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
        let totals = write(data_dir, &mut out)?;
        out.flush()?;
        Ok(totals)
    })
}

fn write(data_dir: &Path, out: &mut dyn Write) -> anyhow::Result<Totals> {
    let written = crawler_engine::export_frontier(data_dir, &mut |item| -> Result<(), Failure> {
        serde_json::to_writer(&mut *out, item).map_err(io::Error::from)?;
        Ok(out.write_all(b"\n")?)
    });
    match written.map_err(|error| error.at(""))? {
        Some(totals) => Ok(totals),
        None => bail!(
            "there is no crawl in {}: name its directory with --output DIR",
            data_dir.display()
        ),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
}
