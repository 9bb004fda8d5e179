//! Turns the bytes of a page, sitemap or feed into outlinks and facts; never fails, never panics.
//!
//! Pages are scanned at byte level by the rules of the WHATWG tokenizer and no tree is built: what
//! only a tree builder knows (misnested tables, scripts that write markup) is out of reach on
//! purpose. All work is linear in the length of the page, whatever the page contains.
//!
//! URLs are handed out as written, with character references decoded; joining them with the base
//! is the caller's business. The crate does no I/O.

mod anchor;
mod attribute;
mod attribute_names;
mod charset;
mod classes;
mod collect;
mod cursor;
mod directives;
mod element;
mod entities;
mod link_header;
mod listing;
mod mime;
mod name;
mod page;
mod page_text;
mod prescan;
mod raw_text;
mod refresh;
mod rel;
mod rewrite;
mod simhash;
mod srcset;
mod text;
mod visit;
mod word;

#[cfg(test)]
mod tests;

pub use anchor::Anchor;
pub use charset::{CharsetSource, encode_query, to_text};
pub use directives::{RobotsDirectives, parse_x_robots_tag};
pub use link_header::parse_link_header;
pub use listing::{
    ENTRIES_MAX, Entry, EntryKind, Expect, LISTING_BYTES_MAX, ListingEnd, ListingFacts,
    ListingForm, ListingInput, Period, is_xml, read_listing,
};
pub use mime::is_html;
pub use page::{Assets, Link, LinkKind, LinkVisitor, PageFacts, PageInput, Want, extract};
pub use page_text::{PageText, page_text};
pub use rel::Rel;
pub use rewrite::{Replace, RewrittenHtml, UrlRole, rewrite_css, rewrite_html};
pub use simhash::{simhash, simhash_distance};
