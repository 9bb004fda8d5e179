//! Reads captures back.

mod cdxj;
mod find;
pub(crate) mod http;
mod warc;

pub(crate) use cdxj::{CdxjRow, ROW_BYTES_MAX};
pub use find::{PayloadSource, StoredCapture, find_capture};
pub use warc::{WarcReader, WarcRecord};
