//! Whether this machine has lost its network, which looks as if all hosts had died at once.
//!
//! When many hosts in a row could not be reached and nothing has answered for a while, those that
//! answered last are tried: *witnesses*. If none of them takes a connection either, the network is
//! down. Until something answers again, each shard makes one fetch at a time, and what fails is no
//! fault of its host or URL: it is given back, and uses up no attempt.

use std::collections::{HashSet, VecDeque};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crawler_fetch::{FailureKind, Phase as FetchPhase};
use crawler_politeness::UnixMillis;
use crawler_url::HostHash;

use crate::clock;
use crate::phase::Phase;
use crate::shared::{Shared, locked};

/// Hosts that could not be reached since anything answered, before the network is suspected.
const HOSTS_MIN: usize = if cfg!(test) { 4 } else { 16 };
/// Time without any answer before the network is suspected.
const SILENCE_MIN: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 10_000 });
/// Addresses that are tried.
const WITNESSES_MAX: usize = 4;
/// How often a witness is taken note of.
const WITNESS_INTERVAL: Duration = Duration::from_millis(if cfg!(test) { 0 } else { 1_000 });
/// How long a witness may take for a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(3);
/// How long it is waited before the witnesses are tried again, and before a URL that was given back is.
pub(crate) const CHECK_INTERVAL: Duration =
    Duration::from_millis(if cfg!(test) { 20 } else { 10_000 });

/// What the shards find out about the network together.
#[derive(Debug, Default)]
pub(crate) struct NetworkWatch {
    is_down: AtomicBool,
    answered_at: AtomicU64,
    suspicion: Mutex<Suspicion>,
}

#[derive(Debug, Default)]
struct Suspicion {
    /// Could not be reached since something answered; at most [`HOSTS_MIN`].
    hosts: HashSet<HostHash>,
    /// Answered last, each with an address of its own.
    witnesses: VecDeque<SocketAddr>,
    is_checked: bool,
}

impl NetworkWatch {
    /// Whether nothing can be reached.
    pub(crate) fn is_down(&self) -> bool {
        self.is_down.load(Relaxed)
    }

    /// The same, for people.
    pub(crate) fn held(&self, now: UnixMillis) -> Option<String> {
        self.is_down().then(|| {
            let silence = now.saturating_sub(UnixMillis(self.answered_at.load(Relaxed)));
            let secs = silence.as_secs();
            format!("network: nothing has answered for {secs} s, nor the servers that did before")
        })
    }

    /// A server has answered.
    pub(crate) fn answered(&self, remote: SocketAddr, now: UnixMillis) {
        let before = UnixMillis(self.answered_at.swap(now.0, Relaxed));
        if !self.is_down() && now.saturating_sub(before) < WITNESS_INTERVAL {
            return;
        }
        let mut suspicion = locked(&self.suspicion);
        suspicion.hosts.clear();
        suspicion.witnesses.retain(|witness| witness.ip() != remote.ip());
        suspicion.witnesses.truncate(WITNESSES_MAX - 1);
        suspicion.witnesses.push_front(remote);
        self.is_down.store(false, Relaxed);
    }

    /// A host could not be reached; gives the witnesses to try, if it is time to.
    fn suspect(&self, host: HostHash, now: UnixMillis) -> Option<VecDeque<SocketAddr>> {
        let mut suspicion = locked(&self.suspicion);
        if suspicion.hosts.len() < HOSTS_MIN {
            suspicion.hosts.insert(host);
        }
        let silence = now.saturating_sub(UnixMillis(self.answered_at.load(Relaxed)));
        let is_time = suspicion.hosts.len() >= HOSTS_MIN
            && silence >= SILENCE_MIN
            && !suspicion.is_checked
            && !suspicion.witnesses.is_empty();
        suspicion.is_checked |= is_time;
        is_time.then(|| suspicion.witnesses.clone())
    }

    /// The witnesses were tried; tells whether to try them again.
    fn testify(&self, is_reached: bool, now: UnixMillis) -> bool {
        let mut suspicion = locked(&self.suspicion);
        let silence = now.saturating_sub(UnixMillis(self.answered_at.load(Relaxed)));
        // Something may have answered meanwhile.
        let is_down = !is_reached && silence >= SILENCE_MIN;
        let was_down = self.is_down.swap(is_down, Relaxed);
        if !is_down {
            suspicion.hosts.clear();
            suspicion.is_checked = false;
        }
        drop(suspicion);
        match (was_down, is_down) {
            (false, true) => tracing::warn!(
                "the network is down: no host can be reached, nor those that answered before; \
                 URLs wait until something answers"
            ),
            (true, false) => tracing::warn!("the network is back"),
            _ => {}
        }
        is_down
    }
}

impl Shared {
    /// Takes note that a fetch has failed; tells whether that is the network's fault.
    pub(crate) fn is_network_to_blame(self: &Arc<Self>, host: HostHash, kind: FailureKind) -> bool {
        let is_unreached = matches!(
            kind,
            FailureKind::Dns
                | FailureKind::Connect
                | FailureKind::Timeout(FetchPhase::Dns | FetchPhase::Connect)
        );
        if !is_unreached {
            return false;
        }
        if let Some(witnesses) = self.network.suspect(host, clock::now()) {
            let shared = Arc::clone(self);
            let check = move || check(&shared, &witnesses);
            let started = std::thread::Builder::new().name("network-check".to_owned()).spawn(check);
            if let Err(error) = started {
                tracing::warn!(%error, "cannot find out whether the network is down");
                self.network.testify(true, clock::now());
            }
        }
        self.network.is_down()
    }
}

/// Tries the witnesses until one takes a connection, something has answered or the crawl ends.
fn check(shared: &Shared, witnesses: &VecDeque<SocketAddr>) {
    loop {
        let reached =
            |witness: &SocketAddr| TcpStream::connect_timeout(witness, CONNECT_WAIT).is_ok();
        let is_reached = witnesses.iter().any(reached);
        if !shared.network.testify(is_reached, clock::now()) || shared.phase() >= Phase::Draining {
            return;
        }
        std::thread::sleep(CHECK_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITNESS: SocketAddr =
        SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1);

    fn host(n: usize) -> HostHash {
        HostHash(n as u64)
    }

    #[test]
    fn the_network_is_suspected_after_many_hosts_and_some_time() {
        let start = UnixMillis(1_000_000);
        let late = start + SILENCE_MIN;
        let watch = NetworkWatch::default();
        for n in 0..2 * HOSTS_MIN {
            assert_eq!(watch.suspect(host(n), late), None, "nothing ever answered");
        }
        watch.answered(WITNESS, start);
        for n in 0..HOSTS_MIN - 1 {
            assert_eq!(watch.suspect(host(n), late), None, "host {n}");
        }
        assert_eq!(watch.suspect(host(0), late), None, "the same host again");
        assert_eq!(watch.suspect(host(HOSTS_MIN), start), None, "too early");
        assert_eq!(watch.suspect(host(HOSTS_MIN), late), Some(VecDeque::from([WITNESS])));
        assert_eq!(watch.suspect(host(HOSTS_MIN), late), None, "a check is under way");
        assert!(!watch.is_down());
        assert!(watch.testify(false, late));
        assert!(watch.held(late).is_some());
        watch.answered(WITNESS, late);
        assert_eq!((watch.is_down(), watch.held(late)), (false, None));
        assert!(!watch.testify(false, late), "something answered meanwhile");
        for n in 0..HOSTS_MIN - 1 {
            assert_eq!(watch.suspect(host(n), late + SILENCE_MIN), None, "it begins anew");
        }
    }

    #[test]
    fn witnesses_are_few_and_different() {
        let watch = NetworkWatch::default();
        for n in 0..100_u8 {
            let remote = SocketAddr::from(([127, 0, 0, n % 10], u16::from(n)));
            watch.answered(remote, UnixMillis(1_000_000) + WITNESS_INTERVAL * u32::from(n));
        }
        let suspicion = locked(&watch.suspicion);
        let ips: HashSet<_> = suspicion.witnesses.iter().map(SocketAddr::ip).collect();
        assert_eq!((ips.len(), suspicion.witnesses.len()), (WITNESSES_MAX, WITNESSES_MAX));
        assert_eq!(suspicion.witnesses[0].port(), 99);
    }
}
