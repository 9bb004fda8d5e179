//! Tells the service manager how the crawl is, by the protocol of `sd_notify(3)`. Without
//! `NOTIFY_SOCKET` in the environment nothing runs.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use crawler_admin::fault;
use crawler_engine::{CrawlHandle, Phase, Snapshot};
use sd_notify::NotifyState;

/// How often the crawl is looked at until it is ready, and how often then.
const LOOK_STARTING: Duration = Duration::from_millis(50);
const LOOK: Duration = Duration::from_secs(1);
/// How often the status line is written anew.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// Reports until the crawl has stopped, on a thread of its own, which is to be waited for then.
///
/// # Errors
/// When the thread cannot be started.
pub(super) fn start(crawl: CrawlHandle) -> anyhow::Result<Option<JoinHandle<()>>> {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return Ok(None);
    }
    let watchdog = sd_notify::watchdog_enabled();
    let mut reporter = Reporter { watchdog: watchdog.is_some(), ..Reporter::default() };
    // Three chances in each of its periods.
    let look = watchdog.map_or(LOOK, |period| LOOK.min(period / 3));
    let thread = std::thread::Builder::new()
        .name("sd-notify".to_owned())
        .spawn(move || {
            let mut wait = LOOK_STARTING;
            while crawl.wait_timeout(wait).is_none() {
                let snapshot = crawl.snapshot();
                reporter.report(&snapshot, fault(&crawl).as_deref(), Instant::now());
                wait = if reporter.is_ready { look } else { LOOK_STARTING };
            }
            if !reporter.is_stopping {
                send(&[NotifyState::Stopping]);
            }
        })
        .context("cannot start the thread that tells the service manager")?;
    Ok(Some(thread))
}

/// The configuration is being read anew; [`reloaded`] must follow.
pub(super) fn reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        send(&[NotifyState::Reloading, now]);
    }
}

/// It was read.
pub(super) fn reloaded() {
    send(&[NotifyState::Ready]);
}

/// What was told so far.
#[derive(Debug, Default)]
struct Reporter {
    watchdog: bool,
    is_ready: bool,
    is_stopping: bool,
    status: Option<(String, Instant)>,
}

impl Reporter {
    fn report(&mut self, snapshot: &Snapshot, fault: Option<&str>, now: Instant) {
        let (word, text) = status(snapshot, fault);
        let mut states = Vec::new();
        if !self.is_ready && matches!(snapshot.phase, Phase::Running | Phase::Paused) {
            self.is_ready = true;
            states.push(NotifyState::Ready);
        }
        if !self.is_stopping && snapshot.phase >= Phase::Draining {
            self.is_stopping = true;
            states.push(NotifyState::Stopping);
        }
        // Whoever stands still is started again.
        if self.watchdog && fault.is_none() {
            states.push(NotifyState::Watchdog);
        }
        let is_old = |(told, at): &(String, Instant)| *told != word || now - *at >= STATUS_EVERY;
        if self.status.as_ref().is_none_or(is_old) {
            self.status = Some((word, now));
            states.push(NotifyState::Status(&text));
        }
        if !states.is_empty() {
            send(&states);
        }
    }
}

/// The state in a word, and the line that `systemctl status` shows.
fn status(snapshot: &Snapshot, fault: Option<&str>) -> (String, String) {
    let word = match (fault, &snapshot.held) {
        (Some(fault), _) => fault.to_owned(),
        (None, Some(held)) => format!("held: {held}"),
        (None, None) if snapshot.waiting => "waiting for seeds".to_owned(),
        (None, None) => snapshot.phase.as_str().to_owned(),
    };
    let (fetched, queued) = (snapshot.counters.fetched, snapshot.queued);
    let hosts = snapshot.hosts_known;
    let text = format!("{word}; {fetched} fetched, {queued} queued, {hosts} hosts");
    (word, text)
}

fn send(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "cannot tell the service manager");
    }
}
