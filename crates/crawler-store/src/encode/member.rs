//! Gzip members: one per record.

use libdeflater::{CompressionLvl, Compressor};

/// How hard a record is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// Not at all: stored blocks, for what is compressed already.
    Stored,
    /// The fastest level that compresses.
    Fast,
}

/// Compressors kept from record to record.
pub(super) struct MemberWriter {
    stored: Compressor,
    fast: Compressor,
}

impl MemberWriter {
    pub(super) fn new() -> Self {
        let compressor = |level| Compressor::new(CompressionLvl::new(level).unwrap_or_default());
        Self { stored: compressor(0), fast: compressor(1) }
    }

    /// Appends `record` to `out` as one gzip member.
    pub(super) fn append(&mut self, record: &[u8], effort: Effort, out: &mut Vec<u8>) {
        let start = out.len();
        for compressor in self.by_preference(effort) {
            out.resize(start + compressor.gzip_compress_bound(record.len()), 0);
            let room = out.get_mut(start..).unwrap_or_default();
            // Fails only for want of room, of which the bound leaves enough.
            if let Ok(written) = compressor.gzip_compress(record, room) {
                out.truncate(start + written);
                return;
            }
        }
    }

    fn by_preference(&mut self, effort: Effort) -> [&mut Compressor; 2] {
        match effort {
            Effort::Stored => [&mut self.stored, &mut self.fast],
            Effort::Fast => [&mut self.fast, &mut self.stored],
        }
    }
}
