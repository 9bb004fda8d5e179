//! What an answer to the request for robots.txt means (RFC 9309 sections 2.3 and 2.4).

use std::sync::Arc;
use std::time::Duration;

use super::RobotsRules;
use super::freshness::{UNREACHABLE_TTL, ttl};
use crate::UnixMillis;

/// Redirects to follow before giving up (RFC 9309 section 2.3.1.2: at least five).
pub const REDIRECTS_MAX: u8 = 5;

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

impl RobotsConclusion<'_> {
    /// How long it holds, when the answer said that it is fresh for `max_age`: from
    /// [`TTL_MIN`](super::TTL_MIN) to [`TTL`](super::TTL), but [`UNREACHABLE_TTL`] for a host that
    /// cannot say.
    #[must_use]
    pub fn ttl(self, max_age: Option<Duration>) -> Duration {
        match self {
            Self::File(_) | Self::AllowAll => ttl(max_age),
            Self::Unreachable => UNREACHABLE_TTL,
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
    /// Draws the conclusion from an answer that came at `now` and is fresh for `max_age`, parsing a
    /// file for `product_token`. A host that cannot say keeps the rules of `previous`. They hold for
    /// [`RobotsConclusion::ttl`].
    #[must_use]
    pub fn from_answer(
        answer: RobotsAnswer<'_>,
        max_age: Option<Duration>,
        product_token: &str,
        now: UnixMillis,
        previous: Option<&Self>,
    ) -> Self {
        let conclusion = answer.conclusion();
        let rules = match conclusion {
            RobotsConclusion::File(body) => RobotsRules::parse(body, product_token).into(),
            RobotsConclusion::AllowAll => RobotsRules::allow_all().into(),
            RobotsConclusion::Unreachable => {
                let known = previous.map(|previous| Arc::clone(&previous.rules));
                known.unwrap_or_else(|| RobotsRules::disallow_all().into())
            }
        };
        Self { rules, expires_at: now + conclusion.ttl(max_age) }
    }

    /// Whether the rules still hold at `now`; a stale entry is to be fetched again first.
    #[must_use]
    pub fn is_fresh(&self, now: UnixMillis) -> bool {
        now < self.expires_at
    }
}
