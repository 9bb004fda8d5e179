//! Whether and when a host may be asked: robots rules, pace, back-off, limits per IP address and domain,
//! caps on the whole.
//!
//! Nothing here reads a clock, a file or a socket: `now` and the chance of a jitter are parameters,
//! so every decision can be repeated and tested with exact times. What a host said is kept by the
//! caller: [`robots::RobotsEntry`] beside the host's queue, [`Pace`] with the host's durable state.
//!
//! It does not fetch robots.txt, does not queue, and knows no URL type: paths come in as text.

mod breaker;
mod domain_limits;
mod ip_limits;
mod line;
mod millis;
mod pace;
mod rate_limit;
mod retry_after;
pub mod robots;
mod start_limits;
mod throughput;

pub use breaker::{BreakerConfig, FailureClass, FailureRun, Standing};
pub use domain_limits::{DomainKey, DomainLimits, DomainPermit, DomainPlace};
pub use ip_limits::{IpLimits, IpPermit, IpPlace, ServerKey};
pub use line::Place;
pub use millis::UnixMillis;
pub use pace::{HostSpent, Jitter, Observation, Pace, PaceConfig};
pub use rate_limit::{parse_rate_limit, parse_rate_limit_pair};
pub use retry_after::parse_retry_after;
pub use start_limits::{StartLimits, StartPermit};
pub use throughput::RateCap;

#[cfg(test)]
mod line_tests;
