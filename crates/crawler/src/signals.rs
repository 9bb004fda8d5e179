//! Signals: the first one drains the crawl, the second one stops it at once; a hangup has a service
//! read its configuration anew.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use anyhow::Context as _;
use crawler_engine::CrawlHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::Exit;
use crate::settings::DRAIN_DEADLINE;

/// Whether somebody has asked the process to end.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Whether somebody has asked the process to end by a signal.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Starts the thread that takes signals, with a runtime of its own: it answers however busy the
/// shards are. It ends with the process.
///
/// # Errors
/// When the thread cannot be started or the signals cannot be taken.
pub(crate) fn watch(
    crawl: CrawlHandle,
    on_hangup: Option<impl Fn() + Send + Sync + 'static>,
) -> anyhow::Result<()> {
    let (to_caller, ready) = sync_channel(1);
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || run(&crawl, on_hangup, &to_caller))
        .context("cannot start the thread that takes signals")?;
    // Taken before this returns: no signal is lost, or ends the process the hard way.
    ready
        .recv()
        .context("the thread that takes signals ended early")?
        .context("cannot take signals")
}

/// Blocks until SIGINT or SIGTERM.
///
/// # Errors
/// When the signals cannot be taken.
pub(crate) fn wait_for_one() -> anyhow::Result<()> {
    let taken = runtime().and_then(|runtime| {
        runtime.block_on(async {
            Interrupts::take()?.next().await;
            Ok(())
        })
    });
    taken.context("cannot take signals")
}

fn run(
    crawl: &CrawlHandle,
    on_hangup: Option<impl Fn() + Send + Sync + 'static>,
    to_caller: &SyncSender<io::Result<()>>,
) {
    let Ok(runtime) = runtime().map_err(|error| to_caller.send(Err(error))) else { return };
    runtime.block_on(async {
        let hangups: io::Result<Option<_>> =
            on_hangup.map(|act| Ok((signal(SignalKind::hangup())?, act))).transpose();
        let (mut interrupts, hangups) =
            match Interrupts::take().and_then(|taken| Ok((taken, hangups?))) {
                Ok(taken) => taken,
                Err(error) => return drop(to_caller.send(Err(error))),
            };
        let _ = to_caller.send(Ok(()));
        if let Some((hangups, act)) = hangups {
            tokio::spawn(heed(hangups, act));
        }
        let name = interrupts.next().await;
        INTERRUPTED.store(true, Ordering::Relaxed);
        if crawl.wait_timeout(Duration::ZERO).is_some() {
            tracing::warn!(
                "{name}: what is still to be made of the pages is left for the next run"
            );
        } else {
            crawl.drain();
            tracing::warn!(
                in_flight = crawl.snapshot().in_flight,
                "{name}: waiting up to {} s for fetches in flight; once more stops at once",
                DRAIN_DEADLINE.as_secs()
            );
        }
        let name = interrupts.next().await;
        crawl.stop();
        tracing::warn!(
            "{name} again: stopping at once; fetches in flight are made again by the next run"
        );
        interrupts.next().await;
        // The user insists; the data directory is safe against this as against a power cut.
        std::process::exit(Exit::Forced as i32);
    });
}

/// Acts at each hangup, one after the other, where it holds up no other signal.
async fn heed(mut hangups: Signal, act: impl Fn() + Send + Sync + 'static) {
    let act = Arc::new(act);
    while hangups.recv().await.is_some() {
        let act = Arc::clone(&act);
        if let Err(error) = tokio::task::spawn_blocking(move || act()).await {
            tracing::error!(%error, "what a hangup does has failed");
        }
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_io().build()
}

/// The signals by which people and service managers ask a program to end.
struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    fn take() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
