//! Keeps captures (WARC) and their index.
