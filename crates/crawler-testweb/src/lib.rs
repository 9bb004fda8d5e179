//! A deterministic web on loopback for tests, benchmarks and first contact.
