//! How near a quantity is to its ceiling: pure functions of sizes, with hysteresis, so that a
//! quantity that hovers about a mark does not make the crawl change its ways all the time.

/// How near a quantity is to its ceiling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Far below.
    #[default]
    Calm,
    /// Time to hold less in memory.
    Spill,
    /// Time to take in less.
    Slow,
    /// At the ceiling: nothing more may be queued.
    Shed,
}

/// Where each level begins, in percent of the ceiling; the highest first.
const RISES_AT: [(Level, u64); 3] = [(Level::Shed, 100), (Level::Slow, 90), (Level::Spill, 80)];
/// A level is left only this many percent of the ceiling below its beginning.
const FALL_PERCENT: u64 = 5;

impl Level {
    /// The level of `bytes`, after it was `before`.
    pub(crate) fn of(bytes: u64, ceiling: u64, before: Self) -> Self {
        let is_at = |percent| percent_of(bytes, ceiling) >= percent;
        let reached = RISES_AT.into_iter().find(|&(level, rises_at)| {
            is_at(if before >= level { rises_at - FALL_PERCENT } else { rises_at })
        });
        reached.map_or(Self::Calm, |(level, _)| level)
    }
}

/// Whether there is less than `wanted` left; once short, some more must come free.
pub(crate) fn is_short(free: u64, wanted: u64, was_short: bool) -> bool {
    free < if was_short { wanted.saturating_add(margin(wanted)) } else { wanted }
}

/// Whether `ceiling` is reached; once reached, some less must be used.
pub(crate) fn is_spent(used: u64, ceiling: u64, was_spent: bool) -> bool {
    used >= if was_spent { ceiling - margin(ceiling) } else { ceiling }
}

/// `bytes` in percent of `ceiling`, rounded down.
pub(crate) fn percent_of(bytes: u64, ceiling: u64) -> u64 {
    let percent = u128::from(bytes) * 100 / u128::from(ceiling.max(1));
    u64::try_from(percent).unwrap_or(u64::MAX)
}

fn margin(bytes: u64) -> u64 {
    bytes / 100 * FALL_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_at_their_marks_and_fall_below_them() {
        use Level::{Calm, Shed, Slow, Spill};
        // A quantity over time, with a ceiling of 1000, and the level after each step.
        let course = [
            (0, Calm),
            (799, Calm),
            (800, Spill),
            (760, Spill),
            (750, Spill),
            (749, Calm),
            (799, Calm),
            (900, Slow),
            (850, Slow),
            (849, Spill),
            (899, Spill),
            (1000, Shed),
            (950, Shed),
            (949, Slow),
            (999, Slow),
            (5000, Shed),
            (0, Calm),
            (1000, Shed),
            (760, Spill),
        ];
        let mut level = Calm;
        for (step, (bytes, expected)) in course.into_iter().enumerate() {
            level = Level::of(bytes, 1000, level);
            assert_eq!(level, expected, "step {step}: {bytes}");
        }
    }

    #[test]
    fn no_size_overflows() {
        assert_eq!(Level::of(u64::MAX, 1, Level::Calm), Level::Shed);
        assert_eq!(Level::of(u64::MAX, u64::MAX, Level::Calm), Level::Shed);
        assert_eq!(Level::of(1, u64::MAX, Level::Shed), Level::Calm);
        assert_eq!(Level::of(0, 0, Level::Calm), Level::Calm);
        assert!(is_short(u64::MAX - 1, u64::MAX, true));
        assert!(is_spent(u64::MAX, u64::MAX, true));
    }

    #[test]
    fn a_hold_ends_only_when_there_is_some_room() {
        for (free, was_short, expected) in
            [(1000, false, false), (999, false, true), (1049, true, true), (1050, true, false)]
        {
            assert_eq!(is_short(free, 1000, was_short), expected, "{free} free");
        }
        for (used, was_spent, expected) in
            [(999, false, false), (1000, false, true), (950, true, true), (949, true, false)]
        {
            assert_eq!(is_spent(used, 1000, was_spent), expected, "{used} used");
        }
    }
}
