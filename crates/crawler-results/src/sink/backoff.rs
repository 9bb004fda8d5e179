//! How long to wait before a server is tried again.

use std::time::Duration;

/// The delay doubles from attempt to attempt, within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Before the second attempt.
    pub first: Duration,
    /// No delay is longer, whatever the server asks for.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(300) }
    }
}

impl Backoff {
    /// The delay after `failed` attempts, at least what the server `asked` for by `Retry-After`
    /// (RFC 9110 section 10.2.3).
    pub(crate) fn delay(&self, failed: u32, asked: Option<Duration>) -> Duration {
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        let own = self.first.saturating_mul(doubled);
        own.max(asked.unwrap_or_default()).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_within_bounds() {
        let backoff = Backoff::default();
        let secs = |failed, asked: Option<u64>| {
            backoff.delay(failed, asked.map(Duration::from_secs)).as_secs()
        };
        for (failed, asked, expected) in [
            (1, None, 1),
            (2, None, 2),
            (5, None, 16),
            (40, None, 300),
            (u32::MAX, None, 300),
            (1, Some(0), 1),
            (1, Some(20), 20),
            (6, Some(20), 32),
            (1, Some(86_400), 300),
        ] {
            assert_eq!(secs(failed, asked), expected, "{failed} {asked:?}");
        }
    }
}
