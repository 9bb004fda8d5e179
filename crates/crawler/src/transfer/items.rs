//! The items of an exported frontier, one a line.

use std::cell::RefCell;

use crawler_frontier::transfer::Item;

use super::Failure;
use super::lines::{Line, Lines};

/// Reads items; blank lines are passed over.
pub(crate) struct Items<'a> {
    lines: &'a RefCell<Lines>,
}

impl<'a> Items<'a> {
    /// A robots.txt, the longest item there is, has at most 500 KiB and takes six bytes for one.
    pub(crate) const LINE_BYTES_MAX: u64 = 16 << 20;

    /// Of lines that the caller can ask meanwhile how far they are.
    pub(crate) fn new(lines: &'a RefCell<Lines>) -> Self {
        Self { lines }
    }
}

impl Iterator for Items<'_> {
    type Item = Result<Item, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut lines = self.lines.borrow_mut();
            let line = match lines.next() {
                Ok(line) => line?,
                Err(error) => return Some(Err(Failure::Other(error))),
            };
            let Line::Text(text) = line else {
                return Some(Err(Failure::Line(anyhow::anyhow!("the line is too long"))));
            };
            if !text.trim().is_empty() {
                let item = serde_json::from_str(&text);
                return Some(item.map_err(|error| Failure::Line(not_an_item(&error))));
            }
        }
    }
}

fn not_an_item(error: &serde_json::Error) -> anyhow::Error {
    anyhow::anyhow!(
        "this is no line of an exported frontier ({error}); for a list of URLs give --format urls"
    )
}
