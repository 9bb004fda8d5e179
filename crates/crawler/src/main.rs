//! The crawler process: command line, settings, signals, progress, reports and exit codes. What a
//! crawl does is the engine's; what it is told and what it tells is here.

/// As in the standard library, but a reader that has gone away is no reason to panic.
macro_rules! eprintln {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($words)*);
    }};
}

mod cli;
mod credentials;
mod ctl;
mod diff;
mod doctor;
mod exit;
mod explain;
mod filter;
mod listing;
mod logging;
mod numbers;
mod otlp;
mod plan;
mod process;
mod progress;
mod report;
mod results;
mod rows;
mod rules;
mod seeds;
mod service;
mod settings;
mod signals;
mod terminal;
mod time_prefix;
mod top;
mod torture;
mod transfer;

use std::process::ExitCode;

/// Shards allocate all the time; this is what keeps them off each other's locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let ended = cli::run();
    let exit = ended.unwrap_or_else(|error| {
        exit::print_error(&error);
        exit::Exit::of_error(&error)
    });
    exit.into()
}
