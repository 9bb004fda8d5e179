//! Frontiers and lists of URLs as files: the form they have there, and what is wrong with one.

mod failure;
mod format;
mod items;
mod lines;
mod list;
mod tally;

pub(crate) use failure::Failure;
pub(crate) use format::Format;
pub(crate) use items::Items;
pub(crate) use lines::Lines;
pub(crate) use list::UrlList;
pub(crate) use tally::Tally;
