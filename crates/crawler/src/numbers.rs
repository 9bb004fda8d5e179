//! Numbers for people.

use std::time::Duration;

/// `1234567` as `1,234,567`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same in little room: `9,999`, `1.23M`.
pub(crate) fn compact(n: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")];
    let unit = UNITS.into_iter().find(|(unit, _)| n >= 10_000 && n >= *unit);
    let Some((unit, name)) = unit else { return count(n) };
    let scaled = n as f64 / unit as f64;
    let decimals = if scaled < 10.0 { 2 } else { usize::from(scaled < 100.0) };
    format!("{scaled:.decimals$}{name}")
}

/// Bytes in the largest decimal unit that leaves a number above 1: `8.1 MB`.
pub(crate) fn bytes(n: f64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut scaled = n;
    let mut unit = 0;
    while scaled >= 1000.0 && unit + 1 < UNITS.len() {
        scaled /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{scaled:.0} B") } else { format!("{scaled:.1} {}", UNITS[unit]) }
}

/// `3723` seconds as `1:02:03`.
pub(crate) fn clock(duration: Duration) -> String {
    let secs = duration.as_secs();
    format!("{}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

/// A rate with as many digits as are worth reading.
pub(crate) fn rate(per_second: f64) -> String {
    if per_second < 100.0 { format!("{per_second:.1}") } else { count(per_second.round() as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_short() {
        for (n, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), text);
        }
        for (n, text) in [
            (9999, "9,999"),
            (12_345, "12.3k"),
            (123_456, "123k"),
            (1_234_567, "1.23M"),
            (45_678_901, "45.7M"),
            (7_000_000_000, "7.00G"),
        ] {
            assert_eq!(compact(n), text);
        }
        for (n, text) in [(0.0, "0 B"), (999.0, "999 B"), (8.1e6, "8.1 MB"), (5e15, "5000.0 TB")] {
            assert_eq!(bytes(n), text);
        }
        for (secs, text) in [(0, "0:00:00"), (3723, "1:02:03"), (360_000, "100:00:00")] {
            assert_eq!(clock(Duration::from_secs(secs)), text);
        }
        for (n, text) in [(0.04, "0.0"), (99.9, "99.9"), (1234.5, "1,235")] {
            assert_eq!(rate(n), text);
        }
    }
}
