//! What an answer to the request for robots.txt means (RFC 9309 sections 2.3 and 2.4).

use std::sync::Arc;
use std::time::Duration;

use super::RobotsRules;
use crate::UnixMillis;

/// Redirects to follow before giving up (RFC 9309 section 2.3.1.2: at least five).
pub const REDIRECTS_MAX: u8 = 5;

/// How long rules are used before they are fetched again (RFC 9309 section 2.4: no more than 24 h).
pub const TTL: Duration = Duration::from_secs(24 * 60 * 60);

/// How soon a host that could not say its rules is asked again.
pub const UNREACHABLE_TTL: Duration = Duration::from_secs(10 * 60);

/// How the fetch of robots.txt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RobotsAnswer<'a> {
    /// Success with this content, decoded; [`BODY_BYTES_MAX`](super::BODY_BYTES_MAX) bytes of it
    /// are enough.
    Body(&'a [u8]),
    /// Any other HTTP status.
    Status(u16),
    /// No answer: DNS, connection, TLS, time-out, or an unusable response.
    Unreachable,
    /// More than [`REDIRECTS_MAX`] redirects.
    TooManyRedirects,
}

/// A host's rules and how long they hold.
#[derive(Clone, Debug)]
pub struct RobotsEntry {
    /// The rules to judge by, stale or not.
    pub rules: Arc<RobotsRules>,
    /// When to fetch robots.txt again.
    pub expires_at: UnixMillis,
}

impl RobotsEntry {
    /// Draws the conclusion from an answer that came at `now`.
    ///
    /// - A body is parsed for `product_token`; a success without a body is an empty one.
    /// - 4xx and too many redirects: the file is unavailable and nothing is forbidden (sections
    ///   2.3.1.2 and 2.3.1.3).
    /// - 5xx, 429, any other status, or no answer: the host is unreachable (section 2.3.1.4). The
    ///   rules of `previous` go on to hold, else everything is forbidden, for
    ///   [`UNREACHABLE_TTL`]. 429 belongs here since it says "not now" rather than "no such file".
    #[must_use]
    pub fn from_answer(
        answer: RobotsAnswer<'_>,
        product_token: &str,
        now: UnixMillis,
        previous: Option<&Self>,
    ) -> Self {
        let rules = match answer {
            RobotsAnswer::Body(body) => Some(RobotsRules::parse(body, product_token)),
            RobotsAnswer::Status(429) | RobotsAnswer::Unreachable => None,
            RobotsAnswer::Status(200..300 | 400..500) | RobotsAnswer::TooManyRedirects => {
                Some(RobotsRules::allow_all())
            }
            RobotsAnswer::Status(_) => None,
        };
        if let Some(rules) = rules {
            return Self { rules: Arc::new(rules), expires_at: now + TTL };
        }
        let rules = match previous {
            Some(previous) => Arc::clone(&previous.rules),
            None => Arc::new(RobotsRules::disallow_all()),
        };
        Self { rules, expires_at: now + UNREACHABLE_TTL }
    }

    /// Whether the rules still hold at `now`; a stale entry is to be fetched again first.
    #[must_use]
    pub fn is_fresh(&self, now: UnixMillis) -> bool {
        now < self.expires_at
    }
}
