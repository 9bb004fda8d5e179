//! Shapes of URLs that only crawler traps have.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::OutOfScope;
use crate::wire::WireUrl;

/// Segments that a path can have and still be looked at for cycles.
const SEGMENTS_MAX: usize = 64;
/// Who follows a calendar's links must come through here; what lies beyond may be a number.
const CALENDAR_BAND_YEARS: u16 = 20;

/// Bounds on the shape of a URL. A seed may exceed them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UrlLimits {
    /// Bytes of the whole URL.
    pub bytes_max: usize,
    /// Segments of the path.
    pub segments_max: usize,
    /// How often one segment (of other than digits), or one group of segments in a row, may stand
    /// in a path: `/a/b/a/b/a/b/a/b`.
    pub repeats_max: usize,
    /// Years for whose days and months a URL may be made: `/2031/04/`, `2031-04-01`,
    /// `year=2031&month=4`. Just outside of them, and only there, a date makes a trap. `None` for no
    /// such bound.
    pub calendar_years: Option<Range<u16>>,
}

impl Default for UrlLimits {
    fn default() -> Self {
        Self {
            bytes_max: WireUrl::LEN_MAX,
            segments_max: usize::MAX,
            repeats_max: usize::MAX,
            calendar_years: None,
        }
    }
}

impl UrlLimits {
    /// Why the URL's shape is refused. Reads the URL once, without allocation.
    pub(super) fn refuse(&self, url: &WireUrl) -> Option<OutOfScope> {
        if url.as_str().len() > self.bytes_max {
            return Some(OutOfScope::UrlLength);
        }
        let path = url.path().as_bytes();
        let segments = memchr::memchr_iter(b'/', path).count();
        if segments > self.segments_max {
            return Some(OutOfScope::PathDepth);
        }
        if segments > self.repeats_max && repeats(url.path(), self.repeats_max) {
            return Some(OutOfScope::RepeatedSegments);
        }
        let years = self.calendar_years.as_ref()?;
        just_outside(year_of(url)?, years)
    }
}

/// Whether a segment, or a group of segments in a row, stands in the path more than `max` times.
fn repeats(path: &str, max: usize) -> bool {
    let mut segments = [""; SEGMENTS_MAX];
    let mut count = 0;
    for (place, segment) in segments.iter_mut().zip(path.split('/').skip(1)) {
        *place = segment;
        count += 1;
    }
    let segments = &segments[..count];
    let is_number = |segment: &str| segment.bytes().all(|byte| byte.is_ascii_digit());
    let is_frequent = |segment: &&str| {
        !is_number(segment) && segments.iter().filter(|other| *other == segment).count() > max
    };
    segments.iter().any(is_frequent)
        || (1..=count / (max + 1)).any(|len| cycles(segments, len, max))
}

/// Whether any `len` segments stand more than `max` times in a row.
fn cycles(segments: &[&str], len: usize, max: usize) -> bool {
    let mut same = 0;
    segments.iter().zip(&segments[len..]).any(|(one, next)| {
        same = if one == next && !one.is_empty() { same + 1 } else { 0 };
        same >= len * max
    })
}

fn just_outside(year: u16, years: &Range<u16>) -> Option<OutOfScope> {
    if (years.start.saturating_sub(CALENDAR_BAND_YEARS)..years.start).contains(&year) {
        return Some(OutOfScope::CalendarBack);
    }
    let after = years.end..years.end.saturating_add(CALENDAR_BAND_YEARS);
    after.contains(&year).then_some(OutOfScope::CalendarAhead)
}

/// The year of the day or month that the URL is for. A year alone is no calendar.
fn year_of(url: &WireUrl) -> Option<u16> {
    let in_path = || {
        let mut segments = url.path().split('/').skip(1).peekable();
        while let Some(segment) = segments.next() {
            let next = segments.peek().copied().unwrap_or_default();
            let found = year(segment).filter(|_| is_month(next)).or_else(|| date(segment));
            if found.is_some() {
                return found;
            }
        }
        None
    };
    in_path().or_else(|| year_in_query(url.query()?))
}

fn year_in_query(query: &str) -> Option<u16> {
    let (mut found, mut has_month) = (None, false);
    for param in query.split('&') {
        let (name, value) = param.split_once('=').unwrap_or_default();
        if let Some(year) = date(value) {
            return Some(year);
        }
        if matches!(name, "year" | "y" | "yr") {
            found = year(value);
        }
        has_month |= matches!(name, "month" | "mon" | "m") && is_month(value);
    }
    found.filter(|_| has_month)
}

/// `2031-04`, `2031-04-01`, and what follows that as in `2031-04-01T12:00`.
fn date(text: &str) -> Option<u16> {
    let (head, rest) = text.split_at_checked(4)?;
    let year = year(head)?;
    let (month, rest) = rest.strip_prefix('-')?.split_at_checked(2)?;
    let ends = rest.is_empty() || rest.starts_with('-');
    (ends && is_month(month)).then_some(year)
}

fn year(text: &str) -> Option<u16> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_year.then(|| text.parse().ok()).flatten()
}

fn is_month(text: &str) -> bool {
    matches!(text.len(), 1 | 2)
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse().is_ok_and(|month: u8| (1..=12).contains(&month))
}
