//! Orders about the queue of one host.

use std::sync::atomic::Ordering::SeqCst;
use std::sync::mpsc::SyncSender;
use std::time::SystemTime;

use crawler_frontier::{FrontierError, Lease, NextOf, Summoned};
use crawler_politeness::FailureRun;
use crawler_store::{SkippedRow, encode_skipped};
use crawler_url::HostHash;

use super::Shard;
use super::orders::Step;
use crate::clock;
use crate::control::{Dropped, FailedUrl, REQUEUED, Task};

/// URLs ended in one turn, to bound its CPU time.
const DROPS_PER_TURN_MAX: usize = 256;
/// Why a URL is skipped whose host an operator has emptied.
const HOST_DROPPED: &str = "host_dropped";

/// A host whose queue is being emptied.
pub(super) struct Emptying {
    pub(super) host: HostHash,
    pub(super) left: u64,
    pub(super) dropped: u64,
    pub(super) answer: SyncSender<Dropped>,
}

impl Shard {
    /// Ends some of a host's URLs without a request.
    pub(super) fn drop_some(&mut self, mut work: Emptying) -> Result<Step, FrontierError> {
        if self.frontier.summon(work.host)? == Summoned::Away {
            return Ok(Step::Drop(work));
        }
        for _ in 0..DROPS_PER_TURN_MAX {
            if !self.ledger.has_room_to_receive() {
                break;
            }
            let next =
                if work.left == 0 { NextOf::Empty } else { self.frontier.lease_of(work.host)? };
            match next {
                NextOf::Lease(lease) => self.drop_lease(*lease),
                NextOf::AwaitCommit => break,
                NextOf::Empty => {
                    let told = Dropped { urls: work.dropped, more: work.left == 0 };
                    return Ok(self.when_committed(work.answer, told));
                }
            }
            work.left -= 1;
            work.dropped += 1;
        }
        Ok(Step::Drop(work))
    }

    fn drop_lease(&mut self, lease: Lease) {
        // As if it had been leased in its turn: the settlement gives both back.
        self.shared.budget.overdraw();
        self.gauges().reserved.fetch_add(1, SeqCst);
        self.hosts.entry(lease.fingerprint.host).leases_open += 1;
        self.skip(lease, HOST_DROPPED, None);
    }

    /// Queues failed URLs of a host again.
    pub(super) fn requeue(
        &mut self,
        host: HostHash,
        failed: Vec<FailedUrl>,
        answer: SyncSender<u64>,
    ) -> Result<Step, FrontierError> {
        match self.frontier.summon(host)? {
            Summoned::Here => {}
            Summoned::Away => return Ok(Step::Again(Task::Requeue { host, failed, answer })),
            // None of its URLs can have failed in this frontier.
            Summoned::Unknown => return Ok(self.when_committed(answer, 0)),
        }
        let (mut links, mut rows) = (Vec::new(), Vec::new());
        for FailedUrl { link, reason } in failed {
            self.ledger.count_requeued(reason);
            let row = SkippedRow {
                url: link.url.as_str(),
                reason: REQUEUED,
                detail: None,
                via: link.via.as_deref(),
                depth: link.depth,
                attempts: 0,
            };
            rows.push(encode_skipped(&row, SystemTime::now()));
            links.push(link);
        }
        let now = clock::now();
        let n = self.frontier.readmit(host, links, now);
        self.accounted += i64::try_from(n).unwrap_or(i64::MAX);
        self.ledger.list_refused(rows);
        self.trust_again(host);
        self.count_outstanding();
        Ok(self.when_committed(answer, n))
    }

    /// The operator says that the host answers again.
    fn trust_again(&mut self, host: HostHash) {
        self.hosts.entry(host).forget_closed();
        let Some(name) = self.frontier.host_key(host) else { return };
        let policies = &self.live.policies;
        let config = &policies.get(policies.rule_of(host, name.host())).pace;
        if let Some(pace) = self.frontier.pace(host) {
            pace.failures = FailureRun::default();
            pace.hasten(clock::now(), config);
        }
    }

    /// Has something to commit: the row of a host.
    pub(super) fn touch(
        &mut self,
        host: HostHash,
        answer: SyncSender<()>,
    ) -> Result<Step, FrontierError> {
        if self.frontier.summon(host)? == Summoned::Away {
            return Ok(Step::Again(Task::Touch(host, answer)));
        }
        self.frontier.pace(host);
        Ok(self.when_committed(answer, ()))
    }
}
