//! What surrounds the options in `crawler --help`.

use std::fmt::Write as _;

use crate::exit::EXITS;

/// Wider lines are harder to read.
pub(super) const COLUMNS_MAX: usize = 100;

pub(super) const TEMPLATE: &str = "\
{about}

Usage: {usage}

{all-args}{after-help}";

const PLACES: &str = "\
Every option can also be set in a file, in the environment or with -s:
  --max-pages 100   max_pages = 100   CRAWLER_MAX_PAGES=100   -s max_pages=100
Flags win over -s, -s over the environment, the environment over files.
Times: 500ms, 2s, 1m30s, 1h, or seconds. Sizes: 512K, 16M, 2G, or bytes.";

const SIGNALS: &str = "\
Ctrl-C (or SIGTERM) ends the crawl after the fetches in flight; twice, at once.
The same command again goes on where the crawl stopped, even after a power cut.";

const EXAMPLES: &str = "\
Examples:
  crawler demo                              see it work, without the internet
  crawler https://example.com/              one site, into ./crawl
  crawler -d 2 --max-pages 500 example.com  two links deep, 500 pages
  crawler --seeds urls.txt --scope domain --contact me@example.com -o archive
  crawler example.com --exclude '\\.pdf$' --delay 2s
  crawler get https://example.com/          print a stored page
  crawler stats                             how far it is";

const MORE: &str =
    "`crawler --help` shows all options, exit codes and how to set options elsewhere.";

/// What stands below the most used options, after `-h`.
pub(super) fn after_short() -> String {
    format!("{EXAMPLES}\n\n{MORE}")
}

/// What stands below all options, after `--help`.
pub(super) fn after_long() -> String {
    let mut codes = String::from("Exit codes:\n");
    for (exit, meaning) in EXITS {
        // Writing to a `String` cannot fail.
        let _ = writeln!(codes, "  {:>2}  {meaning}", exit as u8);
    }
    format!("{PLACES}\n\n{SIGNALS}\n\n{codes}\n{EXAMPLES}")
}
