//! `crawler config`: the settings in force, and where each comes from.

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::args;
use super::crawl::write_out;
use crate::exit::Exit;
use crate::settings;

const EXAMPLE: &str = "example";

pub(super) fn command() -> Command {
    let options = args::crawl_options(Command::new("config")).mut_args(|arg| arg.hide(true));
    options
        .about("Print the settings in force, and where each comes from")
        .override_usage("crawler config [OPTIONS] [URL]...")
        .after_help(
            "Takes every option of a crawl, and shows what it would do. The output is a \
             configuration file.",
        )
        .arg(
            Arg::new(EXAMPLE)
                .long(EXAMPLE)
                .action(ArgAction::SetTrue)
                .help("Print an annotated configuration file with all defaults instead"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<Exit> {
    let text = if matches.get_flag(EXAMPLE) {
        settings::example()
    } else {
        settings::effective(&settings::load(&args::sources(matches))?.raw)
    };
    write_out(&text).context("cannot write to standard output")?;
    Ok(Exit::Done)
}
