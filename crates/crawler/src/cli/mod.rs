//! The command line: `crawler [OPTIONS] [URL]…` crawls, `crawler COMMAND` does something else.

mod args;
mod completions;
mod config;
mod crawl;
mod ctl;
mod data_dir;
mod demo;
mod diff;
mod doctor;
mod explain;
mod export;
mod extract;
mod get;
mod help;
mod import;
mod index_sort;
mod man;
mod next_steps;
mod pages;
mod plan;
mod repair;
mod replay;
mod serve;
mod stats;
mod target;
mod testweb;
mod top;
mod traps;
mod verify;

#[cfg(test)]
mod tests;

pub(crate) use get::header;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::exit::Exit;

/// The commands, for "did you mean".
pub(crate) const COMMANDS: [&str; 23] = [
    "serve",
    "ctl",
    "top",
    "get",
    "extract",
    "pages",
    "diff",
    "replay",
    "stats",
    "explain",
    "plan",
    "traps",
    "export",
    "import",
    "demo",
    "doctor",
    "repair",
    "verify",
    "testweb",
    "config",
    "man",
    "completions",
    "help",
];

/// Parses the command line and does what it says. A command line that cannot be parsed ends the
/// process here, as does `--help`.
///
/// # Errors
/// Whatever keeps the command from being done.
pub(crate) fn run() -> anyhow::Result<Exit> {
    let matches = command().get_matches();
    match matches.subcommand() {
        None => crawl::run(args::sources(&matches)),
        Some(("serve", matches)) => serve::run(matches),
        Some(("ctl", matches)) => ctl::run(&parsed(matches)?),
        Some(("top", matches)) => top::run(&parsed(matches)?),
        Some(("get", matches)) => get::run(&parsed(matches)?),
        Some(("extract", matches)) => extract::run(&parsed(matches)?),
        Some(("pages", matches)) => pages::run(&parsed(matches)?),
        Some(("diff", matches)) => diff::run(&parsed(matches)?),
        Some(("replay", matches)) => replay::run(&parsed(matches)?),
        Some(("stats", matches)) => stats::run(&parsed(matches)?),
        Some(("explain", matches)) => explain::run(matches),
        Some(("plan", matches)) => plan::run(matches),
        Some(("traps", matches)) => traps::run(&parsed(matches)?),
        Some(("export", matches)) => export::run(&parsed(matches)?),
        Some(("import", matches)) => import::run(&parsed(matches)?),
        Some(("demo", matches)) => demo::run(matches),
        Some(("doctor", matches)) => doctor::run(&parsed(matches)?),
        Some(("repair", matches)) => repair::run(&parsed(matches)?),
        Some(("verify", matches)) => verify::run(&parsed(matches)?),
        Some(("testweb", matches)) => testweb::run(&parsed(matches)?),
        Some(("config", matches)) => config::run(matches),
        Some(("man", matches)) => man::run(&parsed(matches)?),
        Some(("completions", matches)) => completions::run(&parsed(matches)?),
        Some((name, _)) => anyhow::bail!("there is no command `{name}`"),
    }
}

fn parsed<T: FromArgMatches>(matches: &ArgMatches) -> anyhow::Result<T> {
    Ok(T::from_arg_matches(matches)?)
}

fn command() -> Command {
    let crawl = args::crawl_options(Command::new("crawler"))
        .version(env!("CARGO_PKG_VERSION"))
        .about("Crawls the web, politely, on all cores.")
        .override_usage("crawler [OPTIONS] [URL]...\n       crawler COMMAND")
        .args_conflicts_with_subcommands(true)
        .subcommand_help_heading("Commands")
        .help_template(help::TEMPLATE)
        .max_term_width(help::COLUMNS_MAX)
        .after_help(help::after_short())
        .after_long_help(help::after_long());
    let subcommands = vec![
        serve::command(),
        ctl::CtlArgs::augment_args(Command::new("ctl"))
            .about("Ask and steer a running crawl")
            .after_help(ctl::EXAMPLES),
        top::TopArgs::augment_args(Command::new("top"))
            .about("Watch a running crawl on the terminal, and steer it by keys")
            .after_help(top::EXAMPLES),
        get::GetArgs::augment_args(Command::new("get"))
            .about("Print a stored page")
            .after_help(get::EXAMPLES),
        extract::ExtractArgs::augment_args(Command::new("extract"))
            .about("Try extraction rules on pages, files and WARC files")
            .after_help(extract::EXAMPLES),
        pages::PagesArgs::augment_args(Command::new("pages"))
            .about("List stored pages, chosen by an expression")
            .after_help(pages::EXAMPLES),
        diff::DiffArgs::augment_args(Command::new("diff"))
            .about("Tell what changed between two crawls")
            .after_help(diff::EXAMPLES),
        replay::ReplayArgs::augment_args(Command::new("replay"))
            .about("Serve the stored pages on this machine, as they were")
            .after_help(replay::EXAMPLES),
        stats::StatsArgs::augment_args(Command::new("stats"))
            .about("Show what a crawl has done so far, while it runs or later"),
        explain::command(),
        plan::command(),
        traps::TrapsArgs::augment_args(Command::new("traps"))
            .about("List templates of URLs that bring nothing new, or let one go")
            .after_help(traps::EXAMPLES),
        export::ExportArgs::augment_args(Command::new("export"))
            .about("Write the pages or the frontier of a stopped crawl in other formats")
            .after_help(export::EXAMPLES),
        import::ImportArgs::augment_args(Command::new("import"))
            .about("Bring an exported frontier or a list of URLs into a directory")
            .after_help(import::EXAMPLES),
        demo::command(),
        doctor::DoctorArgs::augment_args(Command::new("doctor"))
            .about("Check this machine and a crawl's directory, or that a crawl survives kill -9")
            .after_help(doctor::EXAMPLES),
        repair::RepairArgs::augment_args(Command::new("repair"))
            .about("Check all that a crawl has stored, and mend what is damaged")
            .after_help(repair::EXAMPLES),
        verify::VerifyArgs::augment_args(Command::new("verify"))
            .about("Recompute the digests of all that is stored, and compare it with its index")
            .after_help(verify::EXAMPLES),
        testweb::TestwebArgs::augment_args(Command::new("testweb"))
            .about("Serve a deliberately difficult web on this machine until Ctrl-C")
            .after_help(testweb::EXAMPLES),
        config::command(),
        man::ManArgs::augment_args(Command::new("man"))
            .about("Print the manual page, or write those of all commands")
            .after_help(man::EXAMPLES),
        completions::CompletionsArgs::augment_args(Command::new("completions"))
            .about("Print a completion script for a shell")
            .after_help(completions::EXAMPLES),
    ];
    crawl.subcommands(subcommands)
}
