//! The hot paths, one by one, on fixed pages and one thread.
//!
//! `paths [NAME …]` times them (all of them without names): the best of many short slices, since a
//! machine that is busy with something else only ever makes a slice slower.
//! `paths --rounds N NAME` runs one path N times within `collected`, for those who count
//! instructions; see `instructions.py`.

mod input;
mod path;

use anyhow::{Context, Result, bail};
use path::Path;
use rustix::time::{ClockId, clock_gettime};
use std::env;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// CPU time of a slice.
const SLICE_SECONDS: f64 = 0.02;
const SLICES: u32 = 50;

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    match &words[..] {
        [option, rounds, name] if option == "--rounds" => {
            let mut path = Path::named(name)?;
            // What is prepared once is not a part of the path.
            path.run();
            collected(&mut path, rounds.parse().context("--rounds needs a number")?);
            Ok(())
        }
        [option, ..] if option.starts_with('-') => bail!("usage: paths [NAME …] | --rounds N NAME"),
        [] => time(&path::NAMES),
        names => time(names),
    }
}

/// What the instructions are counted in.
#[inline(never)]
fn collected(path: &mut Path, rounds: u32) {
    for _ in 0..rounds {
        path.run();
    }
}

fn time(names: &[impl AsRef<str>]) -> Result<()> {
    println!("{:>12} {:>9} {:>9}  of", "path", "ns", "MB/s");
    for name in names {
        let mut path = Path::named(name.as_ref())?;
        let seconds = (0..SLICES).map(|_| slice(&mut path)).fold(f64::INFINITY, f64::min);
        let ns = seconds * 1e9 / path.items as f64;
        let megabytes = path.bytes as f64 / 1e6 / seconds;
        println!("{:>12} {ns:>9.1} {megabytes:>9.0}  {}", path.name, path.what);
    }
    Ok(())
}

/// Seconds that one round takes, on average over a slice.
fn slice(path: &mut Path) -> f64 {
    let (started_at, mut rounds) = (cpu_seconds(), 0_u32);
    loop {
        path.run();
        rounds += 1;
        let seconds = cpu_seconds() - started_at;
        if seconds >= SLICE_SECONDS {
            return seconds / f64::from(rounds);
        }
    }
}

/// Of this thread: what else runs on the machine does not count.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
