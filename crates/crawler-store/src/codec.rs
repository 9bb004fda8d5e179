//! How the records of a WARC file are compressed.

/// One compressed piece per record, so that each can be read alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WarcCodec {
    /// Gzip members (WARC 1.1, annex D): what every tool reads.
    #[default]
    Gzip,
    /// Zstandard frames (IIPC, Zstandard Compression for WARC Files 1.0), without a dictionary.
    Zstd,
}

impl WarcCodec {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Gzip, Self::Zstd];

    /// How the names of such files end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Gzip => ".warc.gz",
            Self::Zstd => ".warc.zst",
        }
    }

    /// That of a file by its name without folder and without `.open`.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| name.ends_with(codec.extension()))
    }

    /// The bytes that each member or frame begins with (RFC 1952, 2.3.1; RFC 8878, 3.1.1).
    pub(crate) const fn magic(self) -> &'static [u8] {
        match self {
            Self::Gzip => &[0x1f, 0x8b, 8],
            Self::Zstd => &[0x28, 0xb5, 0x2f, 0xfd],
        }
    }
}
