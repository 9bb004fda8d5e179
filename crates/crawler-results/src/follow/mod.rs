//! Reads the committed page list behind the crawl.

mod position;
mod row;
mod rows;

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::error::ResultError;
use position::Position;
pub use row::{PageRow, Timings, UsagePreferences, WarcPlace};
pub use rows::PageRows;

/// Makes something of committed pages.
///
/// The calls come in this order: `open` once; then `take` for row after row, in the order of the
/// page list, and `seal` now and then. Rows taken and not sealed are given again after a crash.
pub trait Follower {
    /// What it is called: of its position file, in logs and in errors. Letters, digits, `-`.
    fn name(&self) -> &'static str;

    /// What it does with pages.
    fn role(&self) -> Role {
        Role::Makes
    }

    /// Gets ready to go on behind `position`, and removes whatever it made of rows behind that.
    /// `state` is what the last [`seal`](Self::seal) returned; null the first time.
    ///
    /// # Errors
    /// When its outputs are not as `state` says.
    fn open(&mut self, position: u64, state: &Value) -> Result<(), ResultError>;

    /// Takes one row. Nothing need be durable yet.
    ///
    /// # Errors
    /// When it cannot go on; what was sealed stays.
    fn take(&mut self, row: &PageRow<'_>) -> Result<(), ResultError>;

    /// Whether it holds so much that it should seal.
    fn is_full(&self) -> bool;

    /// Attempts to deliver that a server did not take so far.
    fn attempts_failed(&self) -> u64 {
        0
    }

    /// How long a row may wait to be sealed while the crawl goes on.
    fn patience(&self) -> Duration;

    /// Brings what it made of the rows of `range` to a server or a reader, before they are sealed.
    /// Called until it is [`Delivery::Done`]; a call comes back within about a quarter of a second, so
    /// that a wish to stop is heard. What is no sink has nothing to deliver.
    ///
    /// # Errors
    /// When trying again would not help; what was sealed before stays.
    fn deliver(&mut self, _range: RowRange) -> Result<Delivery, ResultError> {
        Ok(Delivery::Done)
    }

    /// Delivers what does not depend on rows, when the crawl has ended and all of them are sealed.
    /// Called as [`deliver`](Self::deliver) is.
    ///
    /// # Errors
    /// When trying again would not help.
    fn finish(&mut self) -> Result<Delivery, ResultError> {
        Ok(Delivery::Done)
    }

    /// Makes all it made of the rows of `range` durable. Returns what it wants to know at its next
    /// `open`; that is noted durably together with the end of the range.
    ///
    /// # Errors
    /// When it cannot go on; what was sealed before stays.
    fn seal(&mut self, range: RowRange) -> Result<Value, ResultError>;
}

/// What a follower does with pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It makes files of them.
    Makes,
    /// It sends them elsewhere.
    Sends,
    /// It takes the files too that others make, and so ends behind them.
    Gathers,
}

/// How far a sink is with the rows that it shall deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// They are where they belong.
    Done,
    /// Not yet.
    UnderWay,
    /// Whoever they are for has gone and wants no more in this run.
    Unwanted,
}

/// Part of the page list, in bytes; whole rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowRange {
    /// Where its first row begins.
    pub from: u64,
    /// Behind its last row.
    pub to: u64,
}

/// How far the crawl is, in committed bytes of the page list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nothing is known yet.
    NotYet,
    /// More may come.
    Running(u64),
    /// Nothing more will come.
    Finished(u64),
    /// Seal what was taken and end; the rest is for the next run.
    Stop,
}

/// Tells how far the crawl is.
pub trait Source {
    /// At this moment.
    fn look(&self) -> Look;

    /// Waits a little for more, or for the end.
    fn wait(&self);

    /// Time since some fixed moment.
    fn elapsed(&self) -> Duration;

    /// Hears how far the follower is: at its begin, between looks, in deliveries, and at its end.
    fn hear(&self, _told: Told) {}
}

/// What a follower says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Bytes of the page list that it has sealed.
    pub sealed_to: u64,
    /// Attempts to deliver that a server did not take.
    pub attempts_failed: u64,
    /// It cannot go on.
    pub has_failed: bool,
}

/// Rows between two looks at the source: how soon a wish to stop is heard.
const ROWS_PER_LOOK: usize = 64;

/// How long a delivery may go on when the crawl shall end: as much as a server needs that is well.
const LAST_DELIVERY: Duration = Duration::from_secs(3);

/// Gives `follower` all rows committed so far and to come, from where it ended last time, until the
/// crawl ends or it shall stop. Returns the bytes of the page list that it has sealed.
///
/// # Errors
/// Those of the follower; when the page list or the position file cannot be read or written.
pub fn follow(
    follower: &mut dyn Follower,
    data_dir: &Path,
    source: &dyn Source,
) -> Result<u64, ResultError> {
    let mut position = Position::read(data_dir, follower.name())?;
    let ended = follow_from(&mut position, follower, data_dir, source);
    tell(source, follower, position.rows_to, ended.is_err());
    ended.map(|()| position.rows_to)
}

fn follow_from(
    position: &mut Position,
    follower: &mut dyn Follower,
    data_dir: &Path,
    source: &dyn Source,
) -> Result<(), ResultError> {
    follower.open(position.rows_to, &position.state)?;
    let mut rows = PageRows::open(data_dir, position.rows_to)?;
    let mut sealed_at = source.elapsed();
    loop {
        tell(source, follower, position.rows_to, false);
        let look = source.look();
        let (upto, is_last) = match look {
            Look::NotYet => {
                source.wait();
                continue;
            }
            Look::Running(upto) => (upto, false),
            Look::Finished(upto) => (upto, true),
            Look::Stop => (rows.position(), true),
        };
        if upto < position.rows_to {
            return Err(position.is_ahead_of(upto));
        }
        let has_more = take_some(follower, &mut rows, upto)?;
        let is_due = source.elapsed().saturating_sub(sealed_at) >= follower.patience();
        let is_end = is_last && !has_more;
        if rows.position() > position.rows_to && (follower.is_full() || is_due || is_end) {
            let range = RowRange { from: position.rows_to, to: rows.position() };
            if !delivered(source, follower, range.from, |follower| follower.deliver(range))? {
                return Ok(());
            }
            position.state = follower.seal(range)?;
            position.rows_to = range.to;
            position.write()?;
            sealed_at = source.elapsed();
        }
        if is_end {
            if matches!(look, Look::Finished(_)) {
                delivered(source, follower, position.rows_to, |follower| follower.finish())?;
            }
            return Ok(());
        }
        if !has_more {
            source.wait();
        }
    }
}

/// Has a sink deliver; whether it did before the end.
fn delivered(
    source: &dyn Source,
    follower: &mut dyn Follower,
    sealed_to: u64,
    mut deliver: impl FnMut(&mut dyn Follower) -> Result<Delivery, ResultError>,
) -> Result<bool, ResultError> {
    let mut give_up_at = None;
    loop {
        match deliver(follower)? {
            Delivery::Done => return Ok(true),
            Delivery::Unwanted => return Ok(false),
            Delivery::UnderWay => tell(source, follower, sealed_to, false),
        }
        if source.look() == Look::Stop {
            let now = source.elapsed();
            if now >= *give_up_at.get_or_insert(now.saturating_add(LAST_DELIVERY)) {
                return Ok(false);
            }
        }
    }
}

fn tell(source: &dyn Source, follower: &dyn Follower, sealed_to: u64, has_failed: bool) {
    source.hear(Told { sealed_to, attempts_failed: follower.attempts_failed(), has_failed });
}

/// Gives some of the rows before `upto`; whether there are more.
fn take_some(
    follower: &mut dyn Follower,
    rows: &mut PageRows,
    upto: u64,
) -> Result<bool, ResultError> {
    for _ in 0..ROWS_PER_LOOK {
        let Some(row) = rows.next_before(upto)? else { return Ok(false) };
        follower.take(&row)?;
        if follower.is_full() {
            break;
        }
    }
    Ok(rows.position() < upto)
}
