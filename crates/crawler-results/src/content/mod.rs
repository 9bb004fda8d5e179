//! Rows made of stored pages: what they say, and the fields that rules name.

mod append;
mod extracted;
mod follower;
mod page;
mod pool;
mod said;

pub use extracted::{ExtractedRow, extracted};
pub use follower::PageFollower;
pub use said::content;
