//! Keeps captures (WARC) and their index.
//!
//! Two sides with one hand-over between them:
//! - [`CaptureEncoder`] runs on every shard thread. It is pure: a [`Capture`] goes in, the finished
//!   WARC members and index rows come out as an [`EncodedCapture`]. No file, no clock.
//! - [`StoreWriter`] runs on one thread. It appends encoded captures to the files of the data
//!   directory and says, after each [`StoreWriter::sync`], up to which byte they are durable.
//!
//! The caller commits those [`StorePositions`] in its own database. After a crash
//! [`StoreWriter::open`] cuts every file back to the committed positions, so that there is neither
//! a torn record nor an index row without its record.
//!
//! ```text
//! DATA/warc/{prefix}-{timestamp17}-{serial}.warc.gz   closed files, or `.warc.zst`; `.open` is appended to the name of the one being written
//! DATA/cdxj/index.cdxj                                one row per response or revisit, in capture order
//! DATA/cdxj/sorted/{from}-{to}.cdxj                   parts of it as sorted lines, made when somebody looks up
//! DATA/pages/pages.jsonl                              one row per capture, what the crawl knows about it
//! DATA/reports/skipped.jsonl                          one row per URL that was not captured, with the reason
//! DATA/logs/crawl.jsonl                               one row per URL that has ended, if it is wanted
//! ```
//!
//! What this crate is not: it does not decode content encodings, deduplicate, lock the directory
//! against a second process.

mod capture;
mod codec;
mod digest;
mod encode;
mod error;
mod paths;
mod read;
mod repair;
mod sort;
mod time;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

pub use capture::{Capture, CaptureTimings, Revisit, SkippedRow, UsagePreferences};
pub use codec::WarcCodec;
pub use digest::content_digest;
pub use encode::{
    CaptureEncoder, EncodedCapture, EncoderConfig, LogRow, MemberWriter, RecordChoice,
    encode_log_row, encode_skipped,
};
pub use error::StoreError;
pub use read::{
    HttpParts, IndexRow, PayloadSource, StoredCapture, WarcReader, WarcRecord, captures_of,
    captures_under, dechunked, find_capture, find_capture_until, hosts_from, latest_captures,
    open_warc, place_of_row, relocated_row, sort_index, sorted_index, split_http,
};
pub use repair::{
    FileFinding, MendedStore, append_skipped_rows, check_store, mend_found, mend_store,
};
pub use sort::{LineSorter, SortedLines};
pub use verify::{Fault, Verified, verify_store, verify_warc_files};
pub use writer::{StoreConfig, StorePositions, StoreWriter, WarcPosition, WarcState};
