//! Answers as text for people.

pub(crate) mod events;
mod fields;
mod hosts;
mod lines;
mod lists;
mod status;
pub(crate) mod table;
mod time;

pub(crate) use fields::fields;
pub(crate) use hosts::{host, hosts, state as host_state, waits};
pub(crate) use lists::{audit, reloaded, seeds, traps, urls};
pub(crate) use status::{state, status};
pub(crate) use time::{duration, now_ms, time_of_day};
