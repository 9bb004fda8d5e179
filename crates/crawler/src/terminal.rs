//! Foreign text on a terminal: shown, never obeyed.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Replaces what a terminal would act on by a visible escape: control characters (line ends and
/// tabs too) and the Unicode marks that reorder text.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    escape_but(text, &[])
}

/// The same for text of several lines: line ends and tabs stay.
pub(crate) fn escape_lines(text: &str) -> Cow<'_, str> {
    escape_but(text, &['\n', '\t'])
}

/// The same for JSON text: it means what it meant before.
pub(crate) fn escape_json(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) {
            // All that acts is below U+10000; writing to a `String` cannot fail.
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal would do something else than show the character.
pub(crate) fn acts(c: char) -> bool {
    c.is_control() || reorders(c)
}

fn escape_but<'a>(text: &'a str, kept: &[char]) -> Cow<'a, str> {
    let acts = |c: char| acts(c) && !kept.contains(&c);
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) {
            // Writing to a `String` cannot fail.
            let _ = write!(shown, "{}", c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Bidirectional controls (Unicode TR 36, section 2.3) and the line separators.
fn reorders(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_json, escape_lines};

    #[test]
    fn json_keeps_its_meaning() {
        for text in ["plain ü", "a\u{9b}31m\u{7f}", "a\u{202e}b\u{61c}"] {
            let json = serde_json::to_string(text).unwrap();
            let shown = escape_json(&json);
            assert!(!shown.contains(super::acts), "{shown}");
            assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
        }
    }

    #[test]
    fn only_what_acts_is_replaced() {
        for (text, line, lines) in [
            ("plain ünïcode", "plain ünïcode", "plain ünïcode"),
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("two\nlines\tand\r", "two\\nlines\\tand\\r", "two\nlines\tand\\r"),
            ("\u{9b}31m", "\\u{9b}31m", "\\u{9b}31m"),
            ("a\u{202e}b", "a\\u{202e}b", "a\\u{202e}b"),
        ] {
            assert_eq!(escape(text), line);
            assert_eq!(escape_lines(text), lines);
        }
    }
}
