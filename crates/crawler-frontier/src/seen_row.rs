//! What the seen set has not yet written to its own files, as rows of the store.

use crate::class::Class;
use crate::record::{self, RecordBytes};
use crate::seen::SeenKey;
use crawler_url::{Fingerprint, HostHash, ShardId};

/// Key of a row. Identities are dealt once by each shard, so a row is inserted once and removed
/// once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SeenRowKey {
    pub(crate) kind: SeenRowKind,
    pub(crate) shard: ShardId,
    pub(crate) id: u64,
}

/// What a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SeenRowKind {
    /// Keys let through that are in no run yet.
    Fresh,
    /// Candidates that the runs have not judged yet.
    Candidates,
}

impl SeenRowKey {
    /// Kind 1 byte, shard 2, identity 8, big endian.
    pub(crate) const LEN: usize = 11;

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0] = match self.kind {
            SeenRowKind::Fresh => 0,
            SeenRowKind::Candidates => 1,
        };
        bytes[1..3].copy_from_slice(&self.shard.0.to_be_bytes());
        bytes[3..].copy_from_slice(&self.id.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes = <&[u8; Self::LEN]>::try_from(bytes).ok()?;
        let (&kind, rest) = bytes.split_first()?;
        let (shard, id) = rest.split_first_chunk::<2>()?;
        let kind = match kind {
            0 => SeenRowKind::Fresh,
            1 => SeenRowKind::Candidates,
            _ => return None,
        };
        let id = u64::from_be_bytes(id.try_into().ok()?);
        Some(Self { kind, shard: ShardId(u16::from_be_bytes(*shard)), id })
    }
}

/// A URL that waits for the judgement of the seen set.
#[derive(Clone, Debug)]
pub(crate) struct Undecided {
    pub(crate) host: HostHash,
    pub(crate) class: Class,
    pub(crate) record: RecordBytes,
}

impl Undecided {
    /// Adds to a row of candidates: host hash 8 bytes, class 1, length of the record 4 (integers
    /// little endian), record.
    pub(crate) fn push_to(&self, row: &mut Vec<u8>) {
        row.extend_from_slice(&self.host.0.to_le_bytes());
        row.push(self.class.number());
        row.extend_from_slice(&(self.record.len() as u32).to_le_bytes());
        row.extend_from_slice(&self.record);
    }

    /// Reads a row back: each candidate with its fingerprint. The error says what is wrong.
    pub(crate) fn read_row(row: &[u8]) -> Result<Vec<(Fingerprint, Self)>, &'static str> {
        const CUT: &str = "it is cut short";
        let mut candidates = Vec::new();
        let mut rest = row;
        while !rest.is_empty() {
            let (host, tail) = rest.split_first_chunk::<8>().ok_or(CUT)?;
            let (&class, tail) = tail.split_first().ok_or(CUT)?;
            let (len, tail) = tail.split_first_chunk::<4>().ok_or(CUT)?;
            let len = u32::from_le_bytes(*len) as usize;
            let (bytes, tail) = tail.split_at_checked(len).ok_or(CUT)?;
            let host = HostHash(u64::from_le_bytes(*host));
            let class = Class::new(class).ok_or("it has an unknown class")?;
            let fingerprint = Fingerprint { host, url: record::decode(bytes)?.fingerprint_url };
            let record = RecordBytes::from(bytes);
            candidates.push((fingerprint, Self { host, class, record }));
            rest = tail;
        }
        Ok(candidates)
    }
}

/// The keys of a row of fresh ones; `None` when it is cut short.
pub(crate) fn read_fresh(row: &[u8]) -> Option<impl Iterator<Item = SeenKey> + '_> {
    let (keys, rest) = row.as_chunks::<{ SeenKey::LEN }>();
    rest.is_empty().then(|| keys.iter().map(|bytes| SeenKey::from_bytes(*bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::link;

    #[test]
    fn keys_come_back() {
        for kind in [SeenRowKind::Fresh, SeenRowKind::Candidates] {
            let key = SeenRowKey { kind, shard: ShardId(515), id: 1 << 40 };
            assert_eq!(SeenRowKey::from_bytes(&key.to_bytes()), Some(key));
        }
        assert_eq!(SeenRowKey::from_bytes(&[2; 11]), None);
        assert_eq!(SeenRowKey::from_bytes(&[0; 10]), None);
    }

    #[test]
    fn candidates_come_back_whole_or_not_at_all() {
        let mut row = Vec::new();
        let given = ["http://a.example/1", "http://b.example/2"].map(link);
        for candidate in &given {
            let record = record::encode(&mut Vec::new(), candidate);
            let (host, class) = (candidate.fingerprint.host, Class::SEED);
            Undecided { host, class, record }.push_to(&mut row);
        }
        let back = Undecided::read_row(&row).unwrap();
        let prints: Vec<_> = back.iter().map(|(fingerprint, _)| *fingerprint).collect();
        assert_eq!(prints, given.map(|candidate| candidate.fingerprint));
        let ends: Vec<_> =
            (0..=row.len()).filter(|&len| Undecided::read_row(&row[..len]).is_ok()).collect();
        assert_eq!(ends.len(), 3, "only between candidates");
    }
}
