//! Reads captures back.

mod cdxj;
mod chunked;
mod find;
pub(crate) mod http;
mod list;
mod member;
mod place;
mod sorted;
mod walk;
mod warc;

pub(crate) use cdxj::{CdxjRow, ROW_BYTES_MAX};
pub use chunked::dechunked;
pub use find::{PayloadSource, StoredCapture, find_capture, find_capture_until, open_warc};
pub use http::{HttpParts, split_http};
pub use list::{IndexRow, captures_of, captures_under, hosts_from, latest_captures};
pub use place::{place_of_row, relocated_row};
#[cfg(test)]
pub(crate) use sorted::sort_beyond;
pub use sorted::{sort_index, sorted_index};
pub(crate) use walk::{Found, walk};
pub use warc::{WarcReader, WarcRecord};
