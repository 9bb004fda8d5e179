//! Turns a URL into a fetch outcome within limits.
