//! The row that ties the store's parts together.

use super::spaces::Spaces;
use crate::error::FrontierError;
use crawler_url::CanonicalRules;
use fjall::{OwnedWriteBatch, Readable, Snapshot};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What the last commit left: stored as the format number (4 bytes, little endian) and the
/// postcard form, so that a later format can be told before it is parsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) generation: u32,
    /// Shards that the seen set's rows are dealt to.
    pub(crate) shards: u16,
    /// Makes fingerprints unforeseeable.
    pub(crate) seed: u64,
    /// By which URLs are known again; none before they were told.
    pub(crate) rules: Option<CanonicalRules>,
    /// No place in a queue was dealt from here on.
    pub(crate) next_seq: u64,
    /// The caller's; none before the first commit.
    pub(crate) payload: Option<Vec<u8>>,
}

/// Format of the whole store.
const FORMAT: u32 = 3;
const KEY: &str = "checkpoint";

impl Checkpoint {
    /// The row as of `snapshot`; `None` in a store that was never written.
    pub(crate) fn load(
        snapshot: &Snapshot,
        spaces: &Spaces,
        db_dir: &Path,
    ) -> Result<Option<Self>, FrontierError> {
        let row = snapshot.get(&spaces.meta, KEY);
        let row = row.map_err(|error| FrontierError::store(db_dir, error))?;
        row.map(|row| Self::decode(&row, db_dir)).transpose()
    }

    /// Adds the row to `batch`.
    pub(crate) fn store(
        &self,
        batch: &mut OwnedWriteBatch,
        spaces: &Spaces,
    ) -> Result<(), FrontierError> {
        let row = postcard::to_extend(self, FORMAT.to_le_bytes().to_vec())
            .map_err(|error| FrontierError::Encode { detail: error.to_string() })?;
        batch.insert(&spaces.meta, KEY, row);
        Ok(())
    }

    fn decode(row: &[u8], db_dir: &Path) -> Result<Self, FrontierError> {
        let damaged = |detail: String| {
            FrontierError::damaged(db_dir, format!("the checkpoint row: {detail}"))
        };
        let Some((format, rest)) = row.split_first_chunk::<4>() else {
            return Err(damaged("it is cut short".into()));
        };
        match u32::from_le_bytes(*format) {
            FORMAT => postcard::from_bytes(rest).map_err(|error| damaged(error.to_string())),
            found => Err(FrontierError::Format { found, expected: FORMAT }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_and_cut_rows_are_told_apart() {
        let path = Path::new("/d/db");
        let payload = Some(vec![1, 2]);
        let row = Checkpoint {
            generation: 3,
            shards: 2,
            seed: 9,
            rules: Some(CanonicalRules::default()),
            next_seq: 70,
            payload,
        };
        let bytes = postcard::to_extend(&row, FORMAT.to_le_bytes().to_vec()).unwrap();
        assert_eq!(Checkpoint::decode(&bytes, path).unwrap(), row);
        let mut other = bytes.clone();
        other[0] = 7;
        let error = Checkpoint::decode(&other, path).unwrap_err();
        assert!(matches!(error, FrontierError::Format { found: 7, expected: FORMAT }), "{error}");
        for len in 0..bytes.len() {
            let error = Checkpoint::decode(&bytes[..len], path).unwrap_err();
            assert!(matches!(error, FrontierError::Damaged { .. }), "{len}: {error}");
        }
    }
}
