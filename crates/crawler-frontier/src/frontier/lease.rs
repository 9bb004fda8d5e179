//! Handing URLs out.

use super::Frontier;
use crate::candidate::Hops;
use crate::error::FrontierError;
use crate::host_queue::Best;
use crate::key::QueueKey;
use crate::record::{self, RecordBytes};
use crawler_politeness::UnixMillis;
use crawler_url::{Fingerprint, HostHash, WireUrl};
use std::time::Duration;

/// How soon a host that is due on disk is looked for again when memory had no room.
const ROOM_PAUSE: Duration = Duration::from_millis(100);

/// The right to fetch one URL now. Ends with [`Frontier::settle`] or [`Frontier::snooze`]; the URL
/// stays in the durable queue until then.
#[derive(Debug)]
pub struct Lease {
    /// The URL as it is to be requested.
    pub url: WireUrl,
    /// Fingerprint of its canonical form.
    pub fingerprint: Fingerprint,
    /// The page it was found on.
    pub via: Option<Box<str>>,
    /// Hops from a seed.
    pub depth: u16,
    /// Redirects followed in a row to get here.
    pub redirects: u8,
    /// Kinds of the hops from the seed.
    pub hops: Hops,
    /// Attempts made before, at most 255.
    pub attempts: u8,
    pub(super) key: QueueKey,
    pub(super) record: RecordBytes,
}

/// What there is to do.
#[derive(Debug)]
pub enum Next {
    /// Fetch this.
    Lease(Box<Lease>),
    /// Nothing before this time, unless URLs are admitted, a fetch ends, or a commit is reported.
    At(UnixMillis),
    /// No host is waiting for its time, but some have URLs that come to sight with the next
    /// commit: nothing before it is reported, unless URLs are admitted or a fetch ends.
    AwaitCommit,
    /// Nothing can be leased until URLs are admitted or a fetch ends.
    Empty,
}

/// What there is to do for one host.
#[derive(Debug)]
pub enum NextOf {
    /// This URL.
    Lease(Box<Lease>),
    /// Its URLs come to sight with the next commit.
    AwaitCommit,
    /// Nothing waits.
    Empty,
}

impl Frontier {
    /// Leases the best URL of the host that has been due longest. Reads from disk when the host's
    /// part in memory has run out, and the hosts whose time has come: some 20 µs, longer when the
    /// disk is asked.
    ///
    /// A host is leased from again when its fetch was released and its `next_fetch_at` has come;
    /// at once, if it may have more fetches going on.
    ///
    /// # Errors
    /// When the store cannot be read, or holds something else than was written.
    pub fn lease(&mut self, now: UnixMillis) -> Result<Next, FrontierError> {
        self.plan_lent();
        self.wake_parked(now)?;
        while let Some(idx) = self.due.pop(now) {
            let leased = self.lease_from(idx);
            // Back in its place, whatever came of it: a failed read may be tried again.
            self.plan(idx);
            if let Some(lease) = leased? {
                return Ok(Next::Lease(Box::new(lease)));
            }
        }
        Ok(self.next_event(now))
    }

    /// Leases the best URL of a host in memory, whether or not its time has come.
    ///
    /// # Errors
    /// When the store cannot be read, or holds something else than was written.
    pub fn lease_of(&mut self, host: HostHash) -> Result<NextOf, FrontierError> {
        let Some(idx) = self.hosts.idx(host) else { return Ok(NextOf::Empty) };
        if self.hosts.get(idx).is_none_or(|host| host.best() == Best::None) {
            return Ok(NextOf::Empty);
        }
        let leased = self.lease_from(idx);
        self.plan(idx);
        Ok(leased?.map_or(NextOf::AwaitCommit, |lease| NextOf::Lease(Box::new(lease))))
    }

    /// What a shard without work waits for.
    fn next_event(&mut self, now: UnixMillis) -> Next {
        // A host that is due but had no room comes in with the next sweep.
        let parked = self.parked.next_at().map(|at| at.max(now + ROOM_PAUSE));
        let at = [self.due.next_at(), parked].into_iter().flatten().min();
        match at {
            Some(at) => Next::At(at),
            None if !self.awaiting.is_empty()
                || self.parked.is_waiting()
                || !self.appended.is_empty() =>
            {
                Next::AwaitCommit
            }
            None => Next::Empty,
        }
    }

    /// The host's best URL; `None` if it waits for a commit.
    fn lease_from(&mut self, idx: u32) -> Result<Option<Lease>, FrontierError> {
        let Some(host) = self.hosts.get(idx) else { return Ok(None) };
        if let Best::Spilled { .. } = host.best() {
            self.refill(idx)?;
        }
        let Some(host) = self.hosts.get_mut(idx) else { return Ok(None) };
        let Some(front) = host.front().filter(|_| host.best() == Best::Buffered) else {
            self.awaiting.insert(idx);
            return Ok(None);
        };
        let key = QueueKey { host: host.hash(), class: front.class, seq: front.seq };
        let decoded = record::decode(&front.record);
        let decoded = decoded.map_err(|detail| self.reader.damaged_record(key, detail))?;
        if host.in_flight == 0 {
            self.sums.hosts_in_flight += 1;
        }
        let Some(waiting) = host.lease_front() else { return Ok(None) };
        Ok(Some(Lease {
            fingerprint: Fingerprint { host: key.host, url: decoded.fingerprint_url },
            url: decoded.url,
            via: decoded.via,
            depth: decoded.depth,
            redirects: decoded.redirects,
            hops: decoded.hops,
            attempts: decoded.attempts,
            key,
            record: waiting.record,
        }))
    }

    /// Reads the host's next URLs from disk, as far as they are committed.
    fn refill(&mut self, idx: u32) -> Result<(), FrontierError> {
        let buffer_urls_max = self.buffer_urls_max();
        let Some(host) = self.hosts.get_mut(idx) else { return Ok(()) };
        let Best::Spilled { class, read_from, spilled } = host.best() else { return Ok(()) };
        let last = host.scan_end(class, buffer_urls_max);
        let chunks =
            self.reader.scan_queue(host.hash(), class, read_from, last, buffer_urls_max)?;
        if chunks.is_empty() && host.spilled_number() <= self.committed {
            let (key, class) = (&host.key, class.number());
            let detail = format!(
                "host {key} counts {spilled} urls of class {class} from place {read_from} on, \
                 but there are none"
            );
            return Err(self.reader.damaged(detail));
        }
        host.refill(chunks);
        Ok(())
    }
}
