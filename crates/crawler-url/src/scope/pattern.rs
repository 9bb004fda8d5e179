//! Patterns that URLs are included and excluded by.

use std::fmt;
use std::str::FromStr;

use globset::GlobBuilder;
use regex::bytes::{Regex, RegexSet};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a pattern that is a glob begins with.
const GLOB_PREFIX: &str = "glob:";

/// Matches whole URLs: a regular expression found anywhere in the URL, or after `glob:` a glob of
/// the whole URL in which `*` stays within a path segment and `**` between slashes does not.
///
/// Time is linear in the URL whatever the pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: Box<str>,
    regex: Regex,
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid pattern {pattern:?}: {reason}")]
pub struct PatternError {
    pattern: String,
    reason: String,
}

impl Pattern {
    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the URL's text matches.
    #[must_use]
    pub fn is_match(&self, url: &str) -> bool {
        self.regex.is_match(url.as_bytes())
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(source: &str) -> Result<Self, PatternError> {
        let compiled = match source.strip_prefix(GLOB_PREFIX) {
            Some(glob) => {
                glob_regex(glob).and_then(|regex| Regex::new(&regex).map_err(|e| e.to_string()))
            }
            None => Regex::new(source).map_err(|error| error.to_string()),
        };
        match compiled {
            Ok(regex) => Ok(Self { source: source.into(), regex }),
            Err(reason) => Err(PatternError { pattern: source.to_owned(), reason }),
        }
    }
}

/// The regular expression of a glob.
fn glob_regex(glob: &str) -> Result<String, String> {
    if !doubled_stars_stand_alone(glob) {
        return Err("`**` must stand alone between slashes, as in `**/*.pdf`".to_owned());
    }
    let built = GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build();
    built.map(|glob| glob.regex().to_owned()).map_err(|error| error.kind().to_string())
}

/// Elsewhere globset would quietly take `**` for `*`.
fn doubled_stars_stand_alone(glob: &str) -> bool {
    glob.split('/').all(|segment| segment == "**" || !segment.contains("**"))
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.source)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(input)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Several patterns, asked at once.
#[derive(Clone, Debug, Default)]
pub(super) struct PatternSet {
    patterns: Vec<Pattern>,
    /// All in one automaton; `None` when it would be too large.
    any: Option<RegexSet>,
}

impl PatternSet {
    pub(super) fn new(patterns: Vec<Pattern>) -> Self {
        let any = match &patterns[..] {
            [] | [_] => None,
            several => RegexSet::new(several.iter().map(|pattern| pattern.regex.as_str())).ok(),
        };
        Self { patterns, any }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    pub(super) fn is_match(&self, url: &str) -> bool {
        match &self.any {
            Some(any) => any.is_match(url.as_bytes()),
            None => self.patterns.iter().any(|pattern| pattern.is_match(url)),
        }
    }

    /// Index of the first pattern that matches.
    pub(super) fn first_match(&self, url: &str) -> Option<usize> {
        if self.patterns.is_empty() || !self.is_match(url) {
            return None;
        }
        self.patterns.iter().position(|pattern| pattern.is_match(url))
    }

    /// Index of the last pattern that matches.
    pub(super) fn last_match(&self, url: &str) -> Option<usize> {
        if self.patterns.is_empty() || !self.is_match(url) {
            return None;
        }
        self.patterns.iter().rposition(|pattern| pattern.is_match(url))
    }
}
