//! Times as the output files have them.

/// Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss[.mmm]Z` (RFC 3339, UTC only).
pub(crate) fn millis(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date.split('-'))?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time.split(':'))?;
    let digits = fraction.bytes().chain(*b"00").take(3);
    let millis = digits.fold(0, |sum, digit| 10 * sum + u64::from(digit.wrapping_sub(b'0')));
    let secs = ((days(year, month, day)? * 24 + hour) * 60 + minute) * 60 + second;
    Some(secs * 1000 + millis)
}

/// Days from 1970 to a date of the Gregorian calendar: years begin in March, so that the day that is
/// sometimes missing is the last one.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let years = year.checked_sub(u64::from(month <= 2))?;
    let months = (month + 9) % 12;
    let day_of_year = (153 * months + 2) / 5 + day - 1;
    (years * 365 + years / 4 - years / 100 + years / 400 + day_of_year).checked_sub(719_468)
}

fn numbers<'a>(mut parts: impl Iterator<Item = &'a str>) -> Option<[u64; 3]> {
    let mut next = || parts.next()?.parse().ok();
    let found = [next()?, next()?, next()?];
    (parts.next().is_none() && found[0] < 10_000).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1970-01-01T00:00:00.007Z", Some(7)),
            ("2000-03-01T00:00:00Z", Some(951_868_800_000)),
            ("2024-02-29T23:59:59.999Z", Some(1_709_251_199_999)),
            ("2026-11-21T20:41:28.5Z", Some(1_795_293_688_500)),
            ("1969-12-31T00:00:00Z", None),
            ("2026-11-21", None),
            ("2026-11-21T20:41:28", None),
            ("x", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }
}
