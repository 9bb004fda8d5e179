//! Whole pages.

mod hostile;
mod page;
mod rows;
