//! Turns bytes into outlinks and page facts; never fails, never panics.
