//! Orders to a running crawl, and looks into it.
//!
//! What is asked of a crawl as a whole is read from the last commit, on the caller's thread: no
//! shard is disturbed by it. What changes something goes to the shard that owns the host as an
//! [`Order`], which the shard's loop takes like any other event and answers when what it did is
//! committed.

mod audit;
mod error;
mod health;
mod look;
mod operator;
mod order;
mod queues;
mod reconfigure;
mod refused;
mod seeds;
mod traps;

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use crawler_frontier::FrontierReader;
use crawler_url::{HostHash, ShardId};
use tokio::sync::mpsc::error::TrySendError;

pub use audit::AuditEntry;
use audit::AuditLog;
pub use error::ControlError;
pub use health::{Health, ShardHealth};
pub use look::{
    EndedPage, EndedState, EndedUrl, HostList, HostQuery, HostReport, HostSort, HostState,
    QueuedPage, QueuedView,
};
pub use operator::{HostOrder, HostOverride, HostPriority, OperatorStateError};
pub(crate) use operator::{Operator, OperatorState};
pub(crate) use order::{Dropped, FailedUrl, Order, Orders, Task};
pub(crate) use queues::REQUEUED;
pub use reconfigure::Reconfigured;
pub use seeds::SeedsTaken;

use crate::config::CrawlConfig;
use crate::handle::CrawlHandle;
use crate::phase::Phase;

/// How long a shard may take for an order, up to the commit of what it did.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// How often a caller looks whether the crawl is ending, or a full inbox has room again.
const POLL: Duration = Duration::from_millis(5);

/// What orders need of a crawl.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) orders: Orders,
    pub(crate) operator: Operator,
    pub(crate) audit: AuditLog,
    /// Held while rows of the report are turned into queued URLs: two at once would queue them twice.
    requeueing: Mutex<()>,
    /// Held while what differs is found out and put in force.
    reconfiguring: Mutex<()>,
    /// Gone once the crawl has ended: the store is closed by then.
    reader: RwLock<Option<FrontierReader>>,
}

impl Control {
    pub(crate) fn new(
        config: &CrawlConfig,
        reader: FrontierReader,
        decided: OperatorState,
    ) -> Self {
        Self {
            orders: Orders::new(config.workers),
            operator: Operator::new(config.data_dir.clone(), decided),
            audit: AuditLog::new(config.data_dir.clone()),
            requeueing: Mutex::new(()),
            reconfiguring: Mutex::new(()),
            reader: RwLock::new(Some(reader)),
        }
    }

    /// Waits for those who read, and lets nobody read any more.
    pub(crate) fn close(&self) {
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The store, kept open for as long as the guard lives.
    pub(crate) fn reader(&self) -> RwLockReadGuard<'_, Option<FrontierReader>> {
        self.reader.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CrawlHandle {
    /// Whether orders are still taken.
    fn check_open(&self) -> Result<(), ControlError> {
        if self.shared().phase() >= Phase::Draining { Err(ControlError::Ending) } else { Ok(()) }
    }

    /// Hands an order to a shard; the answer comes by the channel.
    fn send<T>(
        &self,
        shard: ShardId,
        task: impl FnOnce(SyncSender<T>) -> Task,
    ) -> Result<Receiver<T>, ControlError> {
        let (answer, receiver) = sync_channel(1);
        let crawl = self.shared();
        let mut order = Order::new(task(answer), &crawl.outstanding);
        let since = Instant::now();
        loop {
            self.check_open()?;
            match crawl.control.orders.sender(shard).try_send(order) {
                Ok(()) => return Ok(receiver),
                Err(TrySendError::Closed(_)) => return Err(ControlError::Ending),
                Err(TrySendError::Full(back)) => order = back,
            }
            if since.elapsed() >= ANSWER_WAIT {
                return Err(ControlError::Busy { shard: shard.0, waited: since.elapsed() });
            }
            std::thread::sleep(POLL);
        }
    }

    /// Waits for the answer to an order.
    fn answer<T>(&self, shard: ShardId, receiver: &Receiver<T>) -> Result<T, ControlError> {
        let since = Instant::now();
        loop {
            match receiver.recv_timeout(POLL) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Disconnected) if self.check_open().is_ok() => {
                    return Err(ControlError::Restarted { shard: shard.0 });
                }
                Err(RecvTimeoutError::Disconnected) => return Err(ControlError::Ending),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.shared().phase() >= Phase::Stopping {
                return Err(ControlError::Ending);
            }
            if since.elapsed() >= ANSWER_WAIT {
                return Err(ControlError::Busy { shard: shard.0, waited: since.elapsed() });
            }
        }
    }

    /// Has a shard do something, and waits for its answer.
    fn ask<T>(
        &self,
        shard: ShardId,
        task: impl FnOnce(SyncSender<T>) -> Task,
    ) -> Result<T, ControlError> {
        let receiver = self.send(shard, task)?;
        self.answer(shard, &receiver)
    }

    fn shard_of(&self, host: HostHash) -> ShardId {
        host.slot().shard(self.shared().config.workers)
    }
}
