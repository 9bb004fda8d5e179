//! Lists of hosts.

use std::cmp::Reverse;
use std::ops::ControlFlow;

use crawler_frontier::{FrontierError, FrontierReader, HostSummary};
use crawler_url::{HostHash, HostKey};

use super::report::Judge;
use super::{HostReport, HostState};
use crate::clock;
use crate::control::ControlError;
use crate::handle::CrawlHandle;

/// Hosts in one answer.
const LIMIT_MAX: usize = 1_000;

/// Which hosts are wanted.
#[derive(Debug, Clone, Default)]
pub struct HostQuery {
    /// Which come first.
    pub sort: HostSort,
    /// Only these.
    pub state: Option<HostState>,
    /// Only those whose name contains this, whatever the case.
    pub contains: Option<String>,
    /// How many, from 1 to 1000.
    pub limit: usize,
    /// Where to go on, as the answer before said; only as stored.
    pub cursor: Option<String>,
}

/// In which order hosts are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HostSort {
    /// The longest queue first.
    #[default]
    Queued,
    /// The most responses first.
    Fetched,
    /// The most failures first.
    Errors,
    /// Of those with URLs the one that waits longest from now first.
    Wait,
    /// As stored: the only order that goes on without end.
    Stored,
}

/// A part of the list of hosts.
#[derive(Debug, Clone, PartialEq)]
pub struct HostList {
    /// In the order asked for.
    pub hosts: Vec<HostReport>,
    /// What to ask for the next part with, if there is one.
    pub next_cursor: Option<String>,
}

impl CrawlHandle {
    /// Hosts as of the last commit, about a second ago at most. As stored it reads until it has enough;
    /// any other order looks at all hosts once and keeps the first `limit`.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a cursor that no answer gave, [`ControlError::Ending`] when the
    /// store is closed, and when it cannot be read.
    pub fn hosts(&self, query: &HostQuery) -> Result<HostList, ControlError> {
        let crawl = self.shared();
        let guard = crawl.control.reader();
        let reader = guard.as_ref().ok_or(ControlError::Ending)?;
        let live = crawl.live.load();
        let judge =
            Judge { policies: &live.policies, shards: crawl.config.workers, now: clock::now() };
        let filter = Filter::new(query);
        let from = query.cursor.as_deref().map(read_cursor).transpose()?.unwrap_or(HostHash(0));
        let mut scan =
            Scan { reader, judge, filter, query, found: Vec::new(), next: None, failed: None };
        reader.for_each_host(from, &mut |host| scan.visit(host))?;
        scan.list(|host| crawl.control.operator.of(host))
    }

    /// One host as of the last commit; `None` when nothing is known of it.
    ///
    /// # Errors
    /// [`ControlError::Ending`] when the store is closed, and when it cannot be read.
    pub fn host(&self, host: &HostKey) -> Result<Option<HostReport>, ControlError> {
        let crawl = self.shared();
        let changes = crawl.control.operator.of(host);
        let guard = crawl.control.reader();
        let reader = guard.as_ref().ok_or(ControlError::Ending)?;
        let live = crawl.live.load();
        let judge =
            Judge { policies: &live.policies, shards: crawl.config.workers, now: clock::now() };
        let summary = match reader.host_summary(host.hash())? {
            Some(summary) => summary,
            // One that somebody decided about before it was met.
            None if changes.is_some() => HostSummary::unknown(host.hash()),
            None => return Ok(None),
        };
        Ok(Some(judge.report(&summary, host.clone(), changes)))
    }
}

/// Which hosts count.
struct Filter {
    state: Option<HostState>,
    contains: Option<String>,
}

impl Filter {
    fn new(query: &HostQuery) -> Self {
        let contains = query.contains.as_deref().filter(|text| !text.is_empty());
        Self { state: query.state, contains: contains.map(str::to_ascii_lowercase) }
    }

    fn lets_all_through(&self) -> bool {
        self.state.is_none() && self.contains.is_none()
    }

    fn fits(&self, host: &HostSummary, name: &HostKey, judge: &Judge<'_>) -> bool {
        self.contains.as_deref().is_none_or(|text| name.as_str().contains(text))
            && self.state.is_none_or(|state| judge.state(host, name) == state)
    }
}

/// One look at the hosts.
struct Scan<'a> {
    reader: &'a FrontierReader,
    judge: Judge<'a>,
    filter: Filter,
    query: &'a HostQuery,
    found: Vec<(u64, HostSummary)>,
    /// Where the next part of the list begins.
    next: Option<HostHash>,
    failed: Option<FrontierError>,
}

impl Scan<'_> {
    fn limit(&self) -> usize {
        self.query.limit.clamp(1, LIMIT_MAX)
    }

    fn visit(&mut self, host: HostSummary) -> ControlFlow<()> {
        let is_stored = self.query.sort == HostSort::Stored;
        match self.fits(&host) {
            Ok(true) => {}
            Ok(false) => return ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                return ControlFlow::Break(());
            }
        }
        if is_stored && self.found.len() == self.limit() {
            self.next = Some(host.hash);
            return ControlFlow::Break(());
        }
        let rank = self.rank(&host);
        if is_stored || rank > 0 || self.query.sort != HostSort::Wait {
            self.found.push((rank, host));
        }
        if !is_stored && self.found.len() >= 2 * self.limit() {
            self.keep_first();
        }
        ControlFlow::Continue(())
    }

    fn fits(&self, host: &HostSummary) -> Result<bool, FrontierError> {
        if self.filter.lets_all_through() {
            return Ok(true);
        }
        let name = self.name(host)?;
        Ok(name.is_some_and(|name| self.filter.fits(host, &name, &self.judge)))
    }

    /// The greater, the earlier in the list; 0 is not listed when waits are asked for.
    fn rank(&self, host: &HostSummary) -> u64 {
        match self.query.sort {
            HostSort::Queued => host.queued,
            HostSort::Fetched => host.totals.fetched,
            HostSort::Errors => u64::from(host.pace.spent.errors),
            HostSort::Wait if host.queued == 0 => 0,
            HostSort::Wait => self.judge.next_fetch_at(host).0.saturating_sub(self.judge.now.0),
            HostSort::Stored => 0,
        }
    }

    fn keep_first(&mut self) {
        let limit = self.limit();
        if self.found.len() > limit {
            self.found
                .select_nth_unstable_by_key(limit, |(rank, host)| (Reverse(*rank), host.hash));
            self.found.truncate(limit);
        }
    }

    fn name(&self, host: &HostSummary) -> Result<Option<HostKey>, FrontierError> {
        match &host.key {
            Some(key) => Ok(Some(key.clone())),
            None => self.reader.host_name(host.hash),
        }
    }

    fn list(
        mut self,
        changes: impl Fn(&HostKey) -> Option<crate::control::HostOverride>,
    ) -> Result<HostList, ControlError> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        if self.query.sort != HostSort::Stored {
            self.keep_first();
            self.found.sort_unstable_by_key(|(rank, host)| (Reverse(*rank), host.hash));
        }
        let mut hosts = Vec::with_capacity(self.found.len());
        for (_, host) in &self.found {
            if let Some(name) = self.name(host)? {
                let changes = changes(&name);
                hosts.push(self.judge.report(host, name, changes));
            }
        }
        Ok(HostList { hosts, next_cursor: self.next.map(|hash| format!("{:016x}", hash.0)) })
    }
}

fn read_cursor(text: &str) -> Result<HostHash, ControlError> {
    let hash = (text.len() == 16).then(|| u64::from_str_radix(text, 16).ok()).flatten();
    hash.map(HostHash).ok_or_else(|| ControlError::bad_cursor(text))
}
