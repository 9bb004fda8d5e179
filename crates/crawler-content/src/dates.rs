//! When a page was published and changed, by its own word.

use std::sync::LazyLock;

use dom_query::Matcher;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::json_ld;
use crate::page::{Page, matcher};

/// What is earlier or later is a slip, or means something else.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2100;

/// Where a date is told.
struct Witnesses {
    /// Property of JSON-LD.
    property: &'static str,
    /// `property`, `name` or `itemprop` of meta elements, the best first.
    names: &'static [&'static str],
    /// Elements whose `datetime` or `content` tells it.
    elements: &'static LazyLock<Matcher>,
}

static PUBLISHED_AT: LazyLock<Matcher> =
    LazyLock::new(|| matcher("[itemprop~=datePublished], time[pubdate], article time[datetime]"));
static MODIFIED_AT: LazyLock<Matcher> = LazyLock::new(|| matcher("[itemprop~=dateModified]"));

const PUBLISHED: Witnesses = Witnesses {
    property: "datePublished",
    names: &[
        "article:published_time",
        "og:published_time",
        "datepublished",
        "citation_publication_date",
        "citation_date",
        "dcterms.issued",
        "dc.date.issued",
        "dcterms.created",
        "dcterms.date",
        "dc.date",
        "date",
        "pubdate",
        "publishdate",
        "publish-date",
        "parsely-pub-date",
        "sailthru.date",
    ],
    elements: &PUBLISHED_AT,
};

const MODIFIED: Witnesses = Witnesses {
    property: "dateModified",
    names: &[
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "dcterms.modified",
        "dc.date.modified",
        "last-modified",
        "revised",
    ],
    elements: &MODIFIED_AT,
};

/// When it was published; `metas` are names (in lower case) and contents of its meta elements.
pub(crate) fn published(
    page: &Page,
    blocks: &[Value],
    metas: &[(String, String)],
) -> Option<String> {
    told(&PUBLISHED, page, blocks, metas)
}

/// When it was changed last.
pub(crate) fn modified(
    page: &Page,
    blocks: &[Value],
    metas: &[(String, String)],
) -> Option<String> {
    told(&MODIFIED, page, blocks, metas)
}

fn told(
    by: &Witnesses,
    page: &Page,
    blocks: &[Value],
    metas: &[(String, String)],
) -> Option<String> {
    let of_name = |wanted: &&str| {
        let has_name = |(name, _): &&(String, String)| name == wanted;
        metas.iter().filter(has_name).find_map(|(_, content)| rfc3339(content))
    };
    let of_elements = || {
        let selection = page.document.select_matcher(by.elements);
        selection.nodes().iter().find_map(|node| {
            let told = node.attr("datetime").or_else(|| node.attr("content"));
            rfc3339(&told.unwrap_or_else(|| node.text()))
        })
    };
    json_ld::property(blocks, by.property)
        .and_then(rfc3339)
        .or_else(|| by.names.iter().find_map(of_name))
        .or_else(of_elements)
}

/// A date as RFC 3339 has it: `2026-11-21`, or with a time in UTC `2026-11-21T08:30:00Z`. A time
/// without a zone counts as UTC.
pub(crate) fn rfc3339(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    if let Some(date) = date(text) {
        return YEARS.contains(&date.year()).then(|| date.to_string());
    }
    let at = timestamp(text)?;
    YEARS.contains(&TimeZone::UTC.to_datetime(at).year()).then(|| at.to_string())
}

fn date(text: &str) -> Option<Date> {
    let has_no_time = text.bytes().all(|byte| byte.is_ascii_digit() || b"-/.".contains(&byte));
    if has_no_time {
        return text.parse().ok().or_else(|| Date::strptime("%Y/%m/%d", text).ok());
    }
    ["%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y"]
        .iter()
        .find_map(|form| Date::strptime(form, text).ok())
}

fn timestamp(text: &str) -> Option<Timestamp> {
    let civil = |text: &str| {
        let at: DateTime = text.parse().ok()?;
        Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    let of_form = |form: &&str| strtime::parse(form, text).ok()?.to_timestamp().ok();
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| civil(text))
        .or_else(|| rfc2822::parse(text).ok().map(|at| at.timestamp()))
        .or_else(|| ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S %z"].iter().find_map(of_form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_common_forms() {
        let table = [
            ("2026-11-21", Some("2026-11-21")),
            (" 2026/11/21 ", Some("2026-11-21")),
            ("20261121", Some("2026-11-21")),
            ("November 21, 2026", Some("2026-11-21")),
            ("21 Nov 2026", Some("2026-11-21")),
            ("2026-11-21T10:00:00+02:00", Some("2026-11-21T08:00:00Z")),
            ("2026-11-21T10:00:00.000Z", Some("2026-11-21T10:00:00Z")),
            ("2026-11-21T10:00:00+0200", Some("2026-11-21T08:00:00Z")),
            ("2026-11-21 10:00:00", Some("2026-11-21T10:00:00Z")),
            ("2026-11-21T10:00", Some("2026-11-21T10:00:00Z")),
            ("Sat, 21 Nov 2026 10:00:00 GMT", Some("2026-11-21T10:00:00Z")),
            ("2026-13-40", None),
            ("0001-01-01T00:00:00Z", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, date) in table {
            assert_eq!(rfc3339(text).as_deref(), date, "{text}");
        }
    }
}
