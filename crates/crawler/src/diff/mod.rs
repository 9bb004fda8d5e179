//! What changed between two crawls, or between two generations of one.
//!
//! The pages of both sides are sorted by URL outside memory and read side by side, so that memory
//! does not grow with the crawls.

mod side;

use std::cmp::Ordering;

use clap::ValueEnum;

pub(crate) use side::{Page, Side};

/// What became of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Change {
    /// Only the second has it
    New,
    /// Only the first has it
    Gone,
    /// Same status, other content
    Changed,
    /// Another status
    Status,
    /// Same status, same content
    Unchanged,
}

impl Change {
    /// All, in the order in which they are told.
    pub(crate) const ALL: [Self; 5] =
        [Self::New, Self::Gone, Self::Changed, Self::Status, Self::Unchanged];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::Status => "status",
            Self::Unchanged => "unchanged",
        }
    }

    fn between(before: &Page, after: &Page) -> Self {
        // "Not modified" is the server's word that status and content are as they were.
        let is_kept = before.is_not_modified || after.is_not_modified;
        if !is_kept && before.status != after.status {
            Self::Status
        } else if before.digest == after.digest || (is_kept && after.digest.is_empty()) {
            Self::Unchanged
        } else {
            Self::Changed
        }
    }
}

/// Visits every URL of either side, in order, with its pages.
///
/// # Errors
/// Those of reading the sorted pages, and of `visit`.
pub(crate) fn diff(
    mut before: Side,
    mut after: Side,
    mut visit: impl FnMut(Change, Option<&Page>, Option<&Page>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (mut a, mut b) = (before.next()?, after.next()?);
    loop {
        let order = match (&a, &b) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.url.cmp(&b.url),
        };
        match order {
            Ordering::Less => visit(Change::Gone, a.as_ref(), None)?,
            Ordering::Greater => visit(Change::New, None, b.as_ref())?,
            Ordering::Equal => {
                if let (Some(before), Some(after)) = (&a, &b) {
                    visit(Change::between(before, after), Some(before), Some(after))?;
                }
            }
        }
        if order.is_le() {
            a = before.next()?;
        }
        if order.is_ge() {
            b = after.next()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn crawl(dir: &Path, rows: &[&str]) {
        fs::create_dir_all(dir.join("pages")).unwrap();
        let line = |row: &&str| {
            let [url, ts, status, digest, generation, revisit] =
                row.split(' ').collect::<Vec<_>>()[..]
            else {
                return format!("{row}\n");
            };
            let revisit =
                if revisit == "-" { String::new() } else { format!(",\"revisit\":\"{revisit}\"") };
            let digest = digest.trim_start_matches('-');
            format!(
                "{{\"url\":\"{url}\",\"ts\":\"{ts}\",\"status\":{status},\"digest\":\"{digest}\",\
                 \"generation\":{generation}{revisit}}}\n"
            )
        };
        let text: String = rows.iter().map(line).collect();
        fs::write(dir.join("pages/pages.jsonl"), text).unwrap();
    }

    fn told(before: Side, after: Side) -> Vec<String> {
        let mut told = Vec::new();
        let status = |page: Option<&Page>| page.map_or(0, |page| page.status);
        diff(before, after, |change, a, b| {
            let url = &a.or(b).unwrap().url;
            told.push(format!("{} {url} {} {}", change.as_str(), status(a), status(b)));
            Ok(())
        })
        .unwrap();
        told
    }

    #[test]
    fn every_url_has_its_change() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        crawl(
            &a,
            &[
                "z 3 200 Z 1 -",
                "b 1 200 OLD 1 -",
                "b 2 200 B 1 -",
                "c 1 200 C 1 -",
                "d 1 200 D 1 -",
                "e 1 200 E 1 -",
                "damaged",
                "{\"url\":\"no digest\"}",
                "f 1 200 F 1 -",
            ],
        );
        crawl(
            &b,
            &[
                "a 1 200 A 1 -",
                "b 5 200 B 1 identical_payload",
                "c 5 200 CC 1 -",
                "d 5 404 D 1 -",
                "e 5 304 - 1 server_not_modified",
                "f 5 304 F 1 server_not_modified",
            ],
        );
        let side = |dir| Side::read(dir, None, dir).unwrap();
        let expected = [
            "new a 0 200",
            "unchanged b 200 200",
            "changed c 200 200",
            "status d 200 404",
            "unchanged e 200 304",
            "unchanged f 200 304",
            "gone z 200 0",
        ];
        assert_eq!(told(side(&a), side(&b)), expected);
    }

    #[test]
    fn generations_of_one_crawl_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        crawl(
            dir.path(),
            &["a 1 200 A 1 -", "b 1 200 B 1 -", "a 2 200 AA 2 -", "c 2 200 C 2 -", "a 3 200 A 3 -"],
        );
        let side = |generation| Side::read(dir.path(), Some(generation), dir.path()).unwrap();
        let expected = ["changed a 200 200", "gone b 200 0", "new c 0 200"];
        assert_eq!(told(side(1), side(2)), expected);
        assert_eq!(told(side(1), side(3)), ["unchanged a 200 200", "gone b 200 0"]);
    }
}
