//! What a crawl leaves and what it tells.

use std::path::PathBuf;

use super::Setting;
use crate::settings::read::log_filter;
use crate::settings::value::{Given, Refusal, put};
use crate::settings::{Format, LogFormat, ProgressMode};

/// Smaller files would hold less than one large page.
const WARC_BYTES_MIN: u64 = 1 << 20;
const WARC_BYTES_MAX: u64 = 1 << 40;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::switch(
        "simhash",
        |s, given| put(&mut s.simhash, given.switch()),
        "Store the simhash of each page's visible text in pages.jsonl: 64 bits, of which few differ \
         between near duplicates",
    ),
    Setting::switch(
        "list_refused",
        |s, given| put(&mut s.list_refused, given.switch()),
        "List links that the scope refuses in reports/skipped.jsonl too, with the reason and the page \
         they were found on. They are counted in any case",
    ),
    Setting::switch(
        "crawl_log",
        |s, given| put(&mut s.crawl_log, given.switch()),
        "Keep logs/crawl.jsonl: a row for each URL that was fetched, failed or was skipped, with the \
         fields of Heritrix's crawl.log. It has exactly what the other files have, after a crash too",
    ),
    Setting::value(
        "output",
        "DIR",
        "crawl",
        |s, given| put(&mut s.output, given.one(directory)),
        "Directory for pages, indexes and the crawl's state",
    )
    .common()
    .short('o'),
    Setting::value(
        "warc_size",
        "SIZE",
        "1G",
        |s, given| put(&mut s.warc_size, given.size(WARC_BYTES_MIN..=WARC_BYTES_MAX)),
        "Size at which a new WARC file is begun",
    ),
    Setting::list(
        "format",
        "FORMAT",
        |s, given| put(&mut s.formats, given.one_of_each(FORMATS)),
        "What the crawl leaves in the output directory. WARC files, the page list and the index are always \
         kept: as warc (gzip, which every tool reads) or, if it is named, warc.zst (zstd, which takes less \
         time). Besides: parquet (parquet/pages/: the page list as columns, by day; parquet/extracted/: rows \
         of extraction rules); links (parquet/links/: the link graph, by day); jsonl.zst \
         (pages/pages.jsonl.zst: the page list, compressed); content (content/content.jsonl: what each \
         page says, see --content)",
    )
    .default_items("warc")
    .common(),
    Setting::value(
        "progress",
        "auto|off",
        "auto",
        |s, given| put(&mut s.progress, given.choice(PROGRESS)),
        "auto shows live progress on a terminal, and elsewhere one log line every 10 s",
    ),
    Setting::value(
        "log_level",
        "LEVEL",
        "info",
        |s, given| put(&mut s.log_level, given.one(log_filter)),
        "error, warn, info, debug, trace, or directives such as info,crawler_fetch=debug",
    ),
    Setting::value(
        "log_format",
        "text|json",
        "text",
        |s, given| put(&mut s.log_format, log_format(given)),
        "How log lines are written",
    ),
];

const FORMATS: &[(&str, Format)] = &[
    ("warc", Format::Warc),
    ("warc.zst", Format::WarcZst),
    ("parquet", Format::Parquet),
    ("links", Format::Links),
    ("jsonl.zst", Format::JsonlZst),
    ("content", Format::Content),
];

const PROGRESS: &[(&str, ProgressMode)] =
    &[("auto", ProgressMode::Auto), ("off", ProgressMode::Off)];

fn log_format(given: Given<'_>) -> Result<LogFormat, crate::settings::value::BadValue> {
    given.choice(&[("text", LogFormat::Text), ("json", LogFormat::Json)])
}

fn directory(text: &str) -> Result<PathBuf, Refusal> {
    if text.is_empty() {
        return Err(Refusal {
            problem: "the directory's name is empty".to_owned(),
            accepted: Some("a path, such as ./crawl".to_owned()),
        });
    }
    Ok(PathBuf::from(text))
}
