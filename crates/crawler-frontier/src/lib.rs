//! Remembers durably what to fetch next.
