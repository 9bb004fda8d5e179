//! `crawler man`: the manual pages, made from the command line itself.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Command};
use clap_mangen::Man;

use super::crawl::write_out;
use crate::exit::Exit;

pub(super) const EXAMPLES: &str = "\
Examples:
  crawler man | man -l -                    read it
  crawler man /usr/local/share/man/man1     install crawler(1) and a page for each command";

/// The options of `crawler man`.
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Directory to write crawler.1 and a page for each command to, instead of printing crawler.1
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    let Some(dir) = &args.dir else {
        write_out(&page(command())?).context("cannot write to standard output")?;
        return Ok(Exit::Done);
    };
    fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(command(), dir))
        .with_context(|| format!("cannot write manual pages to {}", dir.display()))?;
    Ok(Exit::Done)
}

/// The command line without `crawler help COMMAND`, which repeats all pages.
fn command() -> Command {
    super::command().disable_help_subcommand(true)
}

fn page(command: Command) -> anyhow::Result<String> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(String::from_utf8(page)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::table::{self, POSITIONAL};

    #[test]
    fn every_option_is_in_the_manual() {
        let page = page(command()).unwrap();
        for setting in table::all().filter(|setting| setting.key != POSITIONAL) {
            // A hyphen that may not be turned into a dash is written `\-` (groff_char(7)).
            let flag = format!("\\-\\-{}", setting.key.replace('_', "\\-"));
            assert!(page.contains(&flag), "{flag}");
        }
    }

    #[test]
    fn every_command_has_a_page() {
        let dir = tempfile::tempdir().unwrap();
        let pages = dir.path().join("man1");
        run(&ManArgs { dir: Some(pages.clone()) }).unwrap();
        let main = fs::read_to_string(pages.join("crawler.1")).unwrap();
        assert!(main.starts_with(".ie") || main.contains(".TH crawler 1"), "{main:.200}");
        for command in command().get_subcommands() {
            let name = command.get_name();
            let page = fs::read_to_string(pages.join(format!("crawler-{name}.1"))).unwrap();
            assert!(page.contains(".SH SYNOPSIS"), "{name}");
        }
        assert!(!pages.join("crawler-help.1").exists());
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = run(&ManArgs { dir: Some(file.path().join("man1")) }).unwrap_err();
        assert!(format!("{error:#}").contains(&file.path().display().to_string()), "{error:#}");
    }
}
