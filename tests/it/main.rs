//! The one integration test binary: it drives the real `crawler` binary.
