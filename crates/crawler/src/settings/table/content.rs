//! What is read from pages.

use std::path::PathBuf;

use crawler_content::Field;

use super::Setting;
use crate::settings::value::put;

const THREADS_MAX: u64 = 256;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::list(
        "content",
        "FIELD",
        |s, given| put(&mut s.content, given.one_of_each(FIELDS)),
        "What the format content tells of each page, in content/content.jsonl: text and markdown of the \
         main part, metadata (title, description, author, dates, Open Graph, JSON-LD), headings, links, \
         language",
    )
    .default_items("text markdown metadata language"),
    Setting::list(
        "extract_rules",
        "FILE",
        |s, given| {
            put(&mut s.extract_rules, Ok(given.texts().into_iter().map(PathBuf::from).collect()))
        },
        "TOML file with [[extract]] tables: fields of pages by CSS selector, one row per page or element \
         in extracted/NAME.jsonl. Such tables may stand in the configuration file too. Try them with \
         `crawler extract`. Repeatable",
    ),
    Setting::value(
        "content_threads",
        "N",
        "auto",
        |s, given| {
            put(
                &mut s.content_threads,
                given.auto_or(|| None, |given| given.count(1..=THREADS_MAX).map(Some)),
            )
        },
        "Threads that read pages for the format content, and as many for rules; auto is half of --workers",
    ),
];

const FIELDS: &[(&str, Field)] = &[
    ("text", Field::Text),
    ("markdown", Field::Markdown),
    ("metadata", Field::Metadata),
    ("headings", Field::Headings),
    ("links", Field::Links),
    ("language", Field::Language),
];
