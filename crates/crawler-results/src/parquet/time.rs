//! Times of the page list as numbers.

/// Milliseconds since 1970 of a time as the page list has it: `YYYY-MM-DDThh:mm:ss.mmmZ`.
pub(super) fn millis(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00.000Z";
    let fits = bytes.len() == shape.len()
        && bytes.iter().zip(shape).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            _ => byte == wanted,
        });
    if !fits {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_real = (1..=12).contains(&month) && (1..=31).contains(&day);
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    is_real.then_some(seconds * 1000 + number(20, 23)?)
}

/// Milliseconds since 1970 of a date, then midnight UTC, or a time in UTC: RFC 3339, with any fraction
/// of a second.
pub(super) fn instant(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let time = time.strip_suffix('Z')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    millis(&format!("{date}T{time}.{fraction:0<3.3}Z"))
}

/// Days since 1970 of a date of the Gregorian calendar. The year begins in March here, so that the
/// day that some years have more is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    const DAYS_BEFORE_1970: i64 = 719_468;
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - DAYS_BEFORE_1970
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("1970-01-01T00:00:00.000Z", Some(0)),
            ("1969-12-31T23:59:59.999Z", Some(-1)),
            ("2025-10-18T12:50:22.045Z", Some(1_760_791_822_045)),
            ("2024-02-29T00:00:00.000Z", Some(1_709_164_800_000)),
            ("2000-03-01T00:00:00.000Z", Some(951_868_800_000)),
            ("9999-12-31T23:59:59.999Z", Some(253_402_300_799_999)),
            ("2025-13-18T12:50:22.045Z", None),
            ("2025-10-18T12:50:22Z", None),
            ("2025-10-18 12:50:22.045Z", None),
            ("+025-10-18T12:50:22.045Z", None),
            ("", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }

    #[test]
    fn dates_are_midnight_and_fractions_are_cut() {
        for (text, expected) in [
            ("2024-02-29", Some(1_709_164_800_000)),
            ("2025-10-18T12:50:22Z", Some(1_760_791_822_000)),
            ("2025-10-18T12:50:22.5Z", Some(1_760_791_822_500)),
            ("2025-10-18T12:50:22.045999Z", Some(1_760_791_822_045)),
            ("2025-10-18T12:50:22+01:00", None),
            ("yesterday", None),
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
    }
}
