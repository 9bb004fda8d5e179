//! What a robots.txt says on the use of what is fetched: `Content-Signal` and `Content-Usage` lines.
//!
//! They forbid no fetch; they are kept so that each page can be stored with the wishes of its owner,
//! as written. `Content-Signal` is the one of contentsignals.org; `Content-Usage` is from
//! draft-ietf-aipref-attach, section 3: it may begin with a path, and then holds for the paths that
//! a rule with this path would match, the longest first.

use super::normalize::normalize_path;
use super::pattern;

/// Longest text of `Content-Signal` lines that is kept; further lines are dropped.
pub const CONTENT_SIGNAL_BYTES_MAX: usize = 4_096;

/// Most `Content-Usage` lines that are kept.
pub const CONTENT_USAGES_MAX: usize = 64;

/// Longest `Content-Usage` line that is kept.
pub const CONTENT_USAGE_BYTES_MAX: usize = 1_024;

/// The wishes of one group.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    signal: Option<Box<str>>,
    /// Heaviest path first, in the order of the lines among equals.
    usages: Vec<PathUsage>,
}

#[derive(Clone, Debug)]
struct PathUsage {
    /// Zero for a line without path.
    weight: usize,
    pattern: Box<[u8]>,
    text: Box<str>,
}

impl Usage {
    /// Takes the value of a `Content-Signal` line; several are joined with `, `.
    pub(super) fn add_signal(&mut self, value: &[u8]) {
        let mut text = self.signal.take().map_or_else(String::new, String::from);
        if !value.is_empty() && text.len() + value.len() <= CONTENT_SIGNAL_BYTES_MAX {
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(&String::from_utf8_lossy(value));
        }
        self.signal = Some(text.into());
    }

    /// Takes the value of a `Content-Usage` line: preferences, with a path in front or not.
    pub(super) fn add_usage(&mut self, value: &[u8]) {
        if self.usages.len() >= CONTENT_USAGES_MAX || value.len() > CONTENT_USAGE_BYTES_MAX {
            return;
        }
        let mut pattern = Vec::new();
        let (weight, text) = if matches!(value, [b'/' | b'*', ..]) {
            let blank_idx = memchr::memchr2(b' ', b'\t', value).unwrap_or(value.len());
            let (path, text) = value.split_at(blank_idx);
            (pattern::compile(path, &mut pattern).unwrap_or(0), text.trim_ascii())
        } else {
            (0, value)
        };
        if text.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(text).into();
        let place = self.usages.partition_point(|usage| usage.weight >= weight);
        self.usages.insert(place, PathUsage { weight, pattern: pattern.into(), text });
    }

    /// Whether the group has such a line, be it empty.
    pub(super) fn is_stated(&self) -> bool {
        self.signal.is_some() || !self.usages.is_empty()
    }

    pub(super) fn signal(&self) -> Option<&str> {
        self.signal.as_deref().filter(|text| !text.is_empty())
    }

    /// The preferences for a path; those of equal paths are joined with `, `.
    pub(super) fn usage(&self, path_and_query: &str) -> Option<String> {
        if self.usages.is_empty() {
            return None;
        }
        let path = normalize_path(path_and_query.as_bytes());
        let mut matching =
            self.usages.iter().filter(|usage| pattern::matches(&usage.pattern, &path));
        let first = matching.next()?;
        let mut text = String::from(&*first.text);
        for other in matching.take_while(|other| other.weight == first.weight) {
            text.push_str(", ");
            text.push_str(&other.text);
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use crate::robots::RobotsRules;

    const FILE: &[u8] = b"content-signal: early=yes\ncontent-usage: early=y\n\
        user-agent: *\nallow: /\ncontent-usage: train-ai=n # all\nContent-Usage: /open/\ttrain-ai=y\n\
        content-usage: /open/*.pdf$ train-ai=n, search=y\ncontent-usage: /open/ other=y\n\
        content-usage: /empty/\n\nuser-agent: named\ndisallow: /x\n";

    #[test]
    fn preferences_hold_for_their_paths() {
        let rules = RobotsRules::parse(FILE, "foobot");
        let cases = [
            ("/", "train-ai=n"),
            ("/empty/", "train-ai=n"),
            ("/open/a", "train-ai=y, other=y"),
            ("/%6Fpen/a", "train-ai=y, other=y"),
            ("/open/a.pdf", "train-ai=n, search=y"),
            ("/open/a.pdf?b", "train-ai=y, other=y"),
        ];
        for (path, expected) in cases {
            assert_eq!(rules.content_usage(path).as_deref(), Some(expected), "{path}");
        }
        assert!(rules.judge("/open/a").is_allowed(), "they forbid nothing");
        assert_eq!(rules.content_signal(), None, "the group speaks for itself");
    }

    #[test]
    fn a_group_that_states_none_has_those_before_all_groups() {
        let rules = RobotsRules::parse(FILE, "named");
        assert_eq!(rules.content_usage("/open/a").as_deref(), Some("early=y"));
        assert_eq!(rules.content_signal(), Some("early=yes"));
        assert_eq!(RobotsRules::parse(b"", "named").content_usage("/"), None);
    }

    #[test]
    fn hostile_lines_are_bounded() {
        let many = format!("user-agent: *\n{}", "content-usage: / a=y\n".repeat(10_000));
        let usage = RobotsRules::parse(many.as_bytes(), "foobot").content_usage("/").unwrap();
        assert_eq!(usage.len(), "a=y".len() * 64 + ", ".len() * 63);
        let long = format!("user-agent: *\ncontent-usage: {}\n", "x".repeat(1_025));
        assert_eq!(RobotsRules::parse(long.as_bytes(), "foobot").content_usage("/"), None);
    }
}
