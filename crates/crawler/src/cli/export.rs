//! `crawler export`: the frontier of a stopped crawl as JSON Lines, or its pages in other formats.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use crawler_frontier::transfer::Totals;

use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::numbers::count;
use crate::results::complete;
use crate::settings::Format;
use crate::transfer::Failure;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler export --to frontier.jsonl
  crawler export | zstd > frontier.jsonl.zst
  crawler import frontier.jsonl -o copy     what was queued, seen and learned
                                            of hosts; pages stay where they are
  crawler export parquet                    DIR/parquet/pages/, as --format parquet
                                            makes it while crawling";

/// The name that means standard output.
const STDOUT: &str = "-";
const BUFFER_BYTES: usize = 1 << 18;

/// The options of `crawler export`.
#[derive(Debug, Args)]
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
    /// The page list as Parquet files in DIR/parquet/pages/; what is there already is completed
    Parquet(DataDirArgs),
    /// The link graph as Parquet files in DIR/parquet/links/; what is there already is completed
    Links(DataDirArgs),
    /// The page list, compressed, as DIR/pages/pages.jsonl.zst; what is there already is completed
    #[command(name = "jsonl.zst")]
    JsonlZst(DataDirArgs),
}

pub(super) fn run(args: &ExportArgs) -> anyhow::Result<Exit> {
    let (format, data_dir) = match &args.what {
        None => return frontier(args),
        Some(What::Parquet(data_dir)) => (Format::Parquet, data_dir),
        Some(What::Links(data_dir)) => (Format::Links, data_dir),
        Some(What::JsonlZst(data_dir)) => (Format::JsonlZst, data_dir),
    };
    complete(format, &data_dir.settings()?)
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

/// Under another name until it is whole and on disk.
fn to_file(data_dir: &Path, path: &Path) -> anyhow::Result<Totals> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let file = File::create(&temporary)
        .with_context(|| format!("cannot write {}", temporary.display()))?;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
    let written = write(data_dir, &mut out).and_then(|totals| {
        out.flush()?;
        out.get_ref().sync_all()?;
        fs::rename(&temporary, path)?;
        Ok(totals)
    });
    if written.is_err() {
        // It is of no use to anybody; why it is not whole is told.
        let _ = fs::remove_file(&temporary);
    }
    written
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
