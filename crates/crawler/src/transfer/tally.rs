//! Lines that were refused, by reason.

use std::collections::BTreeMap;
use std::fmt;

use crate::terminal::escape;

/// Reasons told apart; the rest count as one.
const REASONS_MAX: usize = 20;
const OTHER: &str = "other reasons";

/// How many lines were refused and why, with the place of the first one for each reason.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    reasons: BTreeMap<String, Refused>,
}

#[derive(Debug)]
struct Refused {
    lines: u64,
    first: String,
}

impl Tally {
    pub(crate) fn refuse(&mut self, reason: &str, place: impl FnOnce() -> String) {
        let is_known = self.reasons.contains_key(reason);
        let reason = if is_known || self.reasons.len() < REASONS_MAX { reason } else { OTHER };
        if let Some(refused) = self.reasons.get_mut(reason) {
            refused.lines += 1;
        } else {
            let refused = Refused { lines: 1, first: place() };
            self.reasons.insert(reason.to_owned(), refused);
        }
    }

    pub(crate) fn lines(&self) -> u64 {
        self.reasons.values().map(|refused| refused.lines).sum()
    }
}

/// `refused: N`, then a line for each reason.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "refused: {}", self.lines())?;
        for (reason, Refused { lines, first }) in &self.reasons {
            writeln!(f, "  {lines}: {} (first: {})", escape(reason), escape(first))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_and_few() {
        let mut tally = Tally::default();
        for n in 0..30 {
            tally.refuse(&format!("{n:02}"), || format!("a:{n}"));
            tally.refuse("00", || "a:99".to_owned());
        }
        assert_eq!(tally.lines(), 60);
        let text = tally.to_string();
        assert!(text.starts_with("refused: 60\n  31: 00 (first: a:0)\n"), "{text}");
        assert!(text.ends_with("  10: other reasons (first: a:20)\n"), "{text}");
    }
}
