//! Rows as columns of Apache Parquet files.
//!
//! ```text
//! DATA/parquet/pages/date=YYYY-MM-DD/{from}.parquet   pages, by the day of the request (UTC), sorted by SURT
//! DATA/parquet/links/date=YYYY-MM-DD/{from}.parquet   edges of the link graph, sorted by the SURT of their page
//! ```
//!
//! `from` is the byte of the page list at which the rows of a file begin. A file of many rows is
//! final; the newest is made anew, under its name, when rows are added, so that a crawl that is
//! stopped and continued often leaves no heap of small files.

mod daily;
mod links;
mod pages;
mod table;
mod time;
mod write;

pub use links::parquet_links;
pub use pages::{PagesWriter, page_columns, parquet_pages};
