//! Where a crawl begins.

use super::Setting;
use crate::settings::value::put;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::list(
        "urls",
        "URL",
        |s, given| put(&mut s.urls, Ok(given.entries())),
        "URLs to begin with. Without a scheme, https:// is meant (http:// for IP addresses and \
         localhost). `-` reads them from standard input",
    )
    .common(),
    Setting::list(
        "seeds",
        "FILE",
        |s, given| put(&mut s.seed_files, Ok(given.entries())),
        "File with one URL per line; `#` begins a comment, `-` is standard input. Repeatable",
    )
    .common(),
    Setting::switch(
        "skip_bad_seeds",
        |s, given| put(&mut s.skip_bad_seeds, given.switch()),
        "Crawl although some seeds are not URLs; without it, all bad lines are listed and nothing \
         is crawled",
    ),
    Setting::switch(
        "recrawl",
        |s, given| put(&mut s.recrawl, given.switch()),
        "Fetch everything in the output directory again; what has not changed is stored as a revisit",
    )
    .common(),
    Setting::switch(
        "fresh",
        |s, given| put(&mut s.fresh, given.switch()),
        "Delete what an earlier crawl left in the output directory and begin anew. Without it, a \
         crawl goes on where it stopped",
    )
    .common(),
];
