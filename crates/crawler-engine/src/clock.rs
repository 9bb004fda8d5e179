//! The one place of this crate that reads the clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crawler_politeness::UnixMillis;

/// Wall-clock time in milliseconds since the Unix epoch; 0 for clocks set before it.
pub(crate) fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// CPU time that the calling thread has used.
pub(crate) fn thread_cpu() -> Duration {
    let spec = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(spec.tv_sec).unwrap_or(0), u32::try_from(spec.tv_nsec).unwrap_or(0))
}
