//! What a record or a row says of a capture, as a line that sorts to those about the same one.

use serde::{Deserialize, Serialize};

/// Who says it; in the order in which they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Origin {
    Record,
    Cdxj,
    Pages,
}

/// What is said of the capture at `offset` of `file`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) file: String,
    pub(super) offset: u64,
    pub(super) origin: Origin,
    /// Where the row that says it begins.
    pub(super) at: u64,
    pub(super) length: u64,
    pub(super) url: String,
    /// Digits of the time.
    pub(super) time: String,
    pub(super) status: u16,
    pub(super) digest: String,
    /// Bytes of a body that is stored.
    pub(super) body: Option<u64>,
}

impl Claim {
    /// `file TAB offset TAB origin TAB at TAB json`, of which all but the last only sorts. JSON
    /// escapes what would end a part or the line.
    pub(super) fn to_line(&self) -> Vec<u8> {
        // Strings and numbers cannot fail to be encoded.
        let file = serde_json::to_string(&self.file).unwrap_or_default();
        let json = serde_json::to_string(self).unwrap_or_default();
        let (offset, at, origin) = (self.offset, self.at, self.origin as u8);
        format!("{file}\t{offset:020}\t{origin}\t{at:020}\t{json}").into_bytes()
    }

    pub(super) fn of_line(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line.splitn(5, |byte| *byte == b'\t').nth(4)?).ok()
    }
}

/// The digits of a time in any form.
pub(super) fn digits(time: &str) -> String {
    time.chars().filter(char::is_ascii_digit).collect()
}
