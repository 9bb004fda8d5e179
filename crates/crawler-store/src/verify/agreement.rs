//! Captures against the rows about them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::Checking;
use super::claim::{Claim, Origin};
use crate::error::StoreError;
use crate::paths::{cdxj_file, open_form, pages_file, warc_dir};

/// Rows that lead to files which are not there: how many, and where the first is.
type Astray = BTreeMap<(Origin, String), (u64, u64)>;

impl Checking<'_> {
    /// Compares all that was claimed; `compared` are the kinds of rows that there are.
    pub(super) fn compare(
        &mut self,
        data_dir: &Path,
        compared: &[Origin],
    ) -> Result<(), StoreError> {
        let Some(claims) = self.claims.take() else { return Ok(()) };
        if compared.is_empty() {
            return Ok(());
        }
        let mut lines = claims.finish()?;
        let mut astray = Astray::new();
        let mut group: Vec<Claim> = Vec::new();
        while let Some(line) = lines.next_line()? {
            let Some(claim) = Claim::of_line(line) else { continue };
            let begins = group
                .first()
                .is_some_and(|it| (&it.file, it.offset) != (&claim.file, claim.offset));
            if begins {
                self.compare_group(data_dir, compared, &group, &mut astray);
                group.clear();
            }
            group.push(claim);
        }
        self.compare_group(data_dir, compared, &group, &mut astray);
        for ((origin, file), (rows, at)) in astray {
            let reason = format!("rows that lead to {file}, which is not there: {rows}");
            self.report(&row_file(data_dir, origin), at, reason);
        }
        Ok(())
    }

    /// All claims about one place, the record's first.
    fn compare_group(
        &mut self,
        data_dir: &Path,
        compared: &[Origin],
        group: &[Claim],
        astray: &mut Astray,
    ) {
        let Some((first, rows)) = group.split_first() else { return };
        if first.origin != Origin::Record {
            return self.without_record(data_dir, group, astray);
        }
        for origin in compared {
            let mut own = rows.iter().filter(|row| row.origin == *origin);
            let path = row_file(data_dir, *origin);
            if let Some(row) = own.next() {
                self.compare_row(&path, first, row);
            } else {
                let (rows, url) = (path.display(), &first.url);
                let reason = format!("no row of {rows} leads to the capture of {url}");
                self.report(&warc_file(data_dir, &first.file), first.offset, reason);
            }
            for row in own {
                let reason =
                    format!("a second row leads to byte {} of {}", first.offset, first.file);
                self.report(&path, row.at, reason);
            }
        }
    }

    fn without_record(&mut self, data_dir: &Path, rows: &[Claim], astray: &mut Astray) {
        for row in rows {
            let path = warc_file(data_dir, &row.file);
            if path.exists() {
                let reason = format!("no capture begins at byte {} of {}", row.offset, row.file);
                self.report(&row_file(data_dir, row.origin), row.at, reason);
            } else {
                let entry = astray.entry((row.origin, row.file.clone())).or_insert((0, row.at));
                *entry = (entry.0 + 1, entry.1.min(row.at));
            }
        }
    }

    fn compare_row(&mut self, path: &Path, record: &Claim, row: &Claim) {
        self.differ(path, record, row, "length", &record.length, &row.length);
        self.differ(path, record, row, "url", &record.url, &row.url);
        self.differ(path, record, row, "status", &record.status, &row.status);
        self.differ(path, record, row, "digest", &record.digest, &row.digest);
        // The index tells no milliseconds.
        let time = record.time.get(..row.time.len().max(14)).unwrap_or(&record.time).to_owned();
        self.differ(path, record, row, "time", &time, &row.time);
        if let (Some(stored), Some(told)) = (record.body, row.body) {
            self.differ(path, record, row, "wire_bytes", &stored, &told);
        }
    }

    fn differ<T: PartialEq + Display>(
        &mut self,
        path: &Path,
        record: &Claim,
        row: &Claim,
        name: &str,
        stored: &T,
        told: &T,
    ) {
        if stored != told {
            let (offset, file) = (record.offset, &record.file);
            let reason = format!(
                "{name} is {told} here, but {stored} in the record at byte {offset} of {file}"
            );
            self.report(path, row.at, reason);
        }
    }
}

fn row_file(data_dir: &Path, origin: Origin) -> PathBuf {
    if origin == Origin::Pages { pages_file(data_dir) } else { cdxj_file(data_dir) }
}

/// The file under the name it has.
fn warc_file(data_dir: &Path, file: &str) -> PathBuf {
    let closed = warc_dir(data_dir).join(file);
    let open = open_form(&closed);
    if open.exists() { open } else { closed }
}
