//! Priority classes of a host's queue.

use crate::candidate::Source;

/// Priority of a URL within its host: the lowest class is fetched first, first in first out
/// within a class. Seeds, then sitemap URLs, then links by depth, then retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Class(u8);

impl Class {
    pub(crate) const SEED: Self = Self(0);
    pub(crate) const SITEMAP: Self = Self(1);
    /// Failed before: after everything else the host has.
    pub(crate) const RETRY: Self = Self(15);

    const LINK_MIN: u16 = 2;
    const LINK_MAX: u16 = 14;

    /// Class of a URL found by `source` at `depth` hops from its seed.
    pub(crate) fn of(source: Source, depth: u16) -> Self {
        match source {
            Source::Seed => Self::SEED,
            Source::Sitemap => Self::SITEMAP,
            // Links start at depth 1, so the shallowest ones get the first class of their kind.
            Source::Link => {
                let class = depth.saturating_add(1).clamp(Self::LINK_MIN, Self::LINK_MAX);
                Self(class as u8)
            }
        }
    }

    pub(crate) fn new(number: u8) -> Option<Self> {
        (number <= Self::RETRY.0).then_some(Self(number))
    }

    pub(crate) fn number(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_by_source_and_depth() {
        let cases = [
            (Source::Seed, 9, 0),
            (Source::Sitemap, 3, 1),
            (Source::Link, 0, 2),
            (Source::Link, 1, 2),
            (Source::Link, 2, 3),
            (Source::Link, 13, 14),
            (Source::Link, u16::MAX, 14),
        ];
        for (source, depth, class) in cases {
            assert_eq!(Class::of(source, depth).number(), class, "{source:?} {depth}");
        }
        assert_eq!(Class::new(15), Some(Class::RETRY));
        assert_eq!(Class::new(16), None);
    }
}
