//! Name look-up: hosts file, own cache, look-ups in flight shared by all who wait for them.

mod cache;
mod resolver;
#[cfg(test)]
mod tests;

use crate::failure::{FailureKind, FetchFailure};
use crate::setup::FetchSetupError;
use cache::DnsCache;
use resolver::SystemResolver;
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// What a look-up came to. Cheap to clone.
pub(crate) type Answer = Result<Rc<[IpAddr]>, FetchFailure>;

/// The look-ups of one fetcher.
pub(crate) struct Dns {
    resolver: SystemResolver,
    cache: RefCell<DnsCache>,
    in_flight: RefCell<HashMap<Box<str>, watch::Receiver<Option<Answer>>>>,
}

impl Dns {
    pub(crate) fn new(servers: &[SocketAddr]) -> Result<Self, FetchSetupError> {
        Ok(Self {
            resolver: SystemResolver::new(servers)?,
            cache: RefCell::new(DnsCache::new(cache::ENTRIES_MAX)),
            in_flight: RefCell::new(HashMap::new()),
        })
    }

    /// Addresses of `host`, which is no IP literal.
    pub(crate) async fn addresses(&self, host: &str) -> Answer {
        if is_localhost(host) {
            return Ok(Rc::new([Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]));
        }
        loop {
            if let Some(answer) = self.cache.borrow().find(host, Instant::now()) {
                return answer;
            }
            let in_flight = self.in_flight.borrow().get(host).cloned();
            let Some(mut in_flight) = in_flight else {
                return self.look_up(host).await;
            };
            if let Ok(answer) = in_flight.wait_for(Option::is_some).await
                && let Some(answer) = answer.clone()
            {
                return answer;
            }
            // Whoever looked it up was cancelled: start again.
        }
    }

    async fn look_up(&self, host: &str) -> Answer {
        let (sender, receiver) = watch::channel(None);
        self.in_flight.borrow_mut().insert(host.into(), receiver);
        let _landed = Landing { dns: self, host };
        let (answer, ttl) = match self.resolver.look_up(host).await {
            Ok((addrs, ttl)) => (Ok(addrs), ttl.clamp(cache::TTL_MIN, cache::TTL_MAX)),
            Err(failure) => {
                let ttl = failure_ttl(&failure);
                (Err(failure), ttl)
            }
        };
        let says_nothing = |failure: &FetchFailure| failure.kind == FailureKind::TooManyOpenFiles;
        if !answer.as_ref().is_err_and(says_nothing) {
            self.cache.borrow_mut().insert(host.into(), answer.clone(), Instant::now(), ttl);
        }
        // Nobody may be waiting.
        let _ = sender.send(Some(answer.clone()));
        answer
    }
}

/// Takes a look-up off the list of those in flight, also when it is cancelled.
struct Landing<'a> {
    dns: &'a Dns,
    host: &'a str,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.dns.in_flight.borrow_mut().remove(self.host);
    }
}

fn failure_ttl(failure: &FetchFailure) -> Duration {
    if failure.retryable() { cache::FAILURE_TTL } else { cache::NEGATIVE_TTL }
}

/// RFC 6761 6.3: such names are the loopback addresses, whatever a name server says.
fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last_label = host.rsplit('.').next().unwrap_or(host);
    last_label.eq_ignore_ascii_case("localhost")
}
