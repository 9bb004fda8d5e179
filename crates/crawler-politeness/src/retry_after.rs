//! `Retry-After`, RFC 9110 section 10.2.3.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::UnixMillis;

/// Reads the value of a `Retry-After` field: how long to wait from `now` on.
///
/// Takes seconds (`120`) and the three date forms of RFC 9110 section 5.6.7 (IMF-fixdate, RFC 850,
/// asctime). A negative number or a date that has passed means no wait; `None` is text of neither
/// form. A number that does not fit saturates. The caller caps the wait.
#[must_use]
pub fn parse_retry_after(value: &str, now: UnixMillis) -> Option<Duration> {
    let value = value.trim_matches([' ', '\t']);
    if let Some(seconds) = parse_delta_seconds(value) {
        return Some(seconds);
    }
    let at = parse_http_date(value, now)?;
    Some(at.saturating_sub(now))
}

fn parse_delta_seconds(value: &str) -> Option<Duration> {
    let (negative, digits) = match value.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if negative {
        return Some(Duration::ZERO);
    }
    Some(Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
}

/// The three forms differ in separators and in where the year stands; the weekday adds nothing and
/// is not checked. Times before the epoch become the epoch.
fn parse_http_date(value: &str, now: UnixMillis) -> Option<UnixMillis> {
    let mut parts = [""; DATE_PARTS_MAX];
    let words = value.split([' ', ',', '-']).filter(|part| !part.is_empty());
    for (part_idx, part) in words.enumerate() {
        *parts.get_mut(part_idx)? = part;
    }
    let (day, month, year, clock) = match parts {
        // Sun, 06 Nov 1994 08:49:37 GMT and Sunday, 06-Nov-94 08:49:37 GMT
        [_, day, month, year, clock, zone] if is_utc(zone) => (day, month, year, clock),
        // Sun Nov  6 08:49:37 1994
        [_, month, day, clock, year, ""] => (day, month, year, clock),
        _ => return None,
    };
    let (day, month) = (parse_number(day, 1..=2)?, parse_month(month)?);
    let year = match year.len() {
        2 => full_year(parse_number(year, 2..=2)?, now)?,
        _ => parse_number(year, 4..=4)?,
    };
    to_unix_millis(year, month, day, clock)
}

/// Weekday, day, month, year, clock, zone.
const DATE_PARTS_MAX: usize = 6;

fn is_utc(zone: &str) -> bool {
    zone.eq_ignore_ascii_case("GMT") || zone.eq_ignore_ascii_case("UTC")
}

fn parse_number(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let is_number = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn parse_month(text: &str) -> Option<i8> {
    let month = (1..).zip(MONTHS).find(|(_, name)| name.eq_ignore_ascii_case(text));
    month.map(|(number, _)| number)
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The year with those last two digits that is nearest to now; one that would be more than 50 years
/// ahead is in the past (RFC 9110 section 5.6.7).
fn full_year(two_digits: i16, now: UnixMillis) -> Option<i16> {
    let millis = i64::try_from(now.0).ok()?;
    let this_year = jiff::Timestamp::from_millisecond(millis).ok()?.to_zoned(TimeZone::UTC).year();
    let year = this_year - this_year % 100 + two_digits;
    Some(match year - this_year {
        51.. => year - 100,
        ..-50 => year + 100,
        _ => year,
    })
}

fn to_unix_millis(year: i16, month: i8, day: i16, clock: &str) -> Option<UnixMillis> {
    let mut fields = clock.split(':');
    let mut next_field = || parse_number(fields.next()?, 2..=2);
    let (hour, minute, second) = (next_field()?, next_field()?, next_field()?);
    if fields.next().is_some() || second > LEAP_SECOND {
        return None;
    }
    let narrow = |number: i16| i8::try_from(number).ok();
    // The calendar below has no leap seconds; waiting a second less or more changes nothing.
    let second = second.min(LEAP_SECOND - 1);
    let at = DateTime::new(
        year,
        month,
        narrow(day)?,
        narrow(hour)?,
        narrow(minute)?,
        narrow(second)?,
        0,
    )
    .ok()?
    .to_zoned(TimeZone::UTC)
    .ok()?
    .timestamp()
    .as_millisecond();
    Some(UnixMillis(u64::try_from(at).unwrap_or(0)))
}

const LEAP_SECOND: i16 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 1994-11-06 08:49:37 UTC, the moment of the examples in RFC 9110.
    const EXAMPLE: u64 = 784_111_777_000;

    #[test]
    fn every_form_is_read() {
        let before = UnixMillis(EXAMPLE - 90_500);
        let cases: &[(&str, Option<u64>)] = &[
            // 10.2.3 delay-seconds
            ("120", Some(120_000)),
            ("0", Some(0)),
            (" 7\t", Some(7_000)),
            ("-30", Some(0)),
            ("99999999999999999999999999", Some(u64::MAX)),
            // 5.6.7 IMF-fixdate, rfc850-date, asctime-date
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(90_500)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(90_500)),
            ("Sun Nov  6 08:49:37 1994", Some(90_500)),
            ("sun, 6 nov 1994 08:49:37 utc", Some(90_500)),
            // a wrong weekday is no reason to ask earlier
            ("Mon, 06 Nov 1994 08:49:37 GMT", Some(90_500)),
            ("Sun, 06 Nov 1994 08:48:60 GMT", Some(52_500)),
            // two-digit years: up to 50 ahead, else the past century
            ("Friday, 06-Nov-43 08:49:37 GMT", Some(1_546_300_890_500)),
            ("Sunday, 06-Nov-45 08:49:37 GMT", Some(0)),
            // the past
            ("Sun, 06 Nov 1994 08:48:06 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sat, 01 Jan 0001 00:00:00 GMT", Some(0)),
            // neither form
            ("", None),
            ("-", None),
            ("+5", None),
            ("1.5", None),
            ("5s", None),
            ("soon", None),
            ("Sun, 31 Feb 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 24:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:61 GMT", None),
            ("Sun, 06 Nov 1994 08:49 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37:00 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("Sun, 06 Nov 994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT GMT", None),
            ("1994-11-06T08:49:37Z", None),
            ("1, 2", None),
        ];
        for (value, expected) in cases {
            // Numbers of seconds are compared in seconds' own range.
            let expected = expected.map(|millis| match millis {
                u64::MAX => Duration::from_secs(u64::MAX),
                millis => Duration::from_millis(millis),
            });
            assert_eq!(parse_retry_after(value, before), expected, "{value:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_text_is_answered(value in "\\PC{0,40}", now: u64) {
            let _ = parse_retry_after(&value, UnixMillis(now));
        }

        #[test]
        fn date_like_text_is_answered(
            value in "[A-Za-z]{3}, [0-9]{1,3}[ -][JFN][aeo][nbv][ -][0-9]{1,5} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
            now: u64,
        ) {
            let _ = parse_retry_after(&value, UnixMillis(now));
        }

        #[test]
        fn seconds_round_trip(seconds: u64, now: u64) {
            prop_assert_eq!(
                parse_retry_after(&seconds.to_string(), UnixMillis(now)),
                Some(Duration::from_secs(seconds))
            );
        }
    }
}
