//! What robots.txt says on each host, and the pages that only matter to it.

use std::fmt::Write;

use crate::config::Errors;
use crate::content::listed;

/// What a host does with robots.txt; hosts take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RobotsRole {
    /// Allows everything.
    Open,
    /// Disallows `/private/` and `.cgi` targets, with exceptions.
    Private,
    /// Has none: 404, so everything is allowed (RFC 9309 2.3.1.3).
    Missing,
    /// Redirects to another path, whose rules hold (RFC 9309 2.3.1.2).
    Moved,
    /// Asks for a crawl delay.
    Delayed,
    /// Answers 500, so nothing may be fetched (RFC 9309 2.3.1.4).
    Unreachable,
}

/// Target of robots.txt.
pub(crate) const TARGET: &str = "/robots.txt";
/// Where [`RobotsRole::Moved`] hosts keep it.
pub(crate) const MOVED_TARGET: &str = "/about/robots-rules.txt";

/// Crawl delay of [`RobotsRole::Delayed`] hosts.
pub(crate) const CRAWL_DELAY_MS: u64 = 200;

/// Whether robots.txt lets a target of a [`RobotsRole::Private`] host be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Allowed,
    Disallowed,
}

/// Targets on [`RobotsRole::Private`] hosts that show how rules combine; `/` links to all.
pub(crate) const PRIVATE: &[(&str, Access)] = &[
    ("/private/", Access::Disallowed),
    ("/private/a.html", Access::Disallowed),
    ("/private/open.html", Access::Allowed),
    ("/scripts/print.cgi", Access::Disallowed),
    ("/scripts/print.cgi?page=2", Access::Allowed),
];

impl RobotsRole {
    pub(crate) fn of(host: u32, errors: Errors) -> Self {
        match (host % 8, errors) {
            (0 | 7, _) | (5, Errors::None) => Self::Private,
            (2, _) => Self::Missing,
            (3, _) => Self::Moved,
            (4, Errors::Some) => Self::Delayed,
            (5, Errors::Some) => Self::Unreachable,
            _ => Self::Open,
        }
    }

    /// Whether a target may be requested, robots.txt itself and its new place aside.
    pub(crate) fn judge(self, target: &str) -> Access {
        let disallowed = match self {
            Self::Unreachable => true,
            Self::Private => {
                let private = target.starts_with("/private/");
                (private && !target.starts_with("/private/open"))
                    || target.strip_suffix(".cgi").is_some()
            }
            Self::Open | Self::Missing | Self::Moved | Self::Delayed => false,
        };
        if disallowed { Access::Disallowed } else { Access::Allowed }
    }

    /// Text of the rules, if the host has any; `origin` is the host's URL without a path.
    pub(crate) fn rules(self, origin: &str) -> Option<String> {
        if matches!(self, Self::Missing | Self::Unreachable) {
            return None;
        }
        let mut text = format!("# robots.txt of {origin}\nUser-agent: greedybot\nDisallow: /\n\n");
        text.push_str("User-agent: *\n");
        match self {
            Self::Private => text.push_str(
                "Disallow: /private/  # nothing to see\nAllow: /private/open\nDisallow: /*.cgi$\n",
            ),
            Self::Delayed => {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "Crawl-delay: {}", CRAWL_DELAY_MS as f64 / 1000.0);
            }
            _ => text.push_str("Disallow:\n"),
        }
        let _ =
            write!(text, "\nSitemap: {origin}/sitemap.xml\nSitemap: {origin}{}\n", listed::INDEX);
        Some(text)
    }
}
