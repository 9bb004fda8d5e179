//! The seen set under a crawl's load: one calling thread, 60 % of the checks are repeats, drawn
//! uniformly from all keys so far, which is the worst order a cache can meet.

use crate::counting::CountingFiles;
use crate::ledger::Ledger;
use crate::process;
use anyhow::{Result, bail, ensure};
use crawler_frontier::seen::{Offer, SeenEvent, SeenKey, SeenLimits, SeenSet, SeenStore};
use crawler_url::{Fingerprint, HostHash};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) struct Plan {
    pub(crate) milestones: Vec<u64>,
    pub(crate) dir: PathBuf,
    pub(crate) batch_keys: usize,
    pub(crate) fresh_keys: usize,
    pub(crate) recent_slots: usize,
}

const REPEATS_PERCENT: u64 = 60;
/// Checks between two looks at the clock.
const GROUP: u64 = 256;
const EARLY_FLUSHES: usize = 101;
const EARLY_KEYS: usize = 50;
const STORE_SEED: u64 = 0x5EED;

pub(crate) fn measure(plan: &Plan) -> Result<()> {
    let dir = plan.dir.join(format!("crawler-bench-seen-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let outcome = Caller::start(plan, &dir).and_then(|mut caller| {
        println!(
            "batch {} keys, fresh {} keys, recent {} slots, below {}",
            plan.batch_keys,
            plan.fresh_keys,
            plan.recent_slots,
            dir.display()
        );
        for &keys in &plan.milestones {
            caller.offer_until(keys)?;
            caller.report()?;
            caller.measure_early_flushes()?;
        }
        let log = caller.ledger.finish()?;
        println!("log: {:.2} GB", log as f64 / 1e9);
        Ok(())
    });
    fs::remove_dir_all(&dir)?;
    outcome
}

struct Caller {
    set: SeenSet<()>,
    ledger: Ledger,
    files: CountingFiles,
    bell: Arc<Bell>,
    random: u64,
    keys: u64,
    checks: u64,
    let_through: u64,
    started: Instant,
    memory_before: u64,
    waited: Duration,
    pause: Duration,
    pause_cpu: Duration,
}

impl Caller {
    fn start(plan: &Plan, dir: &Path) -> Result<Self> {
        let memory_before = process::memory("VmRSS")?;
        let files = CountingFiles::default();
        let store = SeenStore::open(&dir.join("seen"), Arc::new(files.clone()), &[])?;
        let bell = Arc::new(Bell::default());
        let limits = SeenLimits {
            fresh_keys: plan.fresh_keys,
            batch_keys: plan.batch_keys,
            batch_bytes: usize::MAX,
            recent_slots: plan.recent_slots,
        };
        let ring = Arc::clone(&bell);
        let set = SeenSet::new(store.handle(), limits, Arc::new(move || ring.ring()));
        Ok(Self {
            set,
            ledger: Ledger::start(store, dir)?,
            files,
            bell,
            random: 1,
            keys: 0,
            checks: 0,
            let_through: 0,
            started: Instant::now(),
            memory_before,
            waited: Duration::ZERO,
            pause: Duration::ZERO,
            pause_cpu: Duration::ZERO,
        })
    }

    /// Offers until there are this many keys, and until all of them are judged.
    fn offer_until(&mut self, keys: u64) -> Result<()> {
        while self.keys < keys {
            let (wall, cpu) = (Instant::now(), process::thread_cpu());
            for _ in 0..GROUP {
                self.offer(keys)?;
            }
            // Whatever has come out by now: several groups' worth at a time would be a pause.
            let mut left = 2 * GROUP;
            while left > 0 && self.take_one()? {
                left -= 1;
            }
            self.pause = self.pause.max(wall.elapsed());
            self.pause_cpu = self.pause_cpu.max(process::thread_cpu().saturating_sub(cpu));
            while !self.set.has_room() {
                let (wall, waited) = (Instant::now(), self.waited);
                self.take_or_wait()?;
                let waited = self.waited.saturating_sub(waited);
                self.pause = self.pause.max(wall.elapsed().saturating_sub(waited));
            }
        }
        while self.set.deferred() > 0 || self.set.is_judging() {
            self.set.flush();
            self.take_or_wait()?;
        }
        while self.take_one()? {}
        ensure!(self.let_through == self.keys, "{} of {keys} let through", self.let_through);
        Ok(())
    }

    /// How long a crawl with few links waits to see them: from the first offer to the last answer.
    fn measure_early_flushes(&mut self) -> Result<()> {
        let mut times = Vec::new();
        for _ in 0..EARLY_FLUSHES {
            let start = Instant::now();
            (0..EARLY_KEYS).try_for_each(|_| self.offer(u64::MAX))?;
            self.offer_until(0)?;
            times.push(start.elapsed());
        }
        times.sort();
        let micros = |at: usize| times[at].as_micros();
        println!(
            "        early flush of {EARLY_KEYS} keys: {} us median, {} us at most",
            micros(EARLY_FLUSHES / 2),
            micros(EARLY_FLUSHES - 1)
        );
        Ok(())
    }

    fn offer(&mut self, keys_max: u64) -> Result<()> {
        if self.keys == keys_max {
            return Ok(());
        }
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let draw = mix(self.random);
        let repeat = draw % 100 < REPEATS_PERCENT && self.keys > 0;
        let number = if repeat {
            ((u128::from(mix(draw)) * u128::from(self.keys)) >> 64) as u64
        } else {
            self.keys += 1;
            self.keys - 1
        };
        self.checks += 1;
        let key = key(number);
        match self.set.offer(key, || (), SeenKey::LEN) {
            Offer::Seen => Ok(()),
            Offer::New(()) => {
                self.let_through += 1;
                self.ledger.record(key)
            }
            Offer::Deferred(_) => self.ledger.record(key),
        }
    }

    fn take_one(&mut self) -> Result<bool> {
        match self.set.poll() {
            None => return Ok(false),
            Some(SeenEvent::New(key, ())) => {
                self.let_through += 1;
                self.ledger.record(key)?;
            }
            Some(SeenEvent::Done { run, .. }) => {
                run.map_or(Ok(()), |run| self.ledger.run_written(run))?;
            }
            Some(SeenEvent::Failed(error)) => bail!(error),
        }
        Ok(true)
    }

    fn take_or_wait(&mut self) -> Result<()> {
        if !self.take_one()? && self.set.is_judging() {
            let start = Instant::now();
            self.bell.wait();
            self.waited += start.elapsed();
        }
        Ok(())
    }

    fn report(&mut self) -> Result<()> {
        let wall = self.started.elapsed().as_secs_f64();
        let mib = |bytes: u64| bytes.saturating_sub(self.memory_before) as f64 / f64::from(1 << 20);
        println!(
            "{:>5.1} M keys: {:.2} M checks/s, {:.1} s wall, {:.1} s cpu, waited for the merge \
             {:.1} s and for the log {:.1} s, resident {:.0} MiB (peak {:.0}), runs written {:.2} GB, read {:.1} GB, \
             longest pause {:.1} ms ({:.1} ms of cpu)",
            self.keys as f64 / 1e6,
            self.checks as f64 / 1e6 / wall,
            wall,
            process::cpu().as_secs_f64(),
            self.waited.as_secs_f64(),
            self.ledger.waited.as_secs_f64(),
            mib(process::memory("VmRSS")?),
            mib(process::memory("VmHWM")?),
            self.files.written() as f64 / 1e9,
            self.files.read() as f64 / 1e9,
            self.pause.as_secs_f64() * 1e3,
            self.pause_cpu.as_secs_f64() * 1e3,
        );
        Ok(())
    }
}

/// Lets the calling thread wait until the seen set has something to give.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    ringing: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ringing.notify_one();
    }

    fn wait(&self) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let rung = self.ringing.wait_while(rung, |rung| !*rung);
        *rung.unwrap_or_else(PoisonError::into_inner) = false;
    }
}

/// The key with this number: so that no list of keys is needed.
fn key(number: u64) -> SeenKey {
    let url = mix(number);
    SeenKey::new(Fingerprint { host: HostHash(mix(!url)), url }, STORE_SEED)
}

/// A bijection that mixes well.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
