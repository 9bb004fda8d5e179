//! Numbers drawn from a seed. Own generator, because content must not change with a dependency.

use std::f64::consts::TAU;

/// A sequence of numbers that depends only on the seed and the labels it was made with.
#[derive(Debug, Clone)]
pub(crate) struct Draw(u64);

impl Draw {
    /// A sequence of its own for each combination of labels.
    pub(crate) fn new(seed: u64, labels: &[u64]) -> Self {
        let mut state = mix(seed ^ 0x7465_7374_7765_6221);
        for label in labels {
            state = mix(state ^ mix(label.wrapping_add(GOLDEN)));
        }
        Self(state)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// From 0 to below `count`; 0 if `count` is 0.
    pub(crate) fn below(&mut self, count: u32) -> u32 {
        (((self.next() >> 32) * u64::from(count)) >> 32) as u32
    }

    /// From `low` to below `high`, `low` if that is empty.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low))
    }

    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// Log-normal with this median; `sigma` is the standard deviation of the logarithm.
    pub(crate) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Standard normal, by the Box-Muller transform.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }

    /// Above 0 and up to 1.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }
}

/// Hash of a text, as a label for [`Draw::new`] (FNV-1a).
pub(crate) fn label_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Weyl increment of `SplitMix64`.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Finalizer of `SplitMix64` (Steele, Lea, Flood 2014).
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
