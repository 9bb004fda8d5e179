//! What a frontier should hold, in a map.

use super::HOST_CONCURRENCY;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    Leased,
    Released,
    Done,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Class, place: the order within the host.
    pub(super) rank: (u8, u64),
    pub(super) attempts: u8,
    pub(super) state: State,
}

/// The truth: what a frontier should hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) urls: BTreeMap<String, Entry>,
    /// Offered with their class, and neither let in nor dropped.
    pub(super) undecided: Vec<(String, u8)>,
    pub(super) places: u64,
    pub(super) next_fetch_at: BTreeMap<String, u64>,
}

impl Model {
    pub(super) fn rank(&mut self, class: u8) -> (u8, u64) {
        self.places += 1;
        (class, self.places)
    }

    pub(super) fn let_in(&mut self, url: String, class: u8) {
        let rank = self.rank(class);
        self.urls.insert(url, Entry { rank, attempts: 0, state: State::Waiting });
    }

    /// Lets those in that are new.
    pub(super) fn decide(&mut self) {
        for (url, class) in std::mem::take(&mut self.undecided) {
            if !self.urls.contains_key(&url) {
                self.let_in(url, class);
            }
        }
    }

    pub(super) fn of_host<'a>(
        &'a self,
        host: &'a str,
    ) -> impl Iterator<Item = (&'a String, &'a Entry)> {
        self.urls.iter().filter(move |(url, _)| host_of(url) == host)
    }

    /// The URL a host has to give next.
    pub(super) fn best(&self, host: &str) -> Option<String> {
        let waiting = self.of_host(host).filter(|(_, entry)| entry.state == State::Waiting);
        waiting.min_by_key(|(_, entry)| entry.rank).map(|(url, _)| url.clone())
    }

    pub(super) fn has_capacity(&self, host: &str) -> bool {
        let leased = self.of_host(host).filter(|(_, entry)| entry.state == State::Leased);
        leased.count() < usize::from(HOST_CONCURRENCY)
    }

    pub(super) fn next_fetch_at(&self, host: &str) -> u64 {
        self.next_fetch_at.get(host).copied().unwrap_or(0)
    }

    pub(super) fn queued(&self) -> u64 {
        self.urls.values().filter(|entry| entry.state != State::Done).count() as u64
    }

    pub(super) fn crashed(mut self) -> Self {
        for entry in self.urls.values_mut().filter(|entry| entry.state != State::Done) {
            entry.state = State::Waiting;
        }
        self
    }
}

pub(super) fn host_of(url: &str) -> &str {
    url.trim_start_matches("http://").split('/').next().unwrap()
}
