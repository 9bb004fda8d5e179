//! Measures the frontier's parts at sizes that no test has.
//!
//! `frontier seen --keys 1M,20M --dir DIR`: the seen set, one calling thread, 60 % repeats.
//! `frontier queue --urls 1M,10M --hosts 1M --dir DIR`: the queues, one shard.

mod counting;
mod ledger;
mod process;
mod queue;
mod seen;

use anyhow::{Context, Result, bail};
use seen::Plan;
use std::env;
use std::path::PathBuf;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "usage: frontier seen [--keys 1M,20M,100M,300M] [--dir DIR] \
                     [--batch-keys 2M] [--fresh-keys 512K] [--recent 64K]\n       \
                     frontier queue [--urls 1M,10M] [--hosts 1M] [--group 4] [--lives 1M] \
                     [--dir DIR]";

fn main() -> Result<()> {
    let mut words = env::args().skip(1);
    match words.next().as_deref() {
        Some("seen") => seen::measure(&plan(words)?),
        Some("queue") => queue::measure(&queue_plan(words)?),
        _ => bail!(USAGE),
    }
}

fn plan(mut words: impl Iterator<Item = String>) -> Result<Plan> {
    let mut plan = Plan {
        milestones: vec![1_000_000, 20_000_000, 100_000_000, 300_000_000],
        dir: env::temp_dir(),
        batch_keys: 2 << 20,
        fresh_keys: 512 << 10,
        recent_slots: 64 << 10,
    };
    while let Some(option) = words.next() {
        let value = words.next().with_context(|| format!("{option} needs a value; {USAGE}"))?;
        match option.as_str() {
            "--keys" => plan.milestones = value.split(',').map(count).collect::<Result<_>>()?,
            "--dir" => plan.dir = PathBuf::from(value),
            "--batch-keys" => plan.batch_keys = count(&value)? as usize,
            "--fresh-keys" => plan.fresh_keys = count(&value)? as usize,
            "--recent" => plan.recent_slots = count(&value)? as usize,
            _ => bail!("unknown option {option}; {USAGE}"),
        }
    }
    Ok(plan)
}

fn queue_plan(mut words: impl Iterator<Item = String>) -> Result<queue::Plan> {
    let mut plan = queue::Plan {
        milestones: vec![1_000_000, 10_000_000],
        hosts: 1_000_000,
        group: 4,
        lives: 1_000_000,
        dir: env::temp_dir(),
    };
    while let Some(option) = words.next() {
        let value = words.next().with_context(|| format!("{option} needs a value; {USAGE}"))?;
        match option.as_str() {
            "--urls" => plan.milestones = value.split(',').map(count).collect::<Result<_>>()?,
            "--hosts" => plan.hosts = count(&value)?,
            "--group" => plan.group = count(&value)?,
            "--lives" => plan.lives = count(&value)?,
            "--dir" => plan.dir = PathBuf::from(value),
            _ => bail!("unknown option {option}; {USAGE}"),
        }
    }
    Ok(plan)
}

/// A number, with K and M for a thousand and a million.
fn count(text: &str) -> Result<u64> {
    let (digits, unit) = match text.strip_suffix(['M', 'K']) {
        Some(digits) if text.ends_with('M') => (digits, 1_000_000),
        Some(digits) => (digits, 1_000),
        None => (text, 1),
    };
    let number: u64 = digits.parse().with_context(|| format!("{text:?} is no number"))?;
    Ok(number * unit)
}
