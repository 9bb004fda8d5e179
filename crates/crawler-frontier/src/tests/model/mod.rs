//! Random lives of a store against a model that keeps everything in a map.

mod truth;
mod world;

use crate::Disposition;
use proptest::prelude::*;
use world::World;

const HOSTS: usize = 3;
const HOST_CONCURRENCY: u16 = 2;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Offer these: host, URL number, class 0 to 3.
    Offer(Vec<(usize, u16, u8)>),
    /// Have all that was offered decided.
    Judge,
    /// Decide so many of what was offered, commit that, and crash.
    CrashWhileJudging(usize, u16),
    /// Lease up to so many, and make each host wait so long afterwards.
    Lease(usize, u64),
    /// The fetch of the n-th lease ends.
    Release(usize),
    /// The n-th lease ends.
    Settle(usize, Disposition),
    Snooze(usize, u64),
    /// Hand everything over, but do not commit yet.
    Take,
    /// Commit what was handed over.
    Commit,
    /// Lose everything not committed and come back with so many shards.
    Crash(u16),
    /// Lose power when so much of a commit, in thousandths, has reached the disk.
    CrashInCommit(usize, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let url = (0..HOSTS, 0..150u16, 0..4u8);
    let disposition = prop_oneof![
        2 => Just(Disposition::Fetched),
        1 => Just(Disposition::Done),
        1 => Just(Disposition::Retry),
        1 => Just(Disposition::GiveBack),
    ];
    prop_oneof![
        6 => prop::collection::vec(url, 1..60).prop_map(Step::Offer),
        6 => Just(Step::Judge),
        1 => (0..40usize, 1..5u16).prop_map(|(n, shards)| Step::CrashWhileJudging(n, shards)),
        8 => (1..40usize, 0..20u64).prop_map(|(n, wait)| Step::Lease(n, wait)),
        3 => (0..9usize).prop_map(Step::Release),
        9 => (0..9usize, disposition).prop_map(|(n, end)| Step::Settle(n, end)),
        1 => (0..9usize, 0..50u64).prop_map(|(n, wait)| Step::Snooze(n, wait)),
        3 => Just(Step::Take),
        3 => Just(Step::Commit),
        1 => (1..5u16).prop_map(Step::Crash),
        1 => (0..1001usize, 1..5u16).prop_map(|(n, shards)| Step::CrashInCommit(n, shards)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn no_url_is_lost_or_leased_twice(
        shards in 1..4u16,
        hosts_in_memory in 1..6usize,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut world = World::new(shards, hosts_in_memory);
        for step in steps {
            world.run(step);
        }
        world.finish();
    }
}
