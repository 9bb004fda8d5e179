//! A time of which the end may be left out: `2026-11`, `2026-11-01T12`, `20261101123000`.

use std::cmp::Ordering;

/// How far each further part of a time goes, in digits: year, month, day, hour, minute, second,
/// millisecond.
const LENGTHS: [usize; 7] = [4, 6, 8, 10, 12, 14, 17];

/// The span of time that a date or the beginning of a timestamp names, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimePrefix {
    /// Digits only: `YYYYMMDDhhmmssmmm` or a beginning of it.
    digits: String,
}

impl TimePrefix {
    /// Parses the forms of ISO 8601 and those of WARC and CDXJ. `None` for what is no time in UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let digits: String = if is_plain { text.to_owned() } else { digits_of_iso(text)? };
        let part = |start: usize, end: usize| -> Option<u32> {
            digits.get(start..end).map_or(Some(0), |part| part.parse().ok())
        };
        let in_range = LENGTHS.contains(&digits.len())
            && (digits.len() < 6 || (1..=12).contains(&part(4, 6)?))
            && (digits.len() < 8 || (1..=31).contains(&part(6, 8)?))
            && part(8, 10)? < 24
            && part(10, 12)? < 60
            && part(12, 14)? <= 60;
        in_range.then_some(Self { digits })
    }

    /// Whether a timestamp, of any form, is before (`Less`), within or after this span.
    pub(crate) fn place(&self, timestamp: &str) -> Ordering {
        let digits = timestamp.bytes().filter(u8::is_ascii_digit).take(self.digits.len());
        digits.cmp(self.digits.bytes())
    }

    /// Digits only, as many as were given.
    pub(crate) fn digits(&self) -> &str {
        &self.digits
    }
}

/// The digits of `2026-11-01T12:30:00.5`, whose separators must stand where they belong.
fn digits_of_iso(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(17);
    for (idx, c) in text.chars().enumerate() {
        let fits = match idx {
            4 | 7 => c == '-',
            10 => matches!(c, 'T' | 't' | ' '),
            13 | 16 => c == ':',
            19 => c == '.',
            _ => c.is_ascii_digit(),
        };
        if !fits {
            return None;
        }
        if c.is_ascii_digit() {
            digits.push(c);
        }
    }
    while (15..17).contains(&digits.len()) {
        digits.push('0');
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_understood_and_others_are_not() {
        for (text, digits) in [
            ("2026", Some("2026")),
            ("2026-11", Some("202611")),
            ("2026-11-01", Some("20261101")),
            ("2026-11-01T12", Some("2026110112")),
            ("2026-11-01 12:30", Some("202611011230")),
            ("2026-11-01T12:30:59Z", Some("20261101123059")),
            ("2026-11-01T12:30:59.5Z", Some("20261101123059500")),
            ("20261101123059", Some("20261101123059")),
            ("", None),
            ("202", None),
            ("2026-13", None),
            ("2026-00", None),
            ("2026-11-32", None),
            ("2026-11-01T24", None),
            ("2026-11-01T12:60", None),
            ("2026/11/01", None),
            ("2026-11-01T12:30+02", None),
            ("2026-11-01T12:30:59.1234", None),
            ("yesterday", None),
            ("２０２６", None),
        ] {
            let parsed = TimePrefix::parse(text);
            assert_eq!(parsed.as_ref().map(TimePrefix::digits), digits, "{text}");
        }
    }

    #[test]
    fn a_day_is_all_of_the_day() {
        let day = TimePrefix::parse("2026-11-01").unwrap();
        for (timestamp, expected) in [
            ("2026-10-31T23:59:59.999Z", Ordering::Less),
            ("2026-11-01T00:00:00.000Z", Ordering::Equal),
            ("20261101235959", Ordering::Equal),
            ("2026-11-02T00:00:00.000Z", Ordering::Greater),
            ("", Ordering::Less),
        ] {
            assert_eq!(day.place(timestamp), expected, "{timestamp}");
        }
    }
}
