//! Runs shards on cores and keeps them running.
