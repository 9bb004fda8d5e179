//! The one place of this crate that reads the clock.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crawler_politeness::UnixMillis;

/// Milliseconds since the Unix epoch: the wall clock as it was at the first call, and steady from
/// there. A clock that is set back while a crawl runs must not make hosts due before their time.
pub(crate) fn now() -> UnixMillis {
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
