//! One timer for all time limits of a fetch.

use crate::failure::Phase;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// A single timer, moved from the limit of one phase to that of the next: a fetch never holds more
/// than one entry in the timer wheel, and none per frame.
pub(crate) struct Watchdog<'a> {
    timer: Pin<&'a mut Sleep>,
    total_at: Instant,
}

impl<'a> Watchdog<'a> {
    pub(crate) fn new(timer: Pin<&'a mut Sleep>, total_at: Instant) -> Self {
        Self { timer, total_at }
    }

    /// Runs `work` for at most `limit`; the phase whose limit was reached is the error.
    pub(crate) async fn within<F: Future>(
        &mut self,
        phase: Phase,
        limit: Duration,
        work: F,
    ) -> Result<F::Output, Phase> {
        let phase_at = Instant::now() + limit;
        let (ends_at, blamed) = if phase_at < self.total_at {
            (phase_at, phase)
        } else {
            (self.total_at, Phase::Total)
        };
        self.set(ends_at);
        let mut work = pin!(work);
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => self.poll_elapsed(cx).map(|()| Err(blamed)),
        })
        .await
    }

    /// From now on only the total limit counts.
    pub(crate) fn total_only(&mut self) {
        self.set(self.total_at);
    }

    /// Ready when the current limit is reached.
    pub(crate) fn poll_elapsed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.timer.as_mut().poll(cx)
    }

    /// For a peer that is always ready and so never lets the timer be polled.
    pub(crate) fn has_elapsed(&self) -> bool {
        Instant::now() >= self.total_at
    }

    fn set(&mut self, at: Instant) {
        if self.timer.deadline() != at {
            self.timer.as_mut().reset(at);
        }
    }
}
