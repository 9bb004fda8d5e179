//! The durable side of an honest caller: keys deferred and let through go to a log that is synced
//! once a second, and with it what happens to runs, all on a thread of its own.

use anyhow::{Context, Result, anyhow};
use crawler_frontier::seen::{Compaction, RunMeta, SeenKey, SeenStore};
use std::fs::{self, File};
use std::io::Write;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const CHUNK_BYTES: usize = 256 << 10;
/// Chunks that may wait to be written: what is recorded during a sync.
const CHUNKS_MAX: usize = 128;
const SYNC_INTERVAL: Duration = Duration::from_secs(1);
/// A log is begun anew at this size; what is that old was judged long ago.
const LOG_BYTES_MAX: u64 = 512 << 20;

/// The calling thread's end.
pub(crate) struct Ledger {
    chunk: Vec<u8>,
    entries: SyncSender<Entry>,
    emptied: Receiver<Vec<u8>>,
    /// How long the calling thread waited for a place.
    pub(crate) waited: Duration,
    thread: JoinHandle<Result<u64>>,
}

enum Entry {
    Keys(Vec<u8>),
    Run(RunMeta),
}

impl Ledger {
    pub(crate) fn start(store: SeenStore, dir: &Path) -> Result<Self> {
        let (entries, received) = sync_channel(CHUNKS_MAX);
        let (used, emptied) = sync_channel(CHUNKS_MAX + 1);
        let writer = Writer {
            store,
            log: File::create(dir.join("log-0"))?,
            dir: dir.to_owned(),
            logs: 1,
            in_log: 0,
            bytes: 0,
            runs: Vec::new(),
        };
        let thread = thread::Builder::new().name("ledger".into());
        let thread = thread.spawn(move || writer.run(&received, &used))?;
        let waited = Duration::ZERO;
        Ok(Self { chunk: Vec::with_capacity(CHUNK_BYTES), entries, emptied, waited, thread })
    }

    pub(crate) fn record(&mut self, key: SeenKey) -> Result<()> {
        self.chunk.extend_from_slice(&key.to_bytes());
        if self.chunk.len() + SeenKey::LEN <= CHUNK_BYTES {
            return Ok(());
        }
        let empty = self.emptied.try_recv();
        let empty = empty.unwrap_or_else(|_| Vec::with_capacity(CHUNK_BYTES));
        let full = mem::replace(&mut self.chunk, empty);
        let start = Instant::now();
        let sent = self.entries.send(Entry::Keys(full));
        self.waited += start.elapsed();
        sent.context("the log's thread has ended")
    }

    pub(crate) fn run_written(&self, run: RunMeta) -> Result<()> {
        self.entries.send(Entry::Run(run)).context("the log's thread has ended")
    }

    /// Ends the thread and gives the bytes it wrote.
    pub(crate) fn finish(self) -> Result<u64> {
        drop(self.entries);
        self.thread.join().map_err(|_| anyhow!("the log's thread panicked"))?
    }
}

struct Writer {
    store: SeenStore,
    dir: PathBuf,
    log: File,
    logs: u64,
    in_log: u64,
    bytes: u64,
    runs: Vec<RunMeta>,
}

impl Writer {
    fn run(mut self, entries: &Receiver<Entry>, used: &SyncSender<Vec<u8>>) -> Result<u64> {
        let mut due = Instant::now() + SYNC_INTERVAL;
        loop {
            match entries.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Entry::Keys(mut chunk)) => {
                    self.append(&chunk)?;
                    chunk.clear();
                    let _ = used.try_send(chunk);
                }
                Ok(Entry::Run(run)) => self.runs.push(run),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= due {
                self.commit()?;
                due = Instant::now() + SYNC_INTERVAL;
            }
        }
        self.commit()?;
        Ok(self.bytes)
    }

    /// What a real caller does in one database batch.
    fn commit(&mut self) -> Result<()> {
        let runs = mem::take(&mut self.runs);
        let compaction = self.store.take_compaction().transpose()?;
        let added = compaction.iter().map(Compaction::added);
        for run in runs.iter().copied().chain(added) {
            self.append(format!("{run:?}\n").as_bytes())?;
        }
        self.log.sync_data()?;
        self.store.publish(&runs);
        if let Some(compaction) = compaction {
            self.store.apply(compaction);
        }
        if self.in_log > LOG_BYTES_MAX {
            self.log = File::create(self.dir.join(format!("log-{}", self.logs)))?;
            fs::remove_file(self.dir.join(format!("log-{}", self.logs - 1)))?;
            self.logs += 1;
            self.in_log = 0;
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.log.write_all(bytes)?;
        self.in_log += bytes.len() as u64;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}
