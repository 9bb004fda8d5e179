//! Random calls in random order, against plain sets.

use super::Random;
use super::caller::{Caller, Database, SHARDS};
use crate::seen::faulty::FaultyFiles;

const STEPS: usize = 1500;
const NUMBERS: usize = 300;

#[test]
fn each_key_is_let_through_once_whatever_the_order_of_calls() {
    let mut compacted = 0;
    for seed in 0..24 {
        let mut random = Random(seed);
        let mut caller = Caller::start(FaultyFiles::default(), Database::default()).unwrap();
        for _ in 0..STEPS {
            step(&mut caller, &mut random);
            if random.below(400) == 0 {
                caller = caller.restart(&mut random);
            }
        }
        assert!(caller.drain());
        caller.assert_complete();
        caller.commit();
        assert_eq!(caller.store.keys(), caller.now.manifest.iter().map(|run| run.keys).sum());
        let largest = caller.now.manifest.iter().map(|run| run.keys).max();
        compacted += usize::from(largest > Some(50));
    }
    assert!(compacted > 12, "only {compacted} stores were compacted");
}

/// One call, most often an offer.
pub(super) fn step(caller: &mut Caller, random: &mut Random) {
    let shard = random.below(SHARDS);
    match random.below(16) {
        0 => caller.flush(shard),
        1 => caller.wait(shard),
        2 => caller.commit(),
        3 => caller.store.settle(),
        4..8 => {
            let _ = (0..random.below(8)).take_while(|_| caller.poll(shard)).count();
        }
        _ => caller.offer(shard, random.below(NUMBERS) as u64),
    }
}
