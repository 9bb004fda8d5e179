//! What is remembered of a host's robots.txt.

use crate::error::FrontierError;
use crate::host_row::{decode_versioned, encode_versioned};
use crawler_politeness::UnixMillis;
use crawler_url::{HostHash, Scheme};
use serde::{Deserialize, Serialize};

/// Whose robots.txt: http and https may have different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RobotsKey {
    pub(crate) host: HostHash,
    pub(crate) secure: bool,
}

impl RobotsKey {
    /// Host hash 8 bytes, big endian, and one for the scheme.
    pub(crate) const LEN: usize = 9;

    pub(crate) fn new(host: HostHash, scheme: Scheme) -> Self {
        Self { host, secure: scheme == Scheme::Https }
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..8].copy_from_slice(&self.host.0.to_be_bytes());
        bytes[8] = u8::from(self.secure);
        bytes
    }
}

/// The last answer to the request for a host's robots.txt, so that neither a restart nor a long
/// absence from memory asks for it before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RobotsMemory {
    /// When it is to be asked for again.
    pub expires_at: UnixMillis,
    /// What it said.
    pub rules: RobotsText,
    /// Why it could not be had, if it could not: reason and detail.
    pub closed: Option<(String, String)>,
}

/// The rules to judge by, as text: they are parsed for whoever asks later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RobotsText {
    /// The file.
    Body(#[serde(with = "serde_bytes_vec")] Vec<u8>),
    /// There is none.
    AllowAll,
    /// It could not be had, and none was known before.
    DisallowAll,
}

const VERSION: u8 = 1;

impl RobotsMemory {
    /// Encodes into `out`, replacing what it held.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<(), FrontierError> {
        encode_versioned(VERSION, self, out)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        decode_versioned(VERSION, bytes)
    }
}

/// Bytes as bytes: element by element they would take a call each.
mod serde_bytes_vec {
    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;
    use std::fmt;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_whole_or_not_at_all() {
        let texts =
            [RobotsText::Body(vec![0, 255, 7]), RobotsText::AllowAll, RobotsText::DisallowAll];
        for rules in texts {
            let closed = Some(("dns".to_owned(), "no such host".to_owned()));
            let row = RobotsMemory { expires_at: UnixMillis(99), rules, closed };
            let mut bytes = Vec::new();
            row.encode(&mut bytes).unwrap();
            assert_eq!(RobotsMemory::decode(&bytes).unwrap(), row);
            for len in 0..bytes.len() {
                assert!(RobotsMemory::decode(&bytes[..len]).is_err(), "{len} bytes were enough");
            }
        }
    }
}
