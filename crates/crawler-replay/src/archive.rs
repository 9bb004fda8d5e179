//! Which capture is meant.

use std::path::PathBuf;
use std::sync::Mutex;

use crawler_store::{
    IndexRow, StoreError, StoredCapture, captures_of, captures_under, find_capture_until,
    hosts_from, latest_captures, sort_index,
};
use crawler_url::WireUrl;

use crate::capture_time::end_of;

/// Captures of a list on one page.
pub(crate) const LISTED_MAX: usize = 200;
/// Hosts on one page.
pub(crate) const HOSTS_MAX: usize = 100;
/// Captures that are shown as the latest.
const LATEST_MAX: usize = 20;

/// What a directory holds.
#[derive(Debug)]
pub(crate) struct Archive {
    data_dir: PathBuf,
    /// Held by the one who sorts.
    sorting: Mutex<()>,
}

/// What there is for a URL and a time.
#[derive(Debug)]
pub(crate) enum Found {
    /// The very capture.
    Capture(Box<StoredCapture>),
    /// One of another time, or of a URL with the same key.
    Near(IndexRow),
    Nothing,
}

/// A part of a list and where it goes on.
#[derive(Debug)]
pub(crate) struct Part<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) next: Option<String>,
}

impl Archive {
    pub(crate) fn new(data_dir: PathBuf) -> Self {
        Self { data_dir, sorting: Mutex::new(()) }
    }

    /// The capture of a URL nearest to a time, or the newest.
    pub(crate) fn find(&self, url: &WireUrl, at: Option<&str>) -> Result<Found, StoreError> {
        let rows = self.captures(url)?;
        let is_same = |row: &&IndexRow| row.url == url.as_str();
        let Some(row) = nearest(rows.iter().filter(is_same), at).or(nearest(rows.iter(), at))
        else {
            return Ok(Found::Nothing);
        };
        if row.url != url.as_str() || at != Some(&row.timestamp) {
            return Ok(Found::Near(row.clone()));
        }
        let capture = find_capture_until(&self.data_dir, url, &row.timestamp)?;
        Ok(capture.map_or(Found::Nothing, |capture| Found::Capture(Box::new(capture))))
    }

    /// All captures of a URL and of those with the same key, oldest first.
    pub(crate) fn captures(&self, url: &WireUrl) -> Result<Vec<IndexRow>, StoreError> {
        self.sort();
        captures_of(&self.data_dir, url)
    }

    /// Captures whose keys begin so; `from` is where to go on.
    pub(crate) fn under(&self, key: &str, from: &str) -> Result<Part<IndexRow>, StoreError> {
        self.sort();
        let mut rows = captures_under(&self.data_dir, key, from, LISTED_MAX + 1)?;
        let beyond = (rows.len() > LISTED_MAX).then(|| rows.pop()).flatten();
        let next = beyond.map(|row| format!("{} {}", row.key, row.timestamp));
        Ok(Part { rows, next })
    }

    /// Hosts from one on.
    pub(crate) fn hosts(&self, from: &str) -> Result<Part<String>, StoreError> {
        self.sort();
        let mut rows = hosts_from(&self.data_dir, from, HOSTS_MAX + 1)?;
        let next = (rows.len() > HOSTS_MAX).then(|| rows.pop()).flatten();
        Ok(Part { rows, next })
    }

    /// What was captured last.
    pub(crate) fn latest(&self) -> Result<Vec<IndexRow>, StoreError> {
        latest_captures(&self.data_dir, LATEST_MAX)
    }

    /// Sorts what a crawl beside has added, if it is much. Without leave to write or room for it,
    /// captures are found all the same.
    fn sort(&self) {
        let Ok(_sorting) = self.sorting.try_lock() else { return };
        if let Err(error) = sort_index(&self.data_dir, &mut |_| {}) {
            tracing::debug!(%error, "the index is not sorted");
        }
    }
}

/// The row nearest to a time, the later one of two as near; without a time the last.
fn nearest<'r>(rows: impl Iterator<Item = &'r IndexRow>, at: Option<&str>) -> Option<&'r IndexRow> {
    let Some(at) = at.and_then(end_of) else { return rows.max_by_key(|row| &row.timestamp) };
    let distance = |row: &&IndexRow| {
        end_of(&row.timestamp)
            .map_or(u64::MAX, |time| time.duration_since(at).as_secs().unsigned_abs())
    };
    rows.min_by_key(|row| (distance(row), std::cmp::Reverse(row.timestamp.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_found() {
        let row = |timestamp: &str| IndexRow {
            key: "example,a)/".into(),
            timestamp: timestamp.into(),
            url: "http://a.example/".into(),
            status: Some(200),
            mime: None,
        };
        let rows = ["20250101000000", "20260101000000", "20260103000000"].map(row);
        for (at, expected) in [
            (None, 2),
            (Some("2020"), 0),
            (Some("2030"), 2),
            (Some("20250501"), 0),
            (Some("20251001"), 1),
            (Some("20260102000000"), 2),
            (Some("20260101235959"), 1),
            (Some("99"), 2),
        ] {
            assert_eq!(nearest(rows.iter(), at), Some(&rows[expected]), "{at:?}");
        }
        assert_eq!(nearest([].iter(), Some("2026")), None);
    }
}
