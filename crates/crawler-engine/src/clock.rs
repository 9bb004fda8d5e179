//! The one place of this crate that reads the clock.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crawler_politeness::UnixMillis;

/// How far the crawl's time is ahead of the machine's, in milliseconds.
static AHEAD: AtomicU64 = AtomicU64::new(0);
/// A clock set back by less is not worth a word: time servers do so now and then.
const WORTH_TELLING: Duration = Duration::from_secs(60);

/// Milliseconds since the Unix epoch: the wall clock as it was at the first call, and steady from
/// there. A clock that is set back while a crawl runs must not make hosts due before their time.
pub(crate) fn now() -> UnixMillis {
    UnixMillis(steady().0.saturating_add(AHEAD.load(Relaxed)))
}

/// Has the time of a crawl go on from its last commit, if the machine's clock was set back since:
/// everything it keeps times of (hosts, robots rules, addresses) would have to wait for the clock to
/// come there again.
pub(crate) fn go_on_from(last_commit: UnixMillis) {
    let behind = last_commit.0.saturating_sub(now().0);
    AHEAD.fetch_add(behind, Relaxed);
    if Duration::from_millis(behind) >= WORTH_TELLING {
        tracing::warn!(
            secs = behind / 1000,
            "the clock is behind the crawl's last commit: was it set back? The crawl's own time \
             goes on from that commit"
        );
    }
}

fn steady() -> UnixMillis {
    static START: OnceLock<(Instant, Duration)> = OnceLock::new();
    let (started, wall) = START.get_or_init(|| {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        (Instant::now(), wall)
    });
    UnixMillis(u64::try_from((*wall + started.elapsed()).as_millis()).unwrap_or(u64::MAX))
}

/// CPU time that the calling thread has used.
pub(crate) fn thread_cpu() -> Duration {
    let spec = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(spec.tv_sec).unwrap_or(0), u32::try_from(spec.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_crawl_never_goes_back() {
        let before = now();
        go_on_from(UnixMillis(before.0.saturating_sub(3_600_000)));
        assert!(now().0 < before.0 + 3_600_000, "a commit of the past changes nothing");
        let later = UnixMillis(now().0 + 2_000);
        go_on_from(later);
        assert!(now() >= later);
    }
}
