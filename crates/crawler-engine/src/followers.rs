//! How far those are who make something of the pages beside the crawl, or send them elsewhere.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::shared::locked;

/// One of them, by what it said last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowerState {
    /// Bytes of the page list of which it has not sealed what it makes.
    pub behind_bytes: u64,
    /// Seconds since it had all of them; 0 when it has.
    pub behind_secs: f64,
    /// Attempts to deliver that a server did not take, in this run.
    pub attempts_failed: u64,
    /// It has ended with an error, and the next run makes the rest.
    pub has_failed: bool,
}

/// All of them by their names.
#[derive(Debug, Default)]
pub(crate) struct Followers(Mutex<BTreeMap<&'static str, FollowerState>>);

impl Followers {
    pub(crate) fn set(&self, name: &'static str, state: FollowerState) {
        locked(&self.0).insert(name, state);
    }

    pub(crate) fn states(&self) -> BTreeMap<String, FollowerState> {
        let states = locked(&self.0);
        states.iter().map(|(name, state)| ((*name).to_owned(), state.clone())).collect()
    }
}
