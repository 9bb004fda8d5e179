//! Dates as sitemaps write them: the W3C profile of ISO 8601.

/// The stretch of time that a date names, in seconds since 1970 (UTC): a whole day, month or year when it
/// says no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// Its first second.
    pub first: i64,
    /// Its last second.
    pub last: i64,
}

impl Period {
    /// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or that with `Thh:mm`, `Thh:mm:ss` or `Thh:mm:ss.s` and `Z` or
    /// an offset (W3C, "Date and Time Formats"). As many sites do, the offset may be left out and
    /// means UTC then, and a space may stand for the `T`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let (date, time) = match text.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(time.trim_ascii_start())),
            None => (text, None),
        };
        let (first, end) = day_seconds(date)?;
        let Some(time) = time else { return Some(Self { first, last: end - 1 }) };
        if end - first != DAY {
            return None;
        }
        let (clock, offset) = split_offset(time)?;
        let (second, length) = clock_seconds(clock)?;
        let first = first + second - offset;
        Some(Self { first, last: first + length - 1 })
    }
}

const DAY: i64 = 24 * 60 * 60;

/// From the first second of a date to the first one after it.
fn day_seconds(date: &str) -> Option<(i64, i64)> {
    let mut parts = date.splitn(3, '-');
    let year = number(parts.next()?, 4)?;
    let mut part = || parts.next().map(|part| number(part, 2).ok_or(())).transpose();
    let (month, day) = (part().ok()?, part().ok()?);
    let after = |year, month| if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let (first, end) = match (month, day) {
        (None, _) => (days(year, 1), days(year + 1, 1)),
        (Some(month @ 1..=12), day) => {
            let (next_year, next_month) = after(year, month);
            let (first, end) = (days(year, month), days(next_year, next_month));
            match day {
                None => (first, end),
                Some(day) if day >= 1 && first + day <= end => (first + day - 1, first + day),
                Some(_) => return None,
            }
        }
        _ => return None,
    };
    Some((first * DAY, end * DAY))
}

/// Days from 1970-01-01 to the first of a month in the Gregorian calendar. Counted in years that
/// begin in March, so that the leap day is the last of its year.
fn days(year: i64, month: i64) -> i64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let month_days = (153 * month + 2) / 5;
    365 * year + leap_days + month_days - 719_468
}

/// A time of day without its offset, and the offset in seconds.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let (clock, offset) = time.split_at(at);
    let (hours, minutes) = match offset[1..].split_once(':') {
        Some(parts) => parts,
        None => offset[1..].split_at_checked(2)?,
    };
    let seconds = number(hours, 2)? * 3600 + number(minutes, 2)? * 60;
    Some((clock.trim_ascii_end(), if offset.starts_with('-') { -seconds } else { seconds }))
}

/// Seconds since midnight, and how long the named stretch is.
fn clock_seconds(clock: &str) -> Option<(i64, i64)> {
    let mut parts = clock.splitn(3, ':');
    let hours = number(parts.next()?, 2)?;
    let minutes = number(parts.next()?, 2)?;
    let (seconds, length) = match parts.next() {
        None => (0, 60),
        Some(part) => (number(part.split('.').next()?, 2)?, 1),
    };
    let valid = hours <= 24 && minutes < 60 && seconds <= 60;
    valid.then_some((hours * 3600 + minutes * 60 + seconds, length))
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let valid = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if valid { text.parse().ok() } else { None }
}
