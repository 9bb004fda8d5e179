//! What a shard can be told to do, and the way there.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use crawler_frontier::Candidate;
use crawler_url::{HostHash, ShardCount, ShardId};
use tokio::sync::{Mutex, mpsc};

use super::SeedsTaken;
use crate::outstanding::{Outstanding, WorkGuard};

/// Orders that wait for one shard before those who give them have to wait.
const ORDERS_MAX: usize = 16;

/// Something for a shard to do. The crawl does not end for want of work before it is done.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) task: Task,
    pub(crate) guard: WorkGuard,
}

/// What is to be done, and where to tell that it is.
#[derive(Debug)]
pub(crate) enum Task {
    /// Admit these URLs, all on hosts of the shard; of seeds it takes note.
    Admit(Vec<Candidate>, SyncSender<SeedsTaken>),
    /// Tell when all that the shard did so far is committed, and so stands in the files.
    Settle(SyncSender<()>),
    /// End URLs of a host that wait, at most so many.
    Drop { host: HostHash, urls_max: u64, answer: SyncSender<Dropped> },
    /// Queue these failed URLs of a host again.
    Requeue { host: HostHash, failed: Vec<FailedUrl>, answer: SyncSender<u64> },
    /// Follow links into a template again that was taken for a trap.
    Release(String, SyncSender<()>),
    /// Have what stands beside the frontier committed, with a row of this host.
    Touch(HostHash, SyncSender<()>),
}

/// What became of a part of a host's queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dropped {
    pub(crate) urls: u64,
    /// More may be waiting.
    pub(crate) more: bool,
}

/// A URL that ended with an error, and for what reason.
#[derive(Debug)]
pub(crate) struct FailedUrl {
    pub(crate) link: Candidate,
    pub(crate) reason: String,
}

impl Order {
    pub(super) fn new(task: Task, outstanding: &Outstanding) -> Self {
        Self { task, guard: outstanding.guard() }
    }
}

/// One line of orders for each shard. The receiving halves outlive a shard's thread.
#[derive(Debug)]
pub(crate) struct Orders {
    senders: Vec<mpsc::Sender<Order>>,
    lines: Vec<Arc<Mutex<mpsc::Receiver<Order>>>>,
}

impl Orders {
    pub(super) fn new(shards: ShardCount) -> Self {
        let (senders, lines) = (0..shards.get())
            .map(|_| {
                let (sender, receiver) = mpsc::channel(ORDERS_MAX);
                (sender, Arc::new(Mutex::new(receiver)))
            })
            .unzip();
        Self { senders, lines }
    }

    pub(super) fn sender(&self, shard: ShardId) -> &mpsc::Sender<Order> {
        &self.senders[usize::from(shard.0)]
    }

    /// The orders for `shard`; its thread keeps them locked for as long as it lives.
    pub(crate) fn of(&self, shard: ShardId) -> Arc<Mutex<mpsc::Receiver<Order>>> {
        Arc::clone(&self.lines[usize::from(shard.0)])
    }
}
