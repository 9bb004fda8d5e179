//! `crawler ctl seed`: gives a running crawl more to fetch.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use reqwest::blocking::Body;

use super::Asked;
use crate::ctl::show;
use crate::exit::Exit;

const STDIN: &str = "-";

#[derive(Debug, Args)]
pub(super) struct SeedArgs {
    /// URLs; `-` reads them from standard input, one a line
    #[arg(value_name = "URL", required_unless_present = "file")]
    urls: Vec<String>,
    /// File with one URL a line; lines that begin with # are left out
    #[arg(short, long, value_name = "FILE", conflicts_with = "urls")]
    file: Option<PathBuf>,
    /// Only tell what would become of them
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &SeedArgs, asked: &Asked) -> anyhow::Result<Exit> {
    let query: &[(&str, &str)] = if args.dry_run { &[("dry_run", "true")] } else { &[] };
    let answer = asked.client.send_lines(&["v1", "seeds"], query, body(args)?)?;
    asked.print(&answer, |it| show::seeds(it, args.dry_run))
}

/// The lines: a list of any length is sent as it is read.
fn body(args: &SeedArgs) -> anyhow::Result<Body> {
    if let Some(file) = args.file.as_deref().filter(|file| *file != Path::new(STDIN)) {
        let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        return Ok(Body::new(opened));
    }
    if args.file.is_some() || args.urls == [STDIN] {
        return Ok(Body::new(std::io::stdin()));
    }
    if args.urls.iter().any(|url| url == STDIN) {
        bail!("`-` reads all seeds from standard input: give it alone");
    }
    Ok(args.urls.join("\n").into())
}
