//! What a shard owes the store writer, and the pages that wait for their outlinks' delivery.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};

use crawler_frontier::{Frontier, Ops, PageMemory};
use crawler_store::EncodedCapture;
use crawler_url::ShardId;

use super::settlement::{End, Settlement, count};
use super::{Shard, ShardError};
use crate::counters::Counters;
use crate::mesh::{Delivery, DeliveryState, Receipt};
use crate::shared::Shared;
use crate::writer::{ShardBatch, ToWriter};

/// How long settled work waits for company before it is sent to the writer.
const FLUSH_INTERVAL: Duration = Duration::from_millis(20);
/// Bytes of captures that are sent at once without waiting.
const FLUSH_BYTES: usize = 1 << 20;
/// Bytes that all shards may have under way to the writer before they lease no more.
const BACKLOG_BYTES_MAX: u64 = 48 << 20;
/// Bytes of captures that may wait here before this shard takes no more work. Little in this crate's
/// tests, so that whole crawls run against the limit.
const HELD_BYTES_MAX: usize = if cfg!(test) { 32 << 10 } else { 16 << 20 };
/// How often deliveries are looked at while pages wait for them.
const DELIVERY_POLL: Duration = Duration::from_millis(2);

/// Unsent work, in order.
pub(super) struct Ledger {
    shard: ShardId,
    to_writer: SyncSender<ToWriter>,
    captures: Vec<EncodedCapture>,
    skipped: Vec<Vec<u8>>,
    /// Rows of the crawl log.
    log: Vec<u8>,
    counters: Counters,
    /// URLs that are queued again, by the reason they had failed for.
    requeued: BTreeMap<String, u64>,
    bytes: usize,
    /// Frontier changes taken and not yet accepted by the writer.
    ops: Ops,
    /// Batches of links whose admission is in the unsent ops.
    receipts: Vec<Receipt>,
    /// Pages whose outlinks are under way to other shards, in the order they were fetched.
    waiting: VecDeque<(Vec<Delivery>, Settlement)>,
    waiting_bytes: usize,
    flushed_at: Instant,
}

impl Ledger {
    pub(super) fn new(shard: ShardId, to_writer: SyncSender<ToWriter>) -> Self {
        Self {
            shard,
            to_writer,
            captures: Vec::new(),
            skipped: Vec::new(),
            log: Vec::new(),
            counters: Counters::default(),
            requeued: BTreeMap::new(),
            bytes: 0,
            ops: Ops::default(),
            receipts: Vec::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            flushed_at: Instant::now(),
        }
    }

    /// The counts that go with the next batch.
    pub(super) fn counters(&mut self) -> &mut Counters {
        &mut self.counters
    }

    /// Where rows of the crawl log are added.
    pub(super) fn log(&mut self) -> &mut Vec<u8> {
        &mut self.log
    }

    /// Whether memory allows more URLs to be leased.
    fn has_room_to_lease(&self) -> bool {
        self.bytes + self.waiting_bytes < HELD_BYTES_MAX
    }

    /// Whether memory allows more links to be received. Waiting pages do not count: they wait for
    /// peers to receive, and two shards that both refused to would wait for ever.
    pub(super) fn has_room_to_receive(&self) -> bool {
        self.bytes < HELD_BYTES_MAX
    }

    /// Pages that wait for the delivery of their outlinks.
    pub(super) fn waiting_pages(&self) -> usize {
        self.waiting.len()
    }

    /// Adds a settled lease's output and counts; what is to be remembered of it comes back.
    pub(super) fn record(&mut self, end: End) -> Option<Box<PageMemory>> {
        count(&end, &mut self.counters);
        self.bytes += end.len();
        match end {
            End::Fetched { capture, memory, .. } => {
                self.captures.push(capture);
                return memory;
            }
            End::Skipped { row, .. } | End::Failed { row, .. } => self.skipped.push(row),
            End::Retry | End::GivenBack => {}
        }
        None
    }

    /// Adds a URL that was discovered and skipped without ever being queued.
    pub(super) fn record_unqueued(&mut self, reason: &'static str, row: Vec<u8>) {
        self.counters.discovered += 1;
        self.counters.skip(reason);
        self.bytes += row.len();
        self.skipped.push(row);
    }

    /// A URL that had failed for `reason` is queued again.
    pub(super) fn count_requeued(&mut self, reason: String) {
        *self.requeued.entry(reason).or_default() += 1;
    }

    /// Adds rows about links that never became URLs of the crawl.
    pub(super) fn list_refused(&mut self, rows: Vec<Vec<u8>>) {
        self.bytes += rows.iter().map(Vec::len).sum::<usize>();
        self.skipped.extend(rows);
    }

    /// The sender of a batch is told that it is admitted once its URLs are with the writer.
    pub(super) fn owe_receipt(&mut self, receipt: Receipt) {
        self.receipts.push(receipt);
    }

    /// Keeps a page back until all `deliveries` are admitted.
    pub(super) fn wait_for(&mut self, deliveries: Vec<Delivery>, settlement: Settlement) {
        self.waiting_bytes += settlement.end.len();
        self.waiting.push_back((deliveries, settlement));
    }

    /// The next waiting page whose deliveries are decided, oldest first.
    fn next_delivered(&mut self) -> Option<(DeliveryState, Settlement)> {
        let (deliveries, _) = self.waiting.front()?;
        let state = combined(deliveries);
        if state == DeliveryState::Pending {
            return None;
        }
        let (_, settlement) = self.waiting.pop_front()?;
        self.waiting_bytes -= settlement.end.len();
        Some((state, settlement))
    }

    pub(super) fn patience(&self) -> Duration {
        let unsent =
            !self.captures.is_empty() || !self.skipped.is_empty() || !self.receipts.is_empty();
        let flush = if unsent { FLUSH_INTERVAL } else { Duration::MAX };
        if self.waiting.is_empty() { flush } else { flush.min(DELIVERY_POLL) }
    }

    fn is_due(&self) -> bool {
        self.bytes >= FLUSH_BYTES || self.flushed_at.elapsed() >= FLUSH_INTERVAL
    }

    /// Everything unsent; the receipts stay until the writer has it.
    fn take_batch(&mut self, frontier: &mut Frontier) -> Box<ShardBatch> {
        let mut ops = std::mem::take(&mut self.ops);
        ops.merge(frontier.take_ops());
        Box::new(ShardBatch {
            shard: self.shard,
            captures: std::mem::take(&mut self.captures),
            skipped: std::mem::take(&mut self.skipped),
            bytes: std::mem::take(&mut self.bytes) as u64 + self.log.len() as u64,
            log: std::mem::take(&mut self.log),
            ops,
            counters: std::mem::take(&mut self.counters),
            requeued: std::mem::take(&mut self.requeued),
        })
    }

    fn take_back(&mut self, batch: ShardBatch) {
        self.captures = batch.captures;
        self.skipped = batch.skipped;
        self.log = batch.log;
        self.ops = batch.ops;
        self.counters = batch.counters;
        self.requeued = batch.requeued;
        self.bytes = (batch.bytes as usize).saturating_sub(self.log.len());
    }

    /// After the writer has a batch: its pages are spent, its links are safe.
    fn sent(&mut self, pages: u64, shared: &Shared) {
        shared.budget.spend(pages);
        shared.gauges[usize::from(self.shard.0)].reserved.fetch_sub(pages, SeqCst);
        self.receipts.drain(..).for_each(Receipt::admitted);
        self.flushed_at = Instant::now();
    }

    /// Sends everything at the end of the thread's life, waiting for the writer if need be.
    pub(super) fn flush_blocking(
        &mut self,
        frontier: &mut Frontier,
        shared: &Shared,
    ) -> Result<(), ShardError> {
        let batch = self.take_batch(frontier);
        let pages = batch.counters.fetched;
        shared.writer.backlog_bytes.fetch_add(batch.bytes, Relaxed);
        self.to_writer.send(ToWriter::Batch(batch)).map_err(|_| ShardError::WriterGone)?;
        self.sent(pages, shared);
        Ok(())
    }
}

/// Lost if any is lost, else pending if any is pending.
pub(super) fn combined(deliveries: &[Delivery]) -> DeliveryState {
    let mut state = DeliveryState::Admitted;
    for delivery in deliveries {
        match delivery.state() {
            DeliveryState::Lost => return DeliveryState::Lost,
            DeliveryState::Pending => state = DeliveryState::Pending,
            DeliveryState::Admitted => {}
        }
    }
    state
}

impl Shard {
    /// Settles the pages whose outlinks have arrived; gives those back whose links were lost with
    /// a shard, so that the links are found again.
    pub(super) fn settle_delivered(&mut self) {
        while let Some((state, settlement)) = self.ledger.next_delivered() {
            if state == DeliveryState::Lost {
                self.outboxes.forget_recent();
                self.settle(Settlement::of(settlement.lease, End::GivenBack));
            } else {
                self.settle(settlement);
            }
        }
    }

    /// Sends settled work to the writer when it is worth it, or at once when nothing else is
    /// going on. A full channel leaves everything here for the next turn.
    pub(super) fn flush_ledger(&mut self, idle: bool) -> Result<(), ShardError> {
        if !(self.ledger.is_due() || idle) {
            return Ok(());
        }
        let batch = self.ledger.take_batch(&mut self.frontier);
        if batch.is_empty() {
            // Links that were all known need no write to be safe.
            self.ledger.sent(0, &self.shared);
            self.orders.handed_over(batch.ops.number(), true);
            return Ok(());
        }
        let (pages, bytes) = (batch.counters.fetched, batch.bytes);
        let number = batch.ops.number();
        // Counted before the writer can have it: it counts down when it is done.
        let backlog = &self.shared.writer.backlog_bytes;
        backlog.fetch_add(bytes, Relaxed);
        match self.ledger.to_writer.try_send(ToWriter::Batch(batch)) {
            Ok(()) => {
                self.ledger.sent(pages, &self.shared);
                self.orders.handed_over(number, false);
            }
            Err(TrySendError::Full(ToWriter::Batch(batch))) => {
                backlog.fetch_sub(bytes, Relaxed);
                self.ledger.take_back(*batch);
            }
            Err(_) => return Err(ShardError::WriterGone),
        }
        Ok(())
    }

    /// Whether more work may be begun: the writer keeps up and so do the peers.
    pub(super) fn has_room(&self) -> bool {
        self.ledger.has_room_to_lease()
            && self.frontier.has_room()
            && self.outboxes.has_room()
            && self.heavy.has_room()
            && self.shared.writer.has_room(BACKLOG_BYTES_MAX)
    }
}
