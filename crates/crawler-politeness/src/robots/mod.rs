//! robots.txt, the Robots Exclusion Protocol of RFC 9309.
//!
//! Section 2.2.2 wants octets compared after percent-encoding; here both sides are brought to one
//! form (see `normalize`), in which an encoded unreserved octet equals the plain one (`%7E` is `~`)
//! and an encoded reserved one stays apart from the plain one (`%2F` is not `/`), in paths and
//! queries alike.
//!
//! # Where this differs from Google's parser
//! Compared with Google's open-source parser, any file gets the same verdict for any path, decided by
//! the same line, but for these:
//! - `%62` in a rule or path is `b` (section 2.2.2 and its last example); there they differ.
//! - `%2A` and `%24` in a rule mean a `*` and a `$` in the path (section 2.2.3); there only the
//!   encoded one.
//! - ASCII octets that no URI may hold plain are the same encoded or not: `/a b` in a rule means the
//!   `/a%20b` that is asked for (RFC 3986 section 2.1); there they differ, so that the rule means nothing.
//! - A path need not be encoded by the caller.
//! - `/robots.txt` itself is always allowed (section 2.2.2).
//! - Of a file, [`BODY_BYTES_MAX`] are read (section 2.5); there all.
//! - A product token may hold digits.
//!
//! What Google's parser adds to the RFC is taken over: misspelt names, a missing colon, words behind an
//! agent's name, nothing behind an octet 0 or behind 16 663 octets of a line, and that
//! `Allow: /a/index.html` allows `/a/` too.

#[cfg(test)]
mod cases;
mod entry;
mod freshness;
mod line;
mod normalize;
mod parse;
mod pattern;
mod rules;
mod usage;

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod token_cases;

pub use entry::{REDIRECTS_MAX, RobotsAnswer, RobotsConclusion, RobotsEntry};
pub use freshness::{TTL, TTL_MIN, UNREACHABLE_TTL, parse_max_age};
pub use parse::{BODY_BYTES_MAX, CRAWL_DELAY_READ_MAX, SITEMAPS_MAX};
pub use rules::{RobotsRules, RobotsVerdict};
pub use usage::{CONTENT_SIGNAL_BYTES_MAX, CONTENT_USAGE_BYTES_MAX, CONTENT_USAGES_MAX};
