//! How many files and sockets this process may have open, and how they are shared out.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Idle connections that a shard keeps open, where there is no want of open files.
const IDLE_MAX: usize = 512;
/// What is left to the store, the frontier and the runtimes: a quarter, but within these bounds.
const OWN_FILES_MIN: u64 = 32;
const OWN_FILES_MAX: u64 = 1024;

/// Open files shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileShares {
    /// Fetches in flight at once over all shards: each has a socket.
    pub(crate) fetches: u32,
    /// Idle connections that one shard keeps open.
    pub(crate) idle_per_shard: usize,
}

/// Raises the process's own limit as far as it may, and tells it; `None` is without limit.
pub(crate) fn raise_limit() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::debug!(%error, "limit of open files not raised");
            current
        }
    }
}

/// Shares `limit` out to at most `fetches` fetches and the idle connections of `shards` shards.
pub(crate) fn share(limit: Option<u64>, fetches: u32, shards: u16) -> FileShares {
    let Some(limit) = limit else { return FileShares { fetches, idle_per_shard: IDLE_MAX } };
    let own = (limit / 4).clamp(OWN_FILES_MIN, OWN_FILES_MAX);
    let sockets = limit.saturating_sub(own);
    let least = u64::from(shards);
    let fetches = u64::from(fetches).min((sockets / 3 * 2).max(least)) as u32;
    let idle = sockets.saturating_sub(u64::from(fetches)) / u64::from(shards.max(1));
    FileShares { fetches, idle_per_shard: usize::try_from(idle).unwrap_or(IDLE_MAX).min(IDLE_MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_shared_out_and_never_beyond_the_limit() {
        for (limit, fetches, shards, expected) in [
            (None, 512, 2, (512, 512)),
            (Some(1_048_576), 512, 2, (512, 512)),
            (Some(4096), 512, 4, (512, 512)),
            (Some(1024), 512, 2, (512, 128)),
            (Some(256), 512, 2, (128, 32)),
            (Some(64), 512, 2, (20, 6)),
            (Some(64), 4, 2, (4, 14)),
            (Some(1), 512, 3, (3, 0)),
        ] {
            let FileShares { fetches, idle_per_shard } = share(limit, fetches, shards);
            assert_eq!((fetches, idle_per_shard), expected, "{limit:?}");
        }
    }

    #[test]
    fn the_limit_is_as_high_as_it_may_be() {
        let limit = raise_limit();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert_eq!((current, limit), (maximum, maximum));
    }
}
