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

/// What an answer says about the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RobotsConclusion<'a> {
    /// This file holds.
    File(&'a [u8]),
    /// There is no file: nothing is forbidden.
    AllowAll,
    /// The host cannot say: what it said before holds on, else everything is forbidden.
    Unreachable,
}

impl<'a> RobotsAnswer<'a> {
    /// - A body is a file; a success without a body is an empty one.
    /// - 4xx and too many redirects: the file is unavailable and nothing is forbidden (sections
    ///   2.3.1.2 and 2.3.1.3).
    /// - 5xx, 429, any other status, or no answer: the host is unreachable (section 2.3.1.4). 429
    ///   belongs here since it says "not now" rather than "no such file".
    #[must_use]
    pub fn conclusion(self) -> RobotsConclusion<'a> {
        match self {
            Self::Body(body) => RobotsConclusion::File(body),
            Self::Status(429) | Self::Unreachable => RobotsConclusion::Unreachable,
            Self::Status(200..300 | 400..500) | Self::TooManyRedirects => {
                RobotsConclusion::AllowAll
            }
            Self::Status(_) => RobotsConclusion::Unreachable,
        }
    }
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
    /// Draws the conclusion from an answer that came at `now`, parsing a file for
    /// `product_token`. A host that cannot say keeps the rules of `previous` for
    /// [`UNREACHABLE_TTL`], all others hold for [`TTL`].
    #[must_use]
    pub fn from_answer(
        answer: RobotsAnswer<'_>,
        product_token: &str,
        now: UnixMillis,
        previous: Option<&Self>,
    ) -> Self {
        let (rules, ttl) = match answer.conclusion() {
            RobotsConclusion::File(body) => (RobotsRules::parse(body, product_token).into(), TTL),
            RobotsConclusion::AllowAll => (RobotsRules::allow_all().into(), TTL),
            RobotsConclusion::Unreachable => {
                let known = previous.map(|previous| Arc::clone(&previous.rules));
                let rules = known.unwrap_or_else(|| RobotsRules::disallow_all().into());
                (rules, UNREACHABLE_TTL)
            }
        };
        Self { rules, expires_at: now + ttl }
    }

    /// Whether the rules still hold at `now`; a stale entry is to be fetched again first.
    #[must_use]
    pub fn is_fresh(&self, now: UnixMillis) -> bool {
        now < self.expires_at
    }
}
