//! Where rows of the index lead.

use std::io::Write;

use super::cdxj::CdxjRow;
use crate::encode::finish_cdxj_row;

/// WARC file and offset that a row of the index leads to; `None` for what is no row.
#[must_use]
pub fn place_of_row(row: &[u8]) -> Option<(String, u64)> {
    let row = CdxjRow::parse(row).ok()?;
    Some((row.file()?.to_owned(), row.offset()))
}

/// The row of a record that was put elsewhere, with another length, because it is compressed
/// otherwise there. `None` for what is no row of ours.
#[must_use]
pub fn relocated_row(row: &[u8], file: &str, offset: u64, length: u64) -> Option<Vec<u8>> {
    // Behind it are numbers and the name of a WARC file only.
    let at = memchr::memmem::rfind(row, b", \"length\": \"")?;
    let mut relocated = row.get(..at)?.to_vec();
    // Writing to a Vec cannot fail.
    let _ = write!(relocated, ", \"length\": \"{length}\"");
    finish_cdxj_row(&mut relocated, file, offset);
    relocated.pop();
    Some(relocated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_led_elsewhere() {
        let row = br#"com,a)/ 20250101000000 {"url": "http://a.com/?\", \"length\": \"", "status": "200", "length": "7", "offset": "9", "filename": "a.warc.zst"}"#;
        assert_eq!(place_of_row(row), Some(("a.warc.zst".to_owned(), 9)));
        let moved = relocated_row(row, "a.warc.gz", 10, 8).unwrap();
        let expected =
            r#""status": "200", "length": "8", "offset": "10", "filename": "a.warc.gz"}"#;
        assert!(String::from_utf8(moved.clone()).unwrap().ends_with(expected));
        assert_eq!(place_of_row(&moved), Some(("a.warc.gz".to_owned(), 10)));
        assert!(moved.starts_with(&row[..60]));
        for other in [&b"x"[..], b"", b"a 1 {}"] {
            assert_eq!(place_of_row(other), None);
        }
    }
}
