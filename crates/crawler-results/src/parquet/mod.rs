//! Rows as columns of Apache Parquet files.
//!
//! ```text
//! DATA/parquet/pages/date=YYYY-MM-DD/{from}.parquet   pages, by the day of the request (UTC), sorted by SURT
//! DATA/parquet/links/date=YYYY-MM-DD/{from}.parquet   edges of the link graph, sorted by the SURT of their page
//! DATA/parquet/extracted/{rule}/{from}.parquet        rows of an extraction rule, in the order of the page list
//! ```
//!
//! `from` is the byte of the page list, or of the rule's rows, at which the rows of a file begin. A
//! file of many rows is final; the newest is made anew, under its name, when rows are added, so that
//! a crawl that is stopped and continued often leaves no heap of small files.

mod daily;
mod file;
mod links;
mod pages;
mod rule_columns;
mod rule_files;
mod table;
mod time;
mod write;

#[cfg(test)]
pub(crate) use daily::FileSize;
pub use links::parquet_links;
#[cfg(test)]
pub(crate) use pages::parquet_pages_of;
pub use pages::{PagesWriter, page_columns, parquet_pages};
pub(crate) use rule_files::{Extent, RULE_FILE_BYTES, RuleFiles};
