//! The durable row of a host.

use crate::error::FrontierError;
use crawler_politeness::Pace;
use crawler_url::HostKey;
use serde::{Deserialize, Serialize};

/// What is remembered of a host between runs. Stored as a version byte and the postcard form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HostRow {
    pub(crate) key: HostKey,
    pub(crate) pace: Pace,
    /// Only classes with queued URLs, in priority order.
    pub(crate) classes: Vec<ClassRow>,
    pub(crate) totals: HostTotals,
}

/// The durable state of one class of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClassRow {
    pub(crate) class: u8,
    /// No unsettled URL of the class stands in a chunk that begins before this place.
    pub(crate) head: u64,
    /// URLs not yet settled, exactly.
    pub(crate) queued: u64,
    /// Settled places whose chunk has other URLs left, in order, as distances from `head`.
    pub(crate) settled: Vec<u64>,
}

impl ClassRow {
    /// One URL, the first of its class.
    pub(crate) fn first(class: u8, seq: u64) -> Self {
        Self { class, head: seq, queued: 1, settled: Vec::new() }
    }
}

/// URLs queued for a host while it was not in memory: added to its row when it comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Appended {
    pub(crate) classes: Vec<ClassRow>,
}

/// How a host's URLs have ended so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostTotals {
    /// URLs settled for good.
    pub done: u64,
    /// Those of them that were fetched.
    pub fetched: u64,
    /// Attempts that were put off to be tried again.
    pub retried: u64,
    /// New URLs that were turned away because the frontier was full.
    pub shed: u64,
    /// Those of [`done`](Self::done) that ended with an error. Rows of before it was counted have none.
    #[serde(default)]
    pub failed: u64,
}

const VERSION: u8 = 4;
/// The version whose rows end before [`HostTotals::failed`].
const VERSION_WITHOUT_FAILED: u8 = 3;
/// What that row lacks: the last number of a row, which is 0.
const NO_FAILED: u8 = 0;
/// Version of [`Appended`].
const APPENDED_VERSION: u8 = 3;

impl HostRow {
    /// Encodes into `out`, replacing what it held.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<(), FrontierError> {
        encode_versioned(VERSION, self, out)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        if bytes.first() == Some(&VERSION_WITHOUT_FAILED) {
            let whole = [bytes, &[NO_FAILED]].concat();
            return decode_versioned(VERSION_WITHOUT_FAILED, &whole);
        }
        decode_versioned(VERSION, bytes)
    }
}

impl Appended {
    /// Counts one more URL, which stands behind all others of its class.
    pub(crate) fn push(&mut self, class: u8, seq: u64) {
        match self.classes.iter_mut().find(|row| row.class == class) {
            Some(row) => row.queued += 1,
            None => self.classes.push(ClassRow::first(class, seq)),
        }
    }

    /// Encodes into `out`, replacing what it held.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<(), FrontierError> {
        encode_versioned(APPENDED_VERSION, self, out)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        decode_versioned(APPENDED_VERSION, bytes)
    }
}

/// A version byte and the postcard form of `value`, in place of what `out` held.
pub(crate) fn encode_versioned<T: Serialize>(
    version: u8,
    value: &T,
    out: &mut Vec<u8>,
) -> Result<(), FrontierError> {
    out.clear();
    out.push(version);
    // Its buffer goes back and forth, so that rows need no allocation of their own.
    *out = postcard::to_extend(value, std::mem::take(out))
        .map_err(|error| FrontierError::Encode { detail: error.to_string() })?;
    Ok(())
}

/// The reverse of [`encode_versioned`]; the error says what is wrong.
pub(crate) fn decode_versioned<'a, T: Deserialize<'a>>(
    version: u8,
    bytes: &'a [u8],
) -> Result<T, String> {
    match bytes.split_first() {
        Some((&found, rest)) if found == version => {
            postcard::from_bytes(rest).map_err(|error| error.to_string())
        }
        Some((&found, _)) => Err(format!("its version is {found}, not {version}")),
        None => Err("it is empty".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crawler_politeness::UnixMillis;

    #[test]
    fn rows_come_back_whole_or_not_at_all() {
        let mut pace = Pace::default();
        pace.next_fetch_at = UnixMillis(1_700_000_000_000);
        let classes = vec![ClassRow { class: 2, head: 7, queued: 3, settled: vec![1, 300] }];
        let totals = HostTotals { done: 4, fetched: 3, retried: 1, shed: 9, failed: 1 };
        let key = "example.com:8080".parse().unwrap();
        let row = HostRow { key, pace, classes, totals };
        let mut bytes = b"what was there before".to_vec();
        row.encode(&mut bytes).unwrap();
        let back = HostRow::decode(&bytes).unwrap();
        assert_eq!(format!("{back:?}"), format!("{row:?}"));
        for len in 0..bytes.len() {
            assert!(HostRow::decode(&bytes[..len]).is_err(), "{len} bytes were enough");
        }
        // As the version before wrote it.
        let mut old = bytes.clone();
        old.pop();
        old[0] = VERSION_WITHOUT_FAILED;
        let back = HostRow::decode(&old).unwrap();
        assert_eq!(back.totals, HostTotals { failed: 0, ..row.totals });
        assert_eq!(back.pace, row.pace);
        let mut other = bytes;
        other[0] = 9;
        assert!(HostRow::decode(&other).unwrap_err().contains("version is 9"));
    }
}
