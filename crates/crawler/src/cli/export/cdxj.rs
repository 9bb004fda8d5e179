//! `crawler export cdxj`: the index of captures, sorted.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use crawler_store::sorted_index;

use super::whole::{folder_of, whole_file};
use super::{BUFFER_BYTES, STDOUT, is_broken_pipe};
use crate::cli::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::numbers::count;

/// The options of `crawler export cdxj`.
#[derive(Debug, Args)]
pub(super) struct CdxjArgs {
    /// File to write, `-` for standard output. It appears when it is whole
    #[arg(long, value_name = "FILE", default_value = STDOUT)]
    to: String,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &CdxjArgs) -> anyhow::Result<Exit> {
    let data_dir = args.data_dir.resolve()?;
    let rows = match args.to.as_str() {
        STDOUT => match write(&data_dir, &std::env::temp_dir(), io::stdout().lock()) {
            // The reader has had enough.
            Err(error) if is_broken_pipe(&error) => return Ok(Exit::Done),
            rows => rows?,
        },
        path => {
            let path = Path::new(path);
            whole_file(path, |file| write(&data_dir, folder_of(path), file))?
        }
    };
    eprintln!("exported {} captures", count(rows));
    Ok(Exit::Done)
}

fn write(data_dir: &Path, spill_dir: &Path, out: impl Write) -> anyhow::Result<u64> {
    let mut lines = sorted_index(data_dir, spill_dir)
        .context("is this the directory of a crawl? Name it with --output DIR")?;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
    let mut rows = 0;
    while let Some(line) = lines.next_line()? {
        out.write_all(line)?;
        out.write_all(b"\n")?;
        rows += 1;
    }
    out.flush()?;
    Ok(rows)
}
