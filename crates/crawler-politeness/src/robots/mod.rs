//! robots.txt, the Robots Exclusion Protocol of RFC 9309.
//!
//! Section 2.2.2 wants octets compared after percent-encoding; here both sides are brought to one
//! form (see `normalize`), in which an encoded unreserved octet equals the plain one (`%7E` is `~`)
//! and an encoded reserved one stays apart from the plain one (`%2F` is not `/`), in paths and
//! queries alike.

#[cfg(test)]
mod cases;
mod entry;
mod line;
mod normalize;
mod parse;
mod pattern;
mod rules;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use entry::{REDIRECTS_MAX, RobotsAnswer, RobotsConclusion, RobotsEntry, TTL, UNREACHABLE_TTL};
pub use parse::{BODY_BYTES_MAX, CONTENT_SIGNAL_BYTES_MAX, CRAWL_DELAY_READ_MAX, SITEMAPS_MAX};
pub use rules::{RobotsRules, RobotsVerdict};
