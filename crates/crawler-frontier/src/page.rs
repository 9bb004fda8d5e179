//! What is remembered of a fetched page.

use crate::error::FrontierError;
use crate::host_row::{decode_versioned, encode_versioned};
use serde::{Deserialize, Serialize};

/// Enough of a page's last capture to ask whether it has changed (RFC 9110 section 13.1) and to
/// write a revisit record when it has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageMemory {
    /// The `ETag` it was served with.
    pub etag: Option<String>,
    /// The `Last-Modified` it was served with.
    pub last_modified: Option<String>,
    /// Payload digest of the capture, as in its record.
    pub digest: String,
    /// Date of the capture, as in its record.
    pub date: String,
}

const VERSION: u8 = 1;

impl PageMemory {
    /// Encodes into `out`, replacing what it held.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<(), FrontierError> {
        encode_versioned(VERSION, self, out)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        decode_versioned(VERSION, bytes)
    }
}
