//! Which URLs a shard has been offered before.

use crate::candidate::Candidate;
use crate::hash::KeySet;
use crawler_url::Fingerprint;

/// The seen set of one shard: each URL is let through once per generation.
#[derive(Debug, Default)]
pub(crate) struct SeenSet {
    known: KeySet<Fingerprint>,
}

impl SeenSet {
    /// For `expected` members without growing.
    pub(crate) fn with_capacity(expected: usize) -> Self {
        let mut known = KeySet::default();
        known.reserve(expected);
        Self { known }
    }

    /// Lets the new ones of a batch through, in discovery order, and remembers them.
    pub(crate) fn admit_new(
        &mut self,
        candidates: impl IntoIterator<Item = Candidate>,
    ) -> AdmittedBatch {
        let mut batch = AdmittedBatch::default();
        for candidate in candidates {
            if self.known.insert(candidate.fingerprint) {
                batch.new.push(candidate);
            } else {
                batch.seen += 1;
            }
        }
        batch
    }

    /// Whether the URL was let through or restored.
    pub(crate) fn contains(&self, fingerprint: Fingerprint) -> bool {
        self.known.contains(&fingerprint)
    }

    /// Remembers a fingerprint stored earlier.
    pub(crate) fn restore(&mut self, fingerprint: Fingerprint) {
        self.known.insert(fingerprint);
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }
}

/// What came of a batch.
#[derive(Debug, Default)]
pub(crate) struct AdmittedBatch {
    pub(crate) new: Vec<Candidate>,
    pub(crate) seen: u32,
}
