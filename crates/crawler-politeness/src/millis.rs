//! Wall-clock time as the durable state keeps it.

use std::ops::{Add, AddAssign};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, leap seconds not counted.
///
/// Comes from the caller, since this crate reads no clock. All arithmetic saturates.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub u64);

impl UnixMillis {
    /// The time from `earlier` to `self`; zero when `earlier` is later.
    #[must_use]
    pub fn saturating_sub(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Rounds a part of a millisecond up, so that a pause is never cut short.
impl Add<Duration> for UnixMillis {
    type Output = Self;

    fn add(self, pause: Duration) -> Self {
        let millis = pause.as_nanos().div_ceil(NANOS_PER_MILLI);
        Self(self.0.saturating_add(u64::try_from(millis).unwrap_or(u64::MAX)))
    }
}

impl AddAssign<Duration> for UnixMillis {
    fn add_assign(&mut self, pause: Duration) {
        *self = *self + pause;
    }
}

const NANOS_PER_MILLI: u128 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_rounds_up_and_saturates() {
        let cases = [
            (0, Duration::ZERO, 0),
            (5, Duration::from_millis(7), 12),
            (5, Duration::from_nanos(1), 6),
            (5, Duration::from_micros(1_001), 7),
            (u64::MAX - 1, Duration::from_secs(1), u64::MAX),
            (0, Duration::MAX, u64::MAX),
        ];
        for (at, pause, expected) in cases {
            assert_eq!(UnixMillis(at) + pause, UnixMillis(expected), "{at} + {pause:?}");
        }
        assert_eq!(UnixMillis(9).saturating_sub(UnixMillis(4)), Duration::from_millis(5));
        assert_eq!(UnixMillis(4).saturating_sub(UnixMillis(9)), Duration::ZERO);
    }

    #[test]
    fn serializes_as_a_bare_number() {
        assert_eq!(serde_json::to_string(&UnixMillis(1_700)).unwrap(), "1700");
        assert_eq!(serde_json::from_str::<UnixMillis>("1700").unwrap(), UnixMillis(1_700));
    }
}
