//! The crawler process.

fn main() {}
