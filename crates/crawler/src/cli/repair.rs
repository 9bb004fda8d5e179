//! `crawler repair`: is every stored byte as it was written, and what can be mended?

use std::fmt::Write as _;
use std::fs;
use std::io::{IsTerminal, stdin};
use std::path::Path;

use anyhow::Context as _;
use clap::Args;

use super::crawl::write_out;
use super::data_dir::DataDirArgs;
use crate::exit::Exit;
use crate::settings::Settings;
use crate::terminal::escape;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler repair --check            read all of ./crawl and name what is damaged
  crawler repair                    mend ./crawl, after asking
  crawler repair --yes -o /data/c   mend /data/c without asking
  crawler repair --rebuild          make the queue anew from the stored pages

Damaged files are copied to DIR/damaged-N before they are changed. URLs whose
page could not be saved are listed there in lost-urls.txt.";

/// The options of `crawler repair`.
#[derive(Debug, Args)]
pub(super) struct RepairArgs {
    /// Only tell what is damaged
    #[arg(long, conflicts_with = "yes")]
    check: bool,
    /// Mend without asking
    #[arg(short, long)]
    yes: bool,
    /// Put a frontier that is beyond repair aside, and make one from the page list, the report of
    /// skipped URLs and the links of stored pages
    #[arg(long, conflicts_with = "check")]
    rebuild: bool,
    #[command(flatten)]
    data_dir: DataDirArgs,
}

pub(super) fn run(args: &RepairArgs) -> anyhow::Result<Exit> {
    let settings = args.data_dir.settings()?;
    let dir = &settings.output;
    let (text, exit) = match args {
        RepairArgs { check: true, .. } => check(dir)?,
        RepairArgs { rebuild: true, yes, .. } => rebuild(&settings, *yes)?,
        RepairArgs { yes, .. } => mend(dir, *yes)?,
    };
    write_out(&text).context("cannot write to standard output")?;
    Ok(exit)
}

fn check(dir: &Path) -> anyhow::Result<(String, Exit)> {
    let Some(findings) = crawler_engine::check(dir)? else { return Ok(none(dir)) };
    let (mut text, mut exit) = (String::new(), Exit::Done);
    for finding in findings {
        let path = escape(&finding.path.display().to_string()).into_owned();
        if finding.problems.is_empty() {
            writeln!(text, "ok       {path}")?;
        }
        for problem in finding.problems {
            exit = Exit::Fatal;
            writeln!(text, "damaged  {path}: {}", escape(&problem))?;
        }
    }
    Ok((text, exit))
}

fn mend(dir: &Path, yes: bool) -> anyhow::Result<(String, Exit)> {
    if !yes && !agreed("mend what is damaged", dir)? {
        return Ok(("nothing was changed\n".to_owned(), Exit::Done));
    }
    let Some(repaired) = crawler_engine::repair(dir)? else { return Ok(none(dir)) };
    let mut text = String::new();
    for done in &repaired.done {
        writeln!(text, "mended   {}", escape(done))?;
    }
    if !repaired.lost_urls.is_empty() {
        let list = repaired.aside.join("lost-urls.txt");
        fs::write(&list, repaired.lost_urls.join("\n") + "\n")
            .with_context(|| format!("cannot write {}", list.display()))?;
        let count = repaired.lost_urls.len();
        writeln!(text, "lost     {count} stored pages, listed in {}", list.display())?;
    }
    if repaired.done.is_empty() {
        writeln!(text, "nothing is damaged in {}", dir.display())?;
    } else {
        writeln!(text, "the files as they were are in {}", repaired.aside.display())?;
    }
    Ok((text, Exit::Done))
}

fn rebuild(settings: &Settings, yes: bool) -> anyhow::Result<(String, Exit)> {
    let dir = settings.output.as_path();
    if !yes && !agreed("put the frontier aside and make it anew", dir)? {
        return Ok(("nothing was changed\n".to_owned(), Exit::Done));
    }
    let Some(rebuilt) =
        crawler_engine::rebuild(dir, &settings.canonical, &settings.product_token())?
    else {
        return Ok((format!("no pages are stored in {}\n", dir.display()), Exit::Failed));
    };
    let mut text = String::new();
    for done in &rebuilt.done {
        writeln!(text, "mended   {}", escape(done))?;
    }
    writeln!(
        text,
        "rebuilt  {} urls are known as stored or reported, {} links of stored pages are queued, {} \
         seeds remembered",
        rebuilt.seen, rebuilt.queued, rebuilt.seeds
    )?;
    if rebuilt.unread > 0 {
        writeln!(text, "lost     the links of {} pages that cannot be read", rebuilt.unread)?;
    }
    text.push_str(LOST);
    writeln!(text, "the frontier as it was is in {}", rebuilt.aside.display())?;
    text.push_str(
        "next: the command of the crawl; it skips what is out of its scope as rescoped\n",
    );
    Ok((text, Exit::Done))
}

/// What nothing that is stored tells.
const LOST: &str = "\
lost     urls that waited and that no stored page, sitemap or feed names: seeds not yet fetched,
         imported lists, what headers named and pages embed
lost     the order of the queue, attempts, back-off and pace of hosts, robots rules, quarantines,
         and what pages were in earlier generations\n";

fn none(dir: &Path) -> (String, Exit) {
    (format!("no crawl in {}\n", dir.display()), Exit::Failed)
}

/// Asks a person; who cannot be asked must say so beforehand.
fn agreed(to: &str, dir: &Path) -> anyhow::Result<bool> {
    anyhow::ensure!(
        stdin().is_terminal(),
        "nobody can be asked here: give --yes to mend {}, or --check to only look",
        dir.display()
    );
    eprintln!("{to} in {}? [y/N]", dir.display());
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
