//! Times and durations in milliseconds, as the admin interface tells them.

use std::time::{SystemTime, UNIX_EPOCH};

/// From here on it is for ever: no date can be written any more.
const FOREVER_MS: u64 = 253_402_300_800_000;

/// This moment, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}

/// `40 ms`, `5.2 s`, `20m05s`, `4h20m`, `3d04h`.
pub(crate) fn duration(ms: u64) -> String {
    let secs = ms / 1000;
    match secs {
        0 => format!("{ms} ms"),
        1..60 => format!("{}.{} s", secs, ms % 1000 / 100),
        60..3600 => format!("{}m{:02}s", secs / 60, secs % 60),
        3600..86_400 => format!("{}h{:02}m", secs / 3600, secs / 60 % 60),
        _ => format!("{}d{:02}h", secs / 86_400, secs / 3600 % 24),
    }
}

/// How long it is until a moment, if it has not come.
pub(crate) fn wait(at_ms: u64, now_ms: u64) -> String {
    match at_ms.checked_sub(now_ms) {
        None | Some(0) => String::new(),
        Some(ms) => duration(ms),
    }
}

/// `until 2026-11-21T20:14:01Z`, or `for good`.
pub(crate) fn until(at_ms: u64) -> String {
    if at_ms >= FOREVER_MS { "for good".to_owned() } else { format!("until {}", date(at_ms)) }
}

/// A date with its time in UTC, to the second.
pub(super) fn date(at_ms: u64) -> String {
    let secs = i64::try_from(at_ms / 1000).ok();
    let time = secs.and_then(|secs| jiff::Timestamp::from_second(secs).ok());
    time.map_or_else(|| "never".to_owned(), |time| time.to_string())
}

/// `20:14:01`, in UTC.
pub(crate) fn time_of_day(at_ms: u64) -> String {
    let secs = at_ms / 1000;
    format!("{:02}:{:02}:{:02}", secs / 3600 % 24, secs / 60 % 60, secs % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_short() {
        for (ms, text) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (5_250, "5.2 s"),
            (65_000, "1m05s"),
            (15_600_000, "4h20m"),
            (273_600_000, "3d04h"),
        ] {
            assert_eq!(duration(ms), text);
        }
        assert_eq!(wait(1000, 2000), "");
        assert_eq!(wait(3000, 1000), "2.0 s");
        assert_eq!(until(1_795_292_041_000), "until 2026-11-21T20:14:01Z");
        assert_eq!(until(u64::MAX), "for good");
        assert_eq!(time_of_day(1_795_292_041_999), "20:14:01");
    }
}
