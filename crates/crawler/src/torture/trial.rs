//! One web, one data directory, and the crawler run on it again and again.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use crawler_engine::read_stats;
use crawler_testweb::{Latency, PageMix, Web, WebConfig, WebServer};

use super::copy::copy_dir;
use super::moment::Moment;
use super::promise::{Watch, asked};
use super::require;
use super::stored::{Stored, Whole};

const LATENCY_MS_MAX: u32 = 250;
/// Pages that a host has besides the ordinary ones, about.
const ODDITIES: u32 = 12;
const POLL_INTERVAL: Duration = Duration::from_millis(2);
/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(600);
const SIGKILL: i32 = 9;

/// What web to make.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) pages: u32,
    pub(super) mix: PageMix,
    /// How long a crawl that is not killed takes, about: so that kills hit it at work.
    pub(super) crawl_ms: u32,
}

/// A web with a data directory.
#[derive(Debug)]
pub(super) struct Trial {
    server: WebServer,
    expected: BTreeSet<String>,
    dir: PathBuf,
    generation_wanted: u32,
    /// Generation that the directory was in when it was last looked at.
    generation: u32,
    /// Requests for expected URLs before this generation.
    asked_before: u64,
    /// URLs of this generation that were asked for again, by what was committed at the last kill.
    lost_before: u64,
    /// What every run is given besides.
    flags: Vec<String>,
}

/// How a run ended.
#[derive(Debug)]
pub(super) enum Ended {
    Killed(Strike),
    ByItself,
}

/// A kill, and what was known when it happened.
#[derive(Debug)]
pub(super) struct Strike {
    promise: u64,
    hit: Hit,
    rows_bytes: u64,
}

/// What a run was at when it was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hit {
    /// It had asked for nothing yet.
    Starting,
    Crawling,
    /// Files had grown beyond what was recorded.
    Committing,
}

/// What a kill did, by what the next start makes of the directory.
#[derive(Debug)]
pub(super) struct After {
    pub(super) hit: Hit,
    pub(super) fetched_again: u64,
    pub(super) promise: u64,
}

impl Trial {
    /// Serves a new web, to be crawled into `dir/data`.
    pub(super) fn new(dir: &Path, size: Size, seed: u64) -> anyhow::Result<Self> {
        let Size { pages, mix, crawl_ms } = size;
        let hosts = (pages / 25).clamp(1, 16);
        let latency_ms = (crawl_ms * hosts / pages.max(1)).clamp(1, LATENCY_MS_MAX);
        let config = WebConfig {
            seed,
            hosts,
            pages_per_host: (pages / hosts).saturating_sub(ODDITIES).max(1),
            mix,
            latency: Latency::LogNormal {
                median_ms: latency_ms,
                sigma: 0.3,
                ms_max: latency_ms * 4,
            },
            ..WebConfig::default()
        };
        let server = WebServer::start(Arc::new(Web::build(config)?))?;
        fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        fs::write(dir.join("seeds.txt"), server.seeds().join("\n"))?;
        let expected = server.web().expected().map(|expected| expected.url).collect();
        Ok(Self {
            server,
            expected,
            dir: dir.to_owned(),
            generation_wanted: 1,
            generation: 0,
            asked_before: 0,
            lost_before: 0,
            flags: Vec::new(),
        })
    }

    /// Flags for every run from now on.
    pub(super) fn with_flags(mut self, flags: &[&str]) -> Self {
        self.flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        self
    }

    pub(super) fn server(&self) -> &WebServer {
        &self.server
    }

    /// From now on the directory is to get to this generation.
    pub(super) fn begin(&mut self, generation: u32) {
        self.generation_wanted = generation;
        self.asked_before = asked(&self.server);
        self.lost_before = 0;
    }

    /// Which crawl this is, for people.
    pub(super) fn name(&self) -> String {
        let dir = self.dir.file_name().unwrap_or_default().to_string_lossy();
        if self.generation_wanted == 1 { dir.into_owned() } else { format!("{dir} recrawl") }
    }

    /// Where to look when something is wrong.
    pub(super) fn place(&self) -> String {
        format!("{}, log in {}", self.data().display(), self.log().display())
    }

    /// Runs the crawler until the moment comes or it ends, on so many workers; `fault` names the
    /// step at which it is to kill itself.
    pub(super) fn run(
        &mut self,
        moment: Moment,
        workers: u16,
        fault: Option<&str>,
    ) -> anyhow::Result<Ended> {
        let mut command = self.command(&self.data(), workers)?;
        command.arg("--allow-private").args(&self.flags);
        if self.generation_wanted > 1 && self.generation + 1 == self.generation_wanted {
            command.arg("--recrawl");
        }
        command.envs(fault.map(|step| (crawler_faults::VARIABLE, step)));
        let mut watch = Watch::new(&self.data(), &self.server);
        let mut child = Guarded(command.spawn().context("cannot start the crawler")?);
        let begun_at = Instant::now();
        loop {
            watch.look(&self.server);
            if let Some(status) = child.0.try_wait()? {
                if fault.is_some() && status.signal() == Some(SIGKILL) {
                    return Ok(Ended::Killed(self.strike(&watch)));
                }
                self.judge_end(status)?;
                let stats = read_stats(&self.data())?.context("there is no stats.json")?;
                self.generation = stats.generation;
                return Ok(Ended::ByItself);
            }
            if moment.has_come(&watch, Instant::now()) {
                let strike = self.strike(&watch);
                child.0.kill()?;
                child.0.wait()?;
                return Ok(Ended::Killed(strike));
            }
            require(begun_at.elapsed() < PATIENCE, || {
                format!("a run has not ended after {} s", PATIENCE.as_secs())
            })?;
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Starts the crawler on a copy of the killed directory, where it finds its pages spent and
    /// may ask nobody: it recovers and closes. What it leaves must be whole as far as it goes.
    pub(super) fn look(&mut self, strike: &Strike) -> anyhow::Result<After> {
        let copy = self.dir.join("data-after-kill");
        copy_dir(&self.data(), &copy)?;
        let status = self
            .command(&copy, 1)?
            .args(["--max-pages", "1", "--retries", "0"])
            .status()
            .context("cannot start the crawler")?;
        self.judge_end(status)?;
        let stored = Stored::read(&copy)?;
        self.generation = stored.stats.generation;
        stored.require_part_of(&self.expected, self.generation_wanted)?;
        let rows = fs::metadata(copy.join("pages/pages.jsonl")).map_or(0, |rows| rows.len());
        let is_torn = strike.hit == Hit::Crawling && strike.rows_bytes > rows;
        let asked_for = asked(&self.server) - self.asked_before;
        let lost = asked_for.saturating_sub(stored.pages(self.generation_wanted));
        let fetched_again = lost.saturating_sub(std::mem::replace(&mut self.lost_before, lost));
        let hit = if is_torn { Hit::Committing } else { strike.hit };
        Ok(After { hit, fetched_again, promise: strike.promise })
    }

    /// Runs the crawl to its end and compares what is stored with what must be.
    pub(super) fn finish(&mut self, workers: u16) -> anyhow::Result<Whole> {
        self.run(Moment::Never, workers, None)?;
        let stored = Stored::read(&self.data())?;
        let queued = stored.stats.queued;
        require(queued == 0, || format!("the crawl ended with {queued} URLs queued"))?;
        Ok(stored.compare(&self.expected, self.generation_wanted))
    }

    /// Stops the web; the directory goes unless it is kept.
    pub(super) fn end(self, keep: bool) -> anyhow::Result<()> {
        self.server.stop();
        if keep { Ok(()) } else { super::remove(&self.dir) }
    }

    fn strike(&self, watch: &Watch) -> Strike {
        let rows = fs::metadata(self.data().join("pages/pages.jsonl"));
        let hit = watch.first_request_at().map_or(Hit::Starting, |_| Hit::Crawling);
        Strike {
            promise: watch.promise(&self.server),
            hit,
            rows_bytes: rows.map_or(0, |rows| rows.len()),
        }
    }

    fn judge_end(&self, status: ExitStatus) -> anyhow::Result<()> {
        let log = self.log();
        require(status.success(), || {
            format!("the crawler ended with {status}; see {}", log.display())
        })?;
        let text = fs::read_to_string(&log).unwrap_or_default();
        require(!text.contains("panicked"), || format!("a thread panicked; see {}", log.display()))
    }

    /// This binary, on a data directory and free of the caller's settings.
    fn command(&self, data: &Path, workers: u16) -> anyhow::Result<Command> {
        let binary = std::env::current_exe().context("cannot find this program's own file")?;
        let log = || -> anyhow::Result<File> {
            let path = self.log();
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)
                .with_context(|| format!("cannot write {}", path.display()))
        };
        let mut command = Command::new(binary);
        command.current_dir(&self.dir).stdin(Stdio::null()).stdout(log()?).stderr(log()?);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(crate::settings::ENV_PREFIX) {
                command.env_remove(name);
            }
        }
        command
            .args(["--seeds", "seeds.txt", "--contact", "https://localhost/", "--progress", "off"])
            .args([
                "--delay",
                "0",
                "--ip-delay",
                "0",
                "--ip-concurrency",
                "64",
                "--sitemaps",
                "off",
            ])
            .args(["--warc-size", "1M", "--workers", &workers.to_string(), "--output"])
            .arg(data);
        Ok(command)
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn log(&self) -> PathBuf {
        self.dir.join("log.txt")
    }
}

/// A child that does not outlive an error here.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
