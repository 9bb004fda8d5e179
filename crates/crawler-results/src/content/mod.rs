//! Rows made of stored pages: what they say, and the fields that rules name.

mod append;
mod extracted;
mod follower;
mod page;
mod pool;
mod said;

#[cfg(test)]
mod tests;

pub use extracted::{ExtractedRow, RowsAs, extracted};
pub use follower::PageFollower;
pub use said::content;
