//! The forms of one instant that WARC, CDXJ and file names want.

use std::time::SystemTime;

use jiff::{Timestamp, tz::Offset};

/// An instant in UTC with milliseconds, formatted once per capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CaptureTime {
    /// ASCII digits `YYYYMMDDhhmmssmmm`.
    digits: [u8; 17],
}

impl CaptureTime {
    /// Instants before 1970 or after the year 9999 become the Unix epoch.
    pub(crate) fn new(at: SystemTime) -> Self {
        let timestamp = Timestamp::try_from(at)
            .ok()
            .filter(|at| *at >= Timestamp::UNIX_EPOCH)
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let time = Offset::UTC.to_datetime(timestamp);
        let fields = [
            (time.year(), 0, 4),
            (time.month().into(), 4, 6),
            (time.day().into(), 6, 8),
            (time.hour().into(), 8, 10),
            (time.minute().into(), 10, 12),
            (time.second().into(), 12, 14),
            (time.millisecond(), 14, 17),
        ];
        let mut digits = [b'0'; 17];
        for (value, start, end) in fields {
            let mut rest = value.unsigned_abs();
            for digit in digits[start..end].iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        Self { digits }
    }

    /// `YYYY-MM-DDThh:mm:ss.mmmZ`, the form of `WARC-Date` (WARC 1.1, 5.4).
    pub(crate) fn date(&self) -> String {
        let digits = self.timestamp17();
        let part = |start: usize, end: usize| digits.get(start..end).unwrap_or_default();
        let mut date = String::with_capacity(24);
        for (text, end) in [
            (part(0, 4), "-"),
            (part(4, 6), "-"),
            (part(6, 8), "T"),
            (part(8, 10), ":"),
            (part(10, 12), ":"),
            (part(12, 14), "."),
            (part(14, 17), "Z"),
        ] {
            date.push_str(text);
            date.push_str(end);
        }
        date
    }

    /// `YYYYMMDDhhmmss`, the form of CDXJ.
    pub(crate) fn timestamp14(&self) -> &str {
        self.timestamp17().get(..14).unwrap_or_default()
    }

    /// `YYYYMMDDhhmmssmmm`, the form of WARC file names.
    pub(crate) fn timestamp17(&self) -> &str {
        std::str::from_utf8(&self.digits).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn forms_agree() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_760_791_822_045);
        let time = CaptureTime::new(at);
        assert_eq!(time.date(), "2025-10-18T12:50:22.045Z");
        assert_eq!(time.timestamp14(), "20251018125022");
        assert_eq!(time.timestamp17(), "20251018125022045");
    }

    #[test]
    fn instants_out_of_range_become_the_epoch() {
        for at in [
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
            SystemTime::UNIX_EPOCH + Duration::from_secs(400_000_000_000),
        ] {
            assert_eq!(CaptureTime::new(at).date(), "1970-01-01T00:00:00.000Z");
        }
    }
}
