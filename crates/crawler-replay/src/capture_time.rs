//! Times of captures: `YYYYMMDDhhmmss` in paths and index, others in headers and on pages.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};
use jiff::tz::TimeZone;

/// The end of the span that the beginning of a time names; `None` for what is no time.
pub(crate) fn end_of(digits: &str) -> Option<Timestamp> {
    let part = |start: usize, end: usize, otherwise: i8| match digits.get(start..end) {
        Some(part) => part.parse().ok(),
        None => Some(otherwise),
    };
    let year: i16 = digits.get(..4)?.parse().ok()?;
    let first = DateTime::new(year, part(4, 6, 12)?, 1, 0, 0, 0, 0).ok()?;
    let day = part(6, 8, first.last_of_month().day())?;
    let time = (part(8, 10, 23)?, part(10, 12, 59)?, part(12, 14, 59)?);
    let at = DateTime::new(year, first.month(), day, time.0, time.1, time.2, 0).ok()?;
    at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// The form of HTTP (RFC 9110 section 5.6.7).
pub(crate) fn http_date(digits: &str) -> Option<String> {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&end_of(digits)?).ok()
}

/// `YYYYMMDDhhmmss` of an HTTP date.
pub(crate) fn digits_of_http_date(date: &str) -> Option<String> {
    let at = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(date.trim()).ok()?;
    Some(at.to_zoned(TimeZone::UTC).strftime("%Y%m%d%H%M%S").to_string())
}

/// The form for people.
pub(crate) fn shown(digits: &str) -> String {
    match end_of(digits) {
        Some(at) => at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        None => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_mean_their_end() {
        for (digits, end) in [
            ("2026", Some("2026-12-31T23:59:59Z")),
            ("202402", Some("2024-02-29T23:59:59Z")),
            ("20261121", Some("2026-11-21T23:59:59Z")),
            ("20261121230000", Some("2026-11-21T23:00:00Z")),
            ("20261121230000123", Some("2026-11-21T23:00:00Z")),
            ("2026112", Some("2026-11-30T23:59:59Z")),
            ("20261301", None),
            ("20260230", None),
            ("2026112199", None),
            ("202", None),
            ("", None),
        ] {
            assert_eq!(end_of(digits).map(|at| at.to_string()).as_deref(), end, "{digits}");
        }
    }

    #[test]
    fn dates_come_back() {
        let date = http_date("20261121230000").unwrap();
        assert_eq!(date, "Sat, 21 Nov 2026 23:00:00 GMT");
        assert_eq!(digits_of_http_date(&date).as_deref(), Some("20261121230000"));
        assert_eq!(digits_of_http_date("yesterday"), None);
        assert_eq!(shown("20261121230000"), "2026-11-21 23:00:00 UTC");
        assert_eq!(shown("never"), "never");
    }
}
