//! Where URLs are found besides links.

use crawler_engine::Sitemaps;
use crawler_extract::Period;

use super::Setting;
use crate::settings::value::{Refusal, UNLIMITED, put};

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "sitemaps",
        "WHERE",
        "robots",
        |s, given| put(&mut s.sitemaps, given.choice(PLACES)),
        "Where sitemaps are looked for: robots (those that robots.txt names), well-known (where it \
         names none, also /sitemap.xml and /sitemap_index.xml) or off. They count as pages and may \
         be as long as 50M, whatever max_body is",
    ),
    Setting::value(
        "sitemap_from",
        "DATE",
        UNLIMITED,
        |s, given| put(&mut s.sitemap_from, given.one(date)),
        "Skip what sitemaps say was last changed before this date, such as 2026-01-31 or \
         2026-01-31T12:00:00Z",
    ),
];

const PLACES: &[(&str, Sitemaps)] =
    &[("robots", Sitemaps::Robots), ("well-known", Sitemaps::WellKnown), ("off", Sitemaps::Off)];

fn date(text: &str) -> Result<Option<i64>, Refusal> {
    if text == UNLIMITED {
        return Ok(None);
    }
    Period::parse(text).map(|period| Some(period.first)).ok_or_else(|| Refusal {
        problem: format!("`{text}` is not a date"),
        accepted: Some(
            "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, or unlimited".to_owned(),
        ),
    })
}
