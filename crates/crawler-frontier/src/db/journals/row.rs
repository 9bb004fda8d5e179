//! One row for each commit.

use xxhash_rust::xxh3::xxh3_64;

/// How far the journals reached when a commit was durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) struct CommitRow {
    /// Commits of the store, from 1.
    pub(in crate::db) number: u64,
    /// The database's own count of writes.
    pub(in crate::db) seqno: u64,
    /// Number in the name of the journal.
    pub(in crate::db) journal: u64,
    /// Bytes of the journal up to here.
    pub(in crate::db) end: u64,
    /// Digest of these bytes.
    pub(in crate::db) digest: u64,
}

impl CommitRow {
    /// Five integers and their checksum, little endian.
    const LEN: usize = 48;

    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let fields = [self.number, self.seqno, self.journal, self.end, self.digest];
        for (place, field) in bytes.chunks_exact_mut(8).zip(fields) {
            place.copy_from_slice(&field.to_le_bytes());
        }
        let (fields, checksum) = bytes.split_at_mut(Self::LEN - 8);
        checksum.copy_from_slice(&xxh3_64(fields).to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (fields, checksum) = bytes.split_at_checked(Self::LEN - 8)?;
        if checksum != xxh3_64(fields).to_le_bytes() {
            return None;
        }
        let mut fields = fields.as_chunks::<8>().0.iter().map(|field| u64::from_le_bytes(*field));
        Some(Self {
            number: fields.next()?,
            seqno: fields.next()?,
            journal: fields.next()?,
            end: fields.next()?,
            digest: fields.next()?,
        })
    }
}

/// The rows that are whole, in order. One that is not says nothing: its neighbors cover the same
/// bytes.
pub(super) fn read(bytes: &[u8]) -> Vec<CommitRow> {
    let mut rows: Vec<_> =
        bytes.chunks_exact(CommitRow::LEN).filter_map(CommitRow::from_bytes).collect();
    rows.sort_by_key(|row| row.number);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_damaged_ones_are_left_out() {
        let row = |number| CommitRow { number, seqno: 7, journal: 1, end: 90 * number, digest: 5 };
        let bytes: Vec<u8> = (1..=3).flat_map(|number| row(number).to_bytes()).collect();
        assert_eq!(read(&bytes), [row(1), row(2), row(3)]);
        assert_eq!(read(&bytes[..bytes.len() - 1]), [row(1), row(2)]);
        for at in CommitRow::LEN..2 * CommitRow::LEN {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            assert_eq!(read(&bytes), [row(1), row(3)], "byte {at}");
        }
    }
}
