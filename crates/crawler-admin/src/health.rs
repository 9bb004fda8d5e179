//! Whether a crawl is alive.

use std::time::Duration;

use crawler_engine::{CrawlHandle, Health, Phase};

/// A thread that was not heard of for so long stands still; all beat at least twice a second.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// What of the crawl stands still, if something does. While it stops, its threads end one by one, and
/// none is missed.
#[must_use]
pub fn fault(crawl: &CrawlHandle) -> Option<String> {
    if crawl.phase() >= Phase::Stopping { None } else { fault_of(&crawl.health()) }
}

fn fault_of(health: &Health) -> Option<String> {
    let is_long = |silence: Duration| silence >= SILENCE_MAX;
    if is_long(health.supervisor) {
        let secs = health.supervisor.as_secs();
        return Some(format!("the supervisor stands still for {secs} s"));
    }
    let (shard, silence) = health
        .shards
        .iter()
        .filter_map(|shard| Some((shard.shard, shard.silence?)))
        .find(|(_, silence)| is_long(*silence))?;
    Some(format!("shard {shard} stands still for {} s", silence.as_secs()))
}

#[cfg(test)]
mod tests {
    use crawler_engine::ShardHealth;

    use super::*;

    #[test]
    fn what_stands_still_is_named() {
        let health = |supervisor, shards: &[Option<u64>]| Health {
            supervisor: Duration::from_secs(supervisor),
            shards: (0..)
                .zip(shards)
                .map(|(shard, secs)| ShardHealth { shard, silence: secs.map(Duration::from_secs) })
                .collect(),
        };
        assert_eq!(fault_of(&health(0, &[Some(0), None, Some(9)])), None);
        let text = fault_of(&health(0, &[Some(0), Some(12)])).unwrap();
        assert_eq!(text, "shard 1 stands still for 12 s");
        assert!(fault_of(&health(10, &[])).unwrap().contains("supervisor"));
    }
}
