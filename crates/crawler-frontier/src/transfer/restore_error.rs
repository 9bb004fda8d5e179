//! Why a frontier cannot be restored.

use super::item::VERSION;
use crate::error::FrontierError;

/// Why [`super::Restore`] refuses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The store cannot be written.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
    /// The store holds something already.
    #[error("there is a frontier already; an export is restored into a new directory only")]
    NotEmpty,
    /// The items are of another version.
    #[error("the export has version {found}, this program reads version {VERSION}")]
    Version {
        /// Version of the items.
        found: u32,
    },
    /// An item stands where it must not, or holds what it must not.
    #[error("{0}")]
    Item(&'static str),
    /// The last item is missing.
    #[error("the export is cut short: its last line, which counts the others, is missing")]
    CutShort,
    /// There are more or fewer items than the last one says.
    #[error("the export is not whole: it has {found} {what}, and {told} are told at its end")]
    Count {
        /// Which items.
        what: &'static str,
        /// How many there were.
        found: u64,
        /// How many there should be.
        told: u64,
    },
}
