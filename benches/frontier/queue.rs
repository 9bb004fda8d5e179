//! The queues: admit, lease, settle at sizes that do not fit in memory.

use crate::process;
use anyhow::{Context, Result, bail};
use crawler_frontier::seen::SeenLimits;
use crawler_frontier::{
    Candidate, Disposition, Frontier, FrontierDb, FrontierLimits, Hops, Next, Ops, Source,
};
use crawler_politeness::UnixMillis;
use crawler_url::{Canonicalizer, HostHash, ShardCount, ShardId, WireUrl};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What to measure.
pub(crate) struct Plan {
    /// Queued URLs at which the whole life of further ones is measured.
    pub(crate) milestones: Vec<u64>,
    pub(crate) hosts: u64,
    /// URLs in a row on one host, as the links of a page are.
    pub(crate) group: u64,
    /// URLs whose whole life is measured at each milestone.
    pub(crate) lives: u64,
    pub(crate) dir: PathBuf,
}

/// URLs between two commits.
const COMMIT_URLS: u64 = 50_000;
/// As the product has it.
const LIMITS: FrontierLimits = FrontierLimits {
    host_concurrency: 1,
    urls_in_memory: 100_000,
    hosts_in_memory: 32_768,
    seen: SeenLimits {
        fresh_keys: 512 << 10,
        batch_keys: 128 << 10,
        batch_bytes: 16 << 20,
        recent_slots: 1 << 17,
    },
};

/// A store with one shard, driven as the engine drives it.
struct World {
    db: FrontierDb,
    frontier: Frontier,
    canonicalizer: Canonicalizer,
    bell: Arc<(Mutex<bool>, Condvar)>,
    now: UnixMillis,
    /// Number of the next URL to be made up.
    next: u64,
    /// CPU time spent on making URLs up.
    making: Duration,
    uncommitted: u64,
}

pub(crate) fn measure(plan: &Plan) -> Result<()> {
    let dir = plan.dir.join("frontier-bench");
    if dir.exists() {
        bail!("{} is in the way; remove it first", dir.display());
    }
    let outcome = measure_in(&dir, plan);
    std::fs::remove_dir_all(&dir).with_context(|| dir.display().to_string())?;
    outcome
}

fn measure_in(dir: &Path, plan: &Plan) -> Result<()> {
    println!("{} hosts, {} urls in a row on one host", plan.hosts, plan.group);
    println!(
        "{:>12} {:>14} {:>14} {:>10} {:>10} {:>10} {:>8} {:>8} {:>8} {:>8}",
        "queued",
        "admitted/CPU s",
        "lives/CPU s",
        "open+lease",
        "(crashed)",
        "all hosts",
        "RSS MB",
        "peak MB",
        "disk GB",
        "wall s"
    );
    let began = Instant::now();
    let mut world = World::open(dir)?;
    for &milestone in &plan.milestones {
        let missing = milestone.saturating_sub(world.frontier.queued());
        let admission = world.timed(missing, |world| world.fill(milestone, plan))?;
        let life = world.timed(plan.lives, |world| world.live(plan))?;
        let (mut reopened, replaying) = world.reopen(dir)?;
        reopened.db.close()?;
        let (reopened, opening) = reopened.reopen(dir)?;
        world = reopened;
        let looking = world.look()?;
        println!(
            "{:>12} {:>14.0} {:>14.0} {:>7.0} ms {:>7.0} ms {:>7.0} ms {:>8} {:>8} {:>8.1} {:>8.0}",
            world.frontier.queued(),
            admission,
            life,
            opening.as_secs_f64() * 1e3,
            replaying.as_secs_f64() * 1e3,
            looking.as_secs_f64() * 1e3,
            process::memory("VmRSS")? >> 20,
            process::memory("VmHWM")? >> 20,
            disk_bytes(dir)? as f64 / 1e9,
            began.elapsed().as_secs_f64(),
        );
    }
    Ok(())
}

impl World {
    fn open(dir: &Path) -> Result<Self> {
        let one = ShardCount::new(1).context("one shard")?;
        let mut db = FrontierDb::open(dir)?;
        db.assign(one)?;
        let bell = Arc::new((Mutex::new(false), Condvar::new()));
        let rope = Arc::clone(&bell);
        let wake = Arc::new(move || {
            *rope.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
            rope.1.notify_one();
        });
        let frontier = Frontier::recover(db.reader(), ShardId(0), one, LIMITS, wake)?;
        let canonicalizer = Canonicalizer::keyed(db.reader().fingerprint_seed());
        Ok(Self {
            db,
            frontier,
            canonicalizer,
            bell,
            now: UnixMillis(1_700_000_000_000),
            next: 0,
            making: Duration::ZERO,
            uncommitted: 0,
        })
    }

    /// Looks at all hosts once, as a list of hosts does; the time that takes.
    fn look(&self) -> Result<Duration> {
        let (began, mut hosts) = (Instant::now(), 0_u64);
        self.db.reader().for_each_host(HostHash(0), &mut |host| {
            hosts += u64::from(host.queued > 0);
            ControlFlow::Continue(())
        })?;
        if hosts == 0 {
            bail!("no host has anything queued");
        }
        Ok(began.elapsed())
    }

    /// Closes the store, opens it again and leases once; the time that takes.
    fn reopen(self, dir: &Path) -> Result<(Self, Duration)> {
        let (next, now) = (self.next, self.now);
        drop(self);
        let began = Instant::now();
        let mut world = Self::open(dir)?;
        (world.next, world.now) = (next, now);
        let lease = world.lease()?.context("nothing to lease after opening")?;
        let took = began.elapsed();
        world.frontier.settle(lease, Disposition::GiveBack);
        Ok((world, took))
    }

    /// URLs per CPU second of all threads, without making the URLs up.
    fn timed(&mut self, urls: u64, work: impl FnOnce(&mut Self) -> Result<()>) -> Result<f64> {
        let (cpu, making) = (process::cpu(), self.making);
        work(self)?;
        self.commit()?;
        let making = self.making.saturating_sub(making);
        let cpu = process::cpu().saturating_sub(cpu).saturating_sub(making);
        Ok(urls as f64 / cpu.as_secs_f64())
    }

    /// Admits new URLs until so many are queued.
    fn fill(&mut self, queued: u64, plan: &Plan) -> Result<()> {
        while self.frontier.queued() + self.frontier.undecided() < queued {
            let page = self.make(plan.group.max(32), plan)?;
            self.admit(page)?;
        }
        self.decide_all()
    }

    /// New URLs come in at the rate at which others are leased and done.
    fn live(&mut self, plan: &Plan) -> Result<()> {
        let mut left = plan.lives;
        while left > 0 {
            let page = self.make(plan.group.max(32), plan)?;
            let count = page.len() as u64;
            self.admit(page)?;
            for _ in 0..count.min(left) {
                let lease = self.lease()?.context("nothing to lease")?;
                self.frontier.release(&lease);
                self.frontier.settle(lease, Disposition::Fetched);
                self.uncommitted += 1;
                left -= 1;
            }
        }
        self.decide_all()
    }

    fn admit(&mut self, page: Vec<Candidate>) -> Result<()> {
        self.uncommitted += page.len() as u64;
        // A page takes some time to fetch: enough for a thousand pages in a second.
        self.now += Duration::from_millis(1);
        self.frontier.admit(page, self.now)?;
        while !self.frontier.has_room() {
            self.decide_some();
            self.frontier.admit_judged(self.now, usize::MAX)?;
        }
        while self.frontier.admit_judged(self.now, 1024)?.more {}
        if self.uncommitted >= COMMIT_URLS { self.commit() } else { Ok(()) }
    }

    fn lease(&mut self) -> Result<Option<crawler_frontier::Lease>> {
        for _ in 0..1000 {
            match self.frontier.lease(self.now)? {
                Next::Lease(lease) => return Ok(Some(*lease)),
                Next::At(at) => self.now = self.now.max(at),
                Next::AwaitCommit => self.commit()?,
                Next::Empty => self.decide_all()?,
            }
        }
        Ok(None)
    }

    fn commit(&mut self) -> Result<()> {
        self.uncommitted = 0;
        let ops: Ops = self.frontier.take_ops();
        let number = ops.number();
        self.db.commit(ops, b"payload")?;
        self.frontier.committed(number);
        Ok(())
    }

    fn decide_all(&mut self) -> Result<()> {
        while self.frontier.undecided() > 0 {
            self.frontier.admit_judged(self.now, usize::MAX)?;
            self.frontier.judge();
            if self.frontier.undecided() > 0 {
                self.decide_some();
            }
        }
        Ok(())
    }

    /// Waits for the seen set's thread.
    fn decide_some(&mut self) {
        let (rung, bell) = &*self.bell;
        let mut rung = rung.lock().unwrap_or_else(PoisonError::into_inner);
        if !*rung {
            rung = bell
                .wait_timeout(rung, Duration::from_millis(50))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        *rung = false;
    }

    /// A page's worth of new URLs.
    fn make(&mut self, count: u64, plan: &Plan) -> Result<Vec<Candidate>> {
        let began = process::thread_cpu();
        let page = (0..count).map(|_| self.make_one(plan)).collect();
        self.making += process::thread_cpu().saturating_sub(began);
        page
    }

    fn make_one(&mut self, plan: &Plan) -> Result<Candidate> {
        let number = self.next;
        self.next += 1;
        // Hosts in an order as random as that of a crawl.
        let host = mix(number / plan.group) % plan.hosts;
        let text =
            format!("https://www.host-{host}.example/section/{}/page-{number}.html", host % 7);
        let url = WireUrl::parse(&text)?;
        Ok(Candidate {
            fingerprint: self.canonicalizer.fingerprint(&url),
            url,
            via: Some(format!("https://www.host-{host}.example/section/").into()),
            // The links of a page are all as deep.
            depth: 1 + (number / plan.group % 5) as u16,
            redirects: 0,
            hops: Hops::default(),
            source: Source::Link,
        })
    }
}

/// Spreads neighboring numbers over all of them (the finalizer of splitmix64).
fn mix(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

fn disk_bytes(dir: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        // A file may be gone by now: the store tidies up as it goes.
        let Ok(about) = entry.metadata() else { continue };
        sum += if about.is_dir() { disk_bytes(&entry.path())? } else { about.len() };
    }
    Ok(sum)
}
