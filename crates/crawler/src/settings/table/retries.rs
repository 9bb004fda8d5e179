//! Which attempts are made again.

use crawler_engine::Cause;

use super::Setting;
use crate::settings::value::{Refusal, put};

const RETRIES_MAX: u8 = 100;
/// What stands for an empty list of statuses.
const NONE: &str = "none";

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "retries",
        "N",
        "3",
        |s, given| put(&mut s.retries, given.count(0..=u64::from(RETRIES_MAX))),
        "Further attempts for a URL, each after everything else its host has",
    ),
    Setting::value(
        "retry_status",
        "LIST",
        "408,429,500,502,503,504,522,524",
        |s, given| put(&mut s.retry_status, given.one(statuses)),
        "Statuses after which a URL is tried again, separated by commas, or none",
    ),
    Setting::list(
        "retries_for",
        "CAUSE=N",
        |s, given| put(&mut s.retries_for, given.each(retries_for)),
        "Another number of attempts after one cause: dns, connect, tls (0 unless given here), timeout, \
         reset or status. Repeatable",
    ),
];

fn statuses(text: &str) -> Result<Vec<u16>, Refusal> {
    if text == NONE {
        return Ok(Vec::new());
    }
    let status = |item: &str| {
        let item = item.trim();
        item.parse().ok().filter(|status| (400..=599).contains(status)).ok_or_else(|| Refusal {
            problem: format!("`{item}` is not a status of an error"),
            accepted: Some(format!("numbers from 400 to 599 separated by commas, or {NONE}")),
        })
    };
    text.split(',').map(status).collect()
}

fn retries_for(text: &str) -> Result<(Cause, u8), Refusal> {
    let refusal = || Refusal {
        problem: format!("`{text}` is not a number of attempts for a cause"),
        accepted: Some(format!(
            "CAUSE=N with one of {} and 0 to {RETRIES_MAX}",
            Cause::ALL.map(|(name, _)| name).join(", ")
        )),
    };
    let (cause, number) = text.split_once('=').ok_or_else(refusal)?;
    let number = number.trim().parse().ok().filter(|n| *n <= RETRIES_MAX);
    Ok((cause.trim().parse().map_err(|_| refusal())?, number.ok_or_else(refusal)?))
}
