//! What the pages say.

pub(crate) mod asset;
pub(crate) mod filler;
pub(crate) mod link;
pub(crate) mod listed;
pub(crate) mod odd_page;
pub(crate) mod page;
pub(crate) mod sitemap;
pub(crate) mod words;
