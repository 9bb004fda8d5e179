//! Whether and when a host may be asked: robots rules, pace, back-off.
