//! Coming back from disk.

use super::{Counts, Frontier, FrontierLimits, Intake};
use crate::due::DueQueue;
use crate::error::FrontierError;
use crate::hash::KeyMap;
use crate::host_queue::HostQueue;
use crate::host_row::HostRow;
use crate::ops::Ops;
use crate::reader::{FrontierReader, Recovered};
use crate::seen::SeenSet;
use crawler_url::{HostHash, ShardCount, ShardId};
use std::collections::BTreeSet;

impl Frontier {
    /// Shard `id`'s part of what was last committed; empty in a new store. Every operation handed
    /// over by the shard's predecessor must be committed, or dropped, before.
    ///
    /// Reads a row per host and all seen fingerprints, but no queued URL: these are read when
    /// their host is leased from. `shards` may differ from the last run's.
    ///
    /// # Errors
    /// When the store cannot be read, or holds something else than was written.
    pub fn recover(
        reader: FrontierReader,
        id: ShardId,
        shards: ShardCount,
        limits: FrontierLimits,
    ) -> Result<Self, FrontierError> {
        let mut frontier = Self {
            reader,
            shard: id,
            shards,
            limits,
            intake: Intake::default(),
            hosts: Vec::new(),
            index: KeyMap::default(),
            due: DueQueue::default(),
            awaiting: BTreeSet::new(),
            seen: SeenSet::default(),
            ops: Ops::default(),
            changed: Vec::new(),
            lent: Vec::new(),
            number: 1,
            committed: 0,
            counts: Counts::default(),
            scratch: Vec::new(),
        };
        let reader = frontier.reader.clone();
        reader.recover_shard(id, shards, &mut |part| {
            match part {
                Recovered::Host(hash, row) => frontier.recover_host(hash, row)?,
                Recovered::SeenAtMost(len) => {
                    // Hosts spread evenly over shards, their URLs only about.
                    let share = len / u64::from(shards.get());
                    frontier.seen = SeenSet::with_capacity(usize::try_from(share).unwrap_or(0));
                }
                Recovered::Seen(fingerprint) => frontier.seen.restore(fingerprint),
            }
            Ok(())
        })?;
        Ok(frontier)
    }

    fn recover_host(&mut self, hash: HostHash, row: HostRow) -> Result<(), FrontierError> {
        let key = row.key.clone();
        let damaged =
            |detail: &str| self.reader.damaged(format!("the row of host {key}: {detail}"));
        if key.hash() != hash {
            return Err(damaged("it stands at the place of another host"));
        }
        let host = HostQueue::from_row(row, hash).map_err(damaged)?;
        self.counts.queued += host.queued();
        self.counts.hosts_queued += usize::from(host.has_queued());
        let idx = self.add_host(host);
        self.plan(idx);
        Ok(())
    }
}
