//! Whether and when a host may be asked: robots rules, pace, back-off, limits per IP address.
//!
//! Nothing here reads a clock, a file or a socket: `now` and the chance of a jitter are parameters,
//! so every decision can be repeated and tested with exact times. What a host said is kept by the
//! caller: [`robots::RobotsEntry`] beside the host's queue, [`Pace`] with the host's durable state.
//!
//! It does not fetch robots.txt, does not queue, and knows no URL type: paths come in as text.

mod breaker;
mod ip_limits;
mod millis;
mod pace;
mod retry_after;
pub mod robots;

pub use breaker::{BreakerConfig, FailureClass, FailureRun, Standing};
pub use ip_limits::{IpLimits, IpPermit};
pub use millis::UnixMillis;
pub use pace::{HostSpent, Jitter, Observation, Pace, PaceConfig};
pub use retry_after::parse_retry_after;
