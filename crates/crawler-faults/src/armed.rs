//! The build that can die.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Signal, getpid, kill_process};

use crate::{STEPS, VARIABLE};

/// Where to die, and at which time there.
struct Fault {
    step: &'static str,
    left: AtomicU64,
}

static FAULT: OnceLock<Option<Fault>> = OnceLock::new();

pub(crate) fn reached(step: &'static str) {
    let Some(fault) = FAULT.get_or_init(|| read().unwrap_or_default()) else { return };
    if fault.step == step && fault.left.fetch_sub(1, Ordering::Relaxed) == 1 {
        eprintln!("fault point {step}: killing this process");
        // SIGKILL cannot be refused; should it fail nonetheless, dying is still what is asked for.
        let _ = kill_process(getpid(), Signal::KILL);
        std::process::abort();
    }
}

pub(crate) fn check() -> Result<(), String> {
    read().map(drop)
}

fn read() -> Result<Option<Fault>, String> {
    match std::env::var(VARIABLE) {
        Ok(text) => parse(&text).map(Some),
        Err(_) => Ok(None),
    }
}

fn parse(text: &str) -> Result<Fault, String> {
    let (name, nth) = text.split_once(':').unwrap_or((text, "1"));
    let left = nth.parse().ok().filter(|nth| *nth > 0).ok_or_else(|| {
        format!("{VARIABLE}={text}: `{nth}` is not how often a step is reached, from 1")
    })?;
    let step = STEPS.iter().find(|step| **step == name).ok_or_else(|| {
        format!("{VARIABLE}={text}: there is no step `{name}`; there are {}", STEPS.join(", "))
    })?;
    Ok(Fault { step, left: AtomicU64::new(left) })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::STEPS;

    #[test]
    fn a_step_is_named_with_or_without_a_number() {
        for (text, nth) in [(STEPS[0].to_owned(), 1), (format!("{}:3", STEPS[0]), 3)] {
            let fault = parse(&text).unwrap();
            assert_eq!((fault.step, fault.left.into_inner()), (STEPS[0], nth));
        }
        for text in ["", "nowhere", "commit.synced:", "commit.synced:0", "commit.synced:x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
