//! `crawler verify`: is every stored byte what it claims to be?

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use crawler_engine::is_in_use;
use crawler_store::{Fault, Verified, verify_store, verify_warc_files};

use super::crawl::write_out;
use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::numbers::count;
use crate::terminal::escape;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler verify -o /data/c           all WARC files, index.cdxj and pages.jsonl
  crawler verify backup/*.warc.gz     WARC files alone, wherever they are from

Recomputes what every record claims: gzip or zstd checksum, lengths, WARC-Block-Digest and
WARC-Payload-Digest; then holds each capture against its rows in index.cdxj and
pages.jsonl (place, length, URL, time, status, digest). Each fault is printed as
FILE:BYTE: what is wrong; exit code 9 when there is one. Reads only, and works on
copies without the crawl's database. Memory is that of the largest record, and at
most 80 MB to compare; more goes to files below $TMPDIR or /tmp.

`crawler repair --check` asks something else: whether all that was committed is still
there, database and seen set too. It needs the whole directory and recomputes no
digest. What verify finds, `crawler repair` can mend.";

/// The options of `crawler verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// WARC files to read instead of a crawl's directory
    #[arg(value_name = "FILE", conflicts_with_all = ["output", "config"])]
    files: Vec<PathBuf>,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<Exit> {
    let mut written = Ok(());
    let mut report = |fault: Fault| {
        if written.is_ok() {
            written = write_out(&told(&fault));
        }
    };
    let verified = if args.files.is_empty() {
        let dir = args.data_dir.resolve()?;
        if is_in_use(&dir) {
            bail!("a crawl runs in {}: stop it, or verify a copy", dir.display());
        }
        verify_store(&dir, &std::env::temp_dir(), &mut report)?
    } else {
        verify_warc_files(&args.files, &mut report)?
    };
    written
        .and_then(|()| write_out(&summary(&verified)))
        .context("cannot write to standard output")?;
    Ok(if verified.faults == 0 { Exit::Done } else { Exit::Unsound })
}

fn told(fault: &Fault) -> String {
    let path = fault.path.display().to_string();
    format!("{}:{}: {}\n", escape(&path), fault.offset, escape(&fault.reason))
}

fn summary(verified: &Verified) -> String {
    let Verified { files, records, digests, digests_unknown, rows, faults } = *verified;
    let plural =
        |n: u64, what: &str| format!("{} {what}{}", count(n), if n == 1 { "" } else { "s" });
    if faults > 0 {
        return format!("{} in {}\n", plural(faults, "fault"), plural(files, "file"));
    }
    let mut text = format!(
        "sound: {}, {}, {} recomputed, {}\n",
        plural(files, "file"),
        plural(records, "record"),
        plural(digests, "digest"),
        plural(rows, "row")
    );
    if digests_unknown > 0 {
        let which = plural(digests_unknown, "digest");
        text = format!(
            "{text}not recomputed: {which} of another algorithm or of a payload in a transfer coding\n"
        );
    }
    text
}
