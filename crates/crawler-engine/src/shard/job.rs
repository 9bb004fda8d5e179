//! Fetches in flight: tasks on the shard's thread that know nothing of the shard.

use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use crawler_fetch::{
    Connection, FailureKind, FetchFailure, FetchRequest, Fetcher, Response, Timings, Validators,
};
use crawler_frontier::{Lease, PageMemory};
use crawler_politeness::{DomainPermit, DomainPlace, IpLimits, IpPermit, IpPlace, UnixMillis};
use crawler_url::WireUrl;
use http::HeaderValue;
use tokio::sync::mpsc;

use super::heavy::read_ahead;
use super::idle::RestedAt;
use super::listed::{Unpacked, Wanted};
use super::robots::{RobotsReply, fetch_robots};
use crate::clock;
use crate::throughput::Throughput;

/// Addresses of a host that are tried in turn when one cannot be reached.
const ADDRESSES_MAX: usize = 3;

/// Fetches in flight, and how their ends come back.
pub(super) struct InFlight {
    jobs: HashMap<JobId, Running>,
    next: u64,
    report: mpsc::Sender<JobDone>,
    reports: mpsc::Receiver<JobDone>,
}

/// A number for each job of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct JobId(u64);

/// What the shard keeps of a running fetch.
pub(super) struct Running {
    pub(super) lease: Lease,
    pub(super) errand: ErrandKind,
    /// What an earlier generation knew of the page.
    pub(super) memory: Option<PageMemory>,
    pub(super) since: RestedAt,
}

/// A fetch that has ended, however.
pub(super) struct JobDone {
    pub(super) id: JobId,
    pub(super) outcome: JobOutcome,
    /// To be kept for the host's next fetch.
    pub(super) connection: Option<Connection>,
    /// The page's body, if it was unpacked already.
    pub(super) ahead: Option<Box<Unpacked>>,
}

/// What came of a job.
pub(super) enum JobOutcome {
    /// A request for the leased URL was made.
    Page { result: Result<Box<Response>, FetchFailure>, timings: Timings },
    /// robots.txt was asked for first; the lease is still to be served.
    Robots { reply: RobotsReply, timings: Box<Timings> },
    /// The IP address or the domain has enough requests.
    AddressBusy(Busy),
    /// The task panicked.
    Panicked,
}

impl JobOutcome {
    /// How long the parts of its requests took, as far as it is known.
    pub(super) fn timings(&self) -> Timings {
        match self {
            Self::Page { timings, .. } => *timings,
            Self::Robots { timings, .. } => **timings,
            Self::AddressBusy(_) | Self::Panicked => Timings::default(),
        }
    }
}

/// When a lease may be tried again, and what to show then.
pub(super) struct Busy {
    pub(super) until: UnixMillis,
    pub(super) places: Places,
}

/// A host's places in the lines for its domain and for its address.
#[derive(Clone, Copy, Default)]
pub(super) struct Places {
    domain: Option<DomainPlace>,
    address: Option<IpPlace>,
}

/// What a job needs of the process.
#[derive(Clone)]
pub(super) struct Network {
    pub(super) fetcher: Rc<Fetcher>,
    pub(super) ip_limits: Arc<IpLimits>,
    pub(super) throughput: Arc<Throughput>,
}

/// What a running fetch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrandKind {
    Page,
    Robots,
}

/// What a job is to do.
pub(super) enum Errand {
    Page(Particulars),
    Robots(Places),
}

/// What makes a request different from others for the same URL.
#[derive(Default)]
pub(super) struct Particulars {
    pub(super) validators: Option<Validators>,
    /// In place of the limit for pages.
    pub(super) body_bytes_max: Option<u64>,
    pub(super) cookies: Option<HeaderValue>,
    pub(super) places: Places,
    /// What the body may be besides a page.
    pub(super) listing: Option<Wanted>,
}

impl InFlight {
    pub(super) fn new(jobs_max: usize) -> Self {
        // Each job reports once, so that a report always finds room.
        let (report, reports) = mpsc::channel(jobs_max);
        Self { jobs: HashMap::with_capacity(jobs_max), next: 0, report, reports }
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Gives up what is still running.
    pub(super) fn clear(&mut self) {
        self.jobs.clear();
    }

    pub(super) fn leases(&self) -> impl Iterator<Item = &Lease> {
        self.jobs.values().map(|running| &running.lease)
    }

    pub(super) fn urls(&self) -> impl Iterator<Item = &str> {
        self.jobs.values().map(|running| running.lease.url.as_str())
    }

    /// Starts a task for `running`.
    pub(super) fn start(
        &mut self,
        running: Running,
        errand: Errand,
        connection: Option<Connection>,
        network: Network,
    ) {
        let id = JobId(self.next);
        self.next += 1;
        let url = running.lease.url.clone();
        self.jobs.insert(id, running);
        let report = Report {
            id,
            to: self.report.clone(),
            outcome: JobOutcome::Panicked,
            connection: None,
            ahead: None,
        };
        tokio::task::spawn_local(run_job(url, errand, connection, network, report));
    }

    /// The next end of a job; pends while none has ended.
    pub(super) async fn ended(&mut self) -> Option<JobDone> {
        self.reports.recv().await
    }

    pub(super) fn try_ended(&mut self) -> Option<JobDone> {
        self.reports.try_recv().ok()
    }

    pub(super) fn remove(&mut self, id: JobId) -> Option<Running> {
        self.jobs.remove(&id)
    }
}

/// Reports a job's end when it is dropped, so that even a panicking task reports.
struct Report {
    id: JobId,
    to: mpsc::Sender<JobDone>,
    outcome: JobOutcome,
    connection: Option<Connection>,
    ahead: Option<Box<Unpacked>>,
}

impl Drop for Report {
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.outcome, JobOutcome::Panicked);
        let (connection, ahead) = (self.connection.take(), self.ahead.take());
        let done = JobDone { id: self.id, outcome, connection, ahead };
        // Fails only when the shard itself is gone, and with it the wish to know.
        let _ = self.to.try_send(done);
    }
}

async fn run_job(
    url: WireUrl,
    errand: Errand,
    connection: Option<Connection>,
    network: Network,
    mut report: Report,
) {
    let (outcome, connection) = match errand {
        Errand::Robots(places) => fetch_robots(&url, places, connection, &network).await,
        Errand::Page(particulars) => {
            let listing = particulars.listing;
            let (outcome, connection) = fetch(url, particulars, connection, &network).await;
            if let Some(wanted) = listing {
                report.ahead = read_ahead(&outcome, wanted).await;
            }
            (outcome, connection)
        }
    };
    report.outcome = outcome;
    report.connection = connection;
}

/// One request, under the address policy and the limits per address and domain.
pub(super) async fn fetch(
    url: WireUrl,
    particulars: Particulars,
    connection: Option<Connection>,
    network: &Network,
) -> (JobOutcome, Option<Connection>) {
    let connection = connection.and_then(|mut open| open.is_open().then_some(open));
    let (addrs, dns) = match addresses(&url, connection.as_ref(), network).await {
        Ok(found) => found,
        Err(failure) => {
            return (JobOutcome::Page { result: Err(failure), timings: Timings::default() }, None);
        }
    };
    let places = particulars.places;
    let mut domain = match network.throughput.reserve_domain(&url, clock::now(), places.domain) {
        Ok(permit) => permit,
        Err(place) => {
            let places = Places { domain: Some(place), ..places };
            let busy = Busy { until: place.turn_at(), places };
            return (JobOutcome::AddressBusy(busy), connection);
        }
    };
    let mut connection = connection;
    let mut last = None;
    for ip in addrs.into_iter().take(ADDRESSES_MAX) {
        let _permit: Option<IpPermit> = match reserve(&url, ip, network, places.address) {
            Ok(permit) => permit,
            // What was tried before may be told; else the lease waits for its turn.
            Err(place) => {
                let outcome = last.unwrap_or_else(|| {
                    let domain = domain.take().map(DomainPermit::cancel);
                    let places = Places { domain, address: Some(place) };
                    JobOutcome::AddressBusy(Busy { until: place.turn_at(), places })
                });
                return (outcome, connection);
            }
        };
        // One address at a time, so that each request is made under its own permit.
        let request = FetchRequest {
            url: url.clone(),
            addrs: vec![ip],
            validators: particulars.validators.clone(),
            body_bytes_max: particulars.body_bytes_max,
            cookies: particulars.cookies.clone(),
        };
        let fetched = network.fetcher.fetch(&request, connection.take()).await;
        let unreached = matches!(&fetched.outcome, Err(failure) if failure.kind.is_unreached());
        let timings = Timings { dns, ..fetched.timings };
        let outcome = JobOutcome::Page { result: fetched.outcome, timings };
        if !unreached {
            return (outcome, fetched.connection);
        }
        last = Some(outcome);
    }
    let none = FetchFailure {
        kind: FailureKind::DnsNoSuchHost,
        detail: "the name has no address".to_owned(),
    };
    let none =
        JobOutcome::Page { result: Err(none), timings: Timings { dns, ..Timings::default() } };
    (last.unwrap_or(none), None)
}

/// A permit for the address, unless it is not the server's.
fn reserve(
    url: &WireUrl,
    ip: IpAddr,
    network: &Network,
    place: Option<IpPlace>,
) -> Result<Option<IpPermit>, IpPlace> {
    if network.fetcher.is_looked_up_elsewhere(url.host()) {
        return Ok(None);
    }
    network.ip_limits.try_reserve(ip, clock::now(), place).map(Some)
}

async fn addresses(
    url: &WireUrl,
    connection: Option<&Connection>,
    network: &Network,
) -> Result<(Vec<IpAddr>, std::time::Duration), FetchFailure> {
    if let Some(open) = connection {
        return Ok((vec![open.remote().ip()], std::time::Duration::ZERO));
    }
    let resolved = network.fetcher.resolve(url.host()).await?;
    Ok((resolved.addrs, resolved.dns))
}
