//! Records against themselves.

use std::fs;
use std::path::Path;

use super::Checking;
use super::claim::{Claim, Origin, digits};
use super::digests::{DigestCheck, check_digest};
use crate::error::StoreError;
use crate::paths::OPEN_SUFFIX;
use crate::read::{Found, WarcRecord, http, walk};

/// Fields that every record has (WARC 1.1, section 5); `Content-Length` is what it was read by.
const MANDATORY: [&str; 3] = ["WARC-Type", "WARC-Record-ID", "WARC-Date"];

impl Checking<'_> {
    /// Reads all records of a file.
    pub(super) fn warc_file(&mut self, path: &Path) -> Result<(), StoreError> {
        let len = fs::metadata(path).map_err(StoreError::io("inspect", path))?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = name.strip_suffix(OPEN_SUFFIX).unwrap_or(&name);
        self.verified.files += 1;
        walk(path, len, |found| match found {
            Found::Record(record) => {
                self.verified.records += 1;
                self.record(path, record);
                self.claim_record(file, record)
            }
            Found::Damage(span, cause) => {
                let bytes = span.end - span.start;
                let mut reason = format!("{bytes} bytes are no record: {cause}");
                if span.end == len && file != name {
                    reason.push_str(
                        " (this file was being written; a next run of the crawl cuts off what was \
                         not committed)",
                    );
                }
                self.report(path, span.start, reason);
                Ok(())
            }
        })
    }

    fn record(&mut self, path: &Path, record: &WarcRecord) {
        for name in MANDATORY {
            if record.header(name).is_none_or(str::is_empty) {
                self.report(path, record.offset(), format!("the record has no {name}"));
            }
        }
        self.digest(path, record, "WARC-Block-Digest", Some(record.block()));
        // The digest of a revisit is that of a payload stored elsewhere.
        if record.kind() != "revisit" {
            self.digest(path, record, "WARC-Payload-Digest", payload(record));
        }
    }

    fn digest(&mut self, path: &Path, record: &WarcRecord, name: &str, bytes: Option<&[u8]>) {
        let Some(stated) = record.header(name) else { return };
        match bytes.map_or(DigestCheck::Unknown, |bytes| check_digest(stated, bytes)) {
            DigestCheck::Same => self.verified.digests += 1,
            DigestCheck::Unknown => self.verified.digests_unknown += 1,
            DigestCheck::Other(found) => {
                let reason = format!("{name} is {stated}, but the bytes have {found}");
                self.report(path, record.offset(), reason);
            }
        }
    }

    fn claim_record(&mut self, file: &str, record: &WarcRecord) -> Result<(), StoreError> {
        let Some(claims) = &mut self.claims else { return Ok(()) };
        if !matches!(record.kind(), "response" | "revisit") {
            return Ok(());
        }
        let text = |name| record.header(name).unwrap_or_default().to_owned();
        let http = http::split_http(record.block());
        let claim = Claim {
            file: file.to_owned(),
            offset: record.offset(),
            origin: Origin::Record,
            at: record.offset(),
            length: record.length(),
            url: text("WARC-Target-URI"),
            time: digits(&text("WARC-Date")),
            status: http.status.unwrap_or(0),
            digest: text("WARC-Payload-Digest"),
            body: (record.kind() == "response").then_some(http.body.len() as u64),
        };
        claims.push(&claim.to_line())
    }
}

/// The payload that a digest is of: what is left of an HTTP message without head and transfer coding
/// (WARC 1.1, section 6.3.2). `None` when it is in a transfer coding, as other programs store it.
fn payload(record: &WarcRecord) -> Option<&[u8]> {
    if !record.header("Content-Type").unwrap_or_default().starts_with("application/http") {
        return Some(record.block());
    }
    let parts = http::split_http(record.block());
    let is_coded = parts.head.split(|byte| *byte == b'\n').any(|line| {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        name.eq_ignore_ascii_case(b"transfer-encoding")
    });
    (!is_coded).then_some(parts.body)
}
