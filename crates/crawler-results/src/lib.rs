//! What is made of the committed page list: further formats and sinks.
//!
//! `pages/pages.jsonl` and the WARC files are the crawl's own, durable under one commit. Everything
//! else is a pure function of them. A [`Follower`] reads the committed rows behind the crawl, on a
//! thread of its own, and makes something of them: Parquet files, text and Markdown, edges of the
//! link graph, posts to a web hook. [`follow()`] gives it row after row, has it seal what it made, and
//! only then takes note durably of how far it is, in `results/{name}.json`.
//!
//! So each format keeps the promise of the one commit: no row is made of a page that was not
//! committed; after a crash what lies behind the noted position is cut off and made again; a format
//! asked for later, or of a finished crawl, comes out the same.

mod body;
mod content;
mod error;
mod follow;
mod jsonl_zst;
mod mirror;
mod parquet;
mod sink;
mod wacz;

#[cfg(test)]
mod tests;

pub use body::{StoredPage, stored_page};
pub use content::{ExtractedRow, PageFollower, RowsAs, content, extracted};
pub use error::ResultError;
pub use follow::{
    Delivery, Follower, Look, PageRow, PageRows, Role, RowRange, Source, Timings, Told,
    UsagePreferences, WarcPlace, follow,
};
pub use jsonl_zst::compressed_pages;
pub use mirror::{Mirror, MirrorTotals};
pub use parquet::{PagesWriter, page_columns, parquet_links, parquet_pages};
pub use sink::{Backoff, BadTarget, S3Target, StdoutRows, Upload, Webhook, WebhookConfig};
pub use wacz::{WaczAbout, WaczTotals, write_wacz};
