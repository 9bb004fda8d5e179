//! Sums over the hosts of one slot.

use crate::error::FrontierError;
use crate::host_row::{decode_versioned, encode_versioned};
use serde::{Deserialize, Serialize};

/// What a shard must know of its hosts at once, without a look at each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SlotRow {
    /// URLs not settled.
    pub(crate) queued: u64,
    /// URLs let through by the seen set in this generation.
    pub(crate) seen: u64,
    /// Hosts with a row of their own.
    pub(crate) hosts: u64,
}

const VERSION: u8 = 1;

impl SlotRow {
    /// Encodes into `out`, replacing what it held.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<(), FrontierError> {
        encode_versioned(VERSION, self, out)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        decode_versioned(VERSION, bytes)
    }
}
