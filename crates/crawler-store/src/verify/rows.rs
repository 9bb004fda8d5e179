//! What the rows of the index and of the page list say.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use serde_json::Value;

use super::Checking;
use super::claim::{Claim, Origin, digits};
use crate::error::StoreError;
use crate::read::{CdxjRow, ROW_BYTES_MAX};

impl Checking<'_> {
    /// Reads all rows of a file; `false` when it is not there.
    pub(super) fn row_file(&mut self, path: &Path, origin: Origin) -> Result<bool, StoreError> {
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            file => file.map_err(StoreError::io("open", path))?,
        };
        let mut source = BufReader::with_capacity(1 << 18, file);
        let (mut at, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let mut bounded = (&mut source).take(ROW_BYTES_MAX as u64);
            let read =
                bounded.read_until(b'\n', &mut line).map_err(StoreError::io("read", path))?;
            if read == 0 {
                return Ok(true);
            }
            match claim_of(origin, at, &line) {
                Ok(claim) => {
                    self.verified.rows += 1;
                    if let Some(claims) = &mut self.claims {
                        claims.push(&claim.to_line())?;
                    }
                }
                Err(reason) => self.report(path, at, reason),
            }
            at += read as u64;
        }
    }
}

fn claim_of(origin: Origin, at: u64, line: &[u8]) -> Result<Claim, String> {
    if !line.ends_with(b"\n") {
        return Err("the row is cut off or too long".to_owned());
    }
    if origin == Origin::Cdxj { of_cdxj(at, line) } else { of_page(at, line) }
}

fn of_cdxj(at: u64, line: &[u8]) -> Result<Claim, String> {
    let row = CdxjRow::parse(line)?;
    Ok(Claim {
        file: row.file().ok_or("filename leads elsewhere")?.to_owned(),
        offset: row.offset(),
        origin: Origin::Cdxj,
        at,
        length: row.length(),
        url: row.url().to_owned(),
        time: row.timestamp.to_owned(),
        status: row.status().unwrap_or(0),
        digest: row.digest().unwrap_or_default().to_owned(),
        body: None,
    })
}

fn of_page(at: u64, line: &[u8]) -> Result<Claim, String> {
    let row: Value = serde_json::from_slice(line).map_err(|error| format!("no row: {error}"))?;
    let missing = |name: &str| format!("the row has no {name}");
    let text = |name: &str| row[name].as_str().ok_or_else(|| missing(name));
    let place = |name: &str| row["warc"][name].as_u64().ok_or_else(|| missing(name));
    Ok(Claim {
        file: row["warc"]["file"].as_str().ok_or_else(|| missing("warc.file"))?.to_owned(),
        offset: place("offset")?,
        origin: Origin::Pages,
        at,
        length: place("length")?,
        url: text("url")?.to_owned(),
        time: digits(text("ts")?),
        status: row["status"].as_u64().and_then(|it| it.try_into().ok()).unwrap_or(0),
        digest: text("digest")?.to_owned(),
        body: row["wire_bytes"].as_u64(),
    })
}
