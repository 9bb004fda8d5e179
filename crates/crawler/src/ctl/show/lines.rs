//! `key: value` lines, for people and for `grep`.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use crate::numbers::count;
use crate::terminal::escape;

/// Lines written one by one; what a terminal would obey is escaped.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) text: String,
}

impl Lines {
    /// A line, unless there is nothing to say.
    pub(super) fn put(&mut self, key: &str, value: impl Display) {
        let value = value.to_string();
        if !value.is_empty() {
            // Writing to a `String` cannot fail.
            let _ = writeln!(self.text, "{}: {}", escape(key), escape(&value));
        }
    }

    /// A line for each count that is not 0.
    pub(super) fn each<K: Display>(&mut self, key: &str, counts: &BTreeMap<K, u64>) {
        for (name, n) in counts.iter().filter(|(_, n)| **n > 0) {
            self.put(&format!("{key}/{name}"), count(*n));
        }
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }
}
