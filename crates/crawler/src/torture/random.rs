//! Randomness that a seed gives back.

use std::time::Duration;

/// The same seed gives the same webs, worker counts and intended moments; where in its work a
/// process is at a moment depends on the machine.
pub(super) fn seeded(seed: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed)
}

/// Some time up to `longest`.
pub(super) fn within(random: &mut fastrand::Rng, longest: Duration) -> Duration {
    longest.mul_f64(random.f64())
}
