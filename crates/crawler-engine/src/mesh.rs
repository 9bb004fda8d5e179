//! Channels between shards: bounded, in batches, and never awaited.
//!
//! A batch whose receiver drops it without admitting it (a shard that panicked) is reported as
//! lost to its sender, which then gives the pages back that the links came from.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crawler_frontier::Candidate;
use crawler_url::{ShardCount, ShardId};
use tokio::sync::{Mutex, mpsc};

use crate::outstanding::{Outstanding, WorkGuard};

/// Batches that wait in one inbox before senders keep theirs.
const INBOX_BATCHES_MAX: usize = 64;

/// One inbox for each shard. The receiving halves outlive a shard's thread, so that a restarted
/// shard finds what was sent to it in the meantime.
#[derive(Debug)]
pub(crate) struct Mesh {
    senders: Vec<mpsc::Sender<HandOff>>,
    inboxes: Vec<Arc<Mutex<mpsc::Receiver<HandOff>>>>,
}

impl Mesh {
    pub(crate) fn new(shards: ShardCount) -> Self {
        let (senders, inboxes) = (0..shards.get())
            .map(|_| {
                let (sender, receiver) = mpsc::channel(INBOX_BATCHES_MAX);
                (sender, Arc::new(Mutex::new(receiver)))
            })
            .unzip();
        Self { senders, inboxes }
    }

    /// Where batches for `shard` go.
    pub(crate) fn sender(&self, shard: ShardId) -> &mpsc::Sender<HandOff> {
        &self.senders[usize::from(shard.0)]
    }

    /// The inbox of `shard`; its thread keeps it locked for as long as it lives.
    pub(crate) fn inbox(&self, shard: ShardId) -> Arc<Mutex<mpsc::Receiver<HandOff>>> {
        Arc::clone(&self.inboxes[usize::from(shard.0)])
    }
}

/// A batch of discovered URLs on its way to the shard that owns their hosts.
#[derive(Debug)]
pub(crate) struct HandOff {
    pub(crate) links: Vec<Candidate>,
    pub(crate) receipt: Receipt,
}

impl HandOff {
    /// A batch and the sender's view of its delivery.
    pub(crate) fn new(links: Vec<Candidate>, outstanding: &Outstanding) -> (Self, Delivery) {
        let state = Arc::new(AtomicU8::new(PENDING));
        let receipt = Receipt { state: Arc::clone(&state), _guard: outstanding.guard() };
        (Self { links, receipt }, Delivery(state))
    }
}

const PENDING: u8 = 0;
const ADMITTED: u8 = 1;
const LOST: u8 = 2;

/// The receiver's duty to say that a batch's links are on their way to the store. Dropped
/// without that, it says that they are lost.
#[derive(Debug)]
pub(crate) struct Receipt {
    state: Arc<AtomicU8>,
    _guard: WorkGuard,
}

impl Receipt {
    pub(crate) fn admitted(self) {
        self.state.store(ADMITTED, Ordering::Release);
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        let _ = self.state.compare_exchange(PENDING, LOST, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// How far a batch has come, as its sender sees it.
#[derive(Debug, Clone)]
pub(crate) struct Delivery(Arc<AtomicU8>);

/// The states of a [`Delivery`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    Pending,
    Admitted,
    Lost,
}

impl Delivery {
    pub(crate) fn state(&self) -> DeliveryState {
        match self.0.load(Ordering::Acquire) {
            PENDING => DeliveryState::Pending,
            ADMITTED => DeliveryState::Admitted,
            _ => DeliveryState::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DeliveryState, HandOff};
    use crate::outstanding::Outstanding;

    #[test]
    fn a_batch_counts_as_work_until_it_is_admitted() {
        let outstanding = Outstanding::default();
        let (batch, delivery) = HandOff::new(Vec::new(), &outstanding);
        assert_eq!(delivery.state(), DeliveryState::Pending);
        assert!(!outstanding.is_zero());
        batch.receipt.admitted();
        assert_eq!(delivery.state(), DeliveryState::Admitted);
        assert!(outstanding.is_zero());
    }

    #[test]
    fn a_dropped_batch_is_reported_lost() {
        let outstanding = Outstanding::default();
        let (batch, delivery) = HandOff::new(Vec::new(), &outstanding);
        drop(batch);
        assert_eq!(delivery.state(), DeliveryState::Lost);
        assert!(outstanding.is_zero());
    }
}
