//! The seen set against models of it and of its caller.

mod caller;
mod crash;
mod damage;
mod life;
mod model;

use super::{SeenHandle, SeenKey, SeenLimits, SeenSet};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

/// Small, so that everything happens often.
const LIMITS: SeenLimits =
    SeenLimits { fresh_keys: 8, batch_keys: 6, batch_bytes: 1000, recent_slots: 0 };

/// A key by number, of one of the two shards.
fn key(shard: u64, number: u64) -> SeenKey {
    let spread = u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    SeenKey::from_bits((u128::from(shard) << 79) | (spread >> 49))
}

/// A set and the other end of its `wake`.
fn set<P: Send + 'static>(handle: SeenHandle, limits: SeenLimits) -> (SeenSet<P>, Receiver<()>) {
    let (wake, woken) = channel();
    let wake = Mutex::new(wake);
    let wake = move || {
        let _ = wake.lock().unwrap().send(());
    };
    (SeenSet::new(handle, limits, Arc::new(wake)), woken)
}

/// A generator of small numbers (splitmix).
#[derive(Clone)]
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(mixed ^ (mixed >> 31)) * bound as u128) >> 64) as usize
    }
}
