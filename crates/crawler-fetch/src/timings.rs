//! How long the parts of a fetch took.

use std::time::Duration;

/// Durations of the phases of one fetch; zero for a phase that did not take place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Name look-up. It is part of [`Fetcher::resolve`](crate::Fetcher::resolve), whose caller
    /// copies it here when it wants the whole in one place.
    pub dns: Duration,
    /// TCP connect, over all addresses tried.
    pub connect: Duration,
    /// TLS handshake.
    pub tls: Duration,
    /// From the request being sent to the end of the response head.
    pub first_byte: Duration,
    /// The whole of [`Fetcher::fetch`](crate::Fetcher::fetch).
    pub total: Duration,
}

impl Timings {
    /// Adds those of another fetch for the same purpose.
    pub fn add(&mut self, other: Self) {
        self.dns += other.dns;
        self.connect += other.connect;
        self.tls += other.tls;
        self.first_byte += other.first_byte;
        self.total += other.total;
    }
}
