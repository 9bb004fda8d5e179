//! Collects a body as it comes.

use crate::connection::Link;
use crate::response::Truncated;
use crate::watchdog::Watchdog;
use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Incoming};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The body up to `bytes_max`, and why it is not whole if it is not.
pub(crate) async fn collect(
    mut body: Incoming,
    bytes_max: u64,
    link: &mut Link,
    watchdog: &mut Watchdog<'_>,
) -> (Bytes, Option<Truncated>) {
    let declared = body.size_hint().exact().unwrap_or(0);
    let mut collector = Collector::new(declared, bytes_max);
    watchdog.total_only();
    let truncated = poll_fn(|cx| poll_body(&mut body, &mut collector, link, watchdog, cx)).await;
    (collector.into_bytes(), truncated)
}

fn poll_body(
    body: &mut Incoming,
    collector: &mut Collector,
    link: &mut Link,
    watchdog: &mut Watchdog<'_>,
    cx: &mut Context<'_>,
) -> Poll<Option<Truncated>> {
    let mut advanced = false;
    loop {
        match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                // Trailers are of no use here.
                let Ok(data) = frame.into_data() else { continue };
                if let Room::Full = collector.push(data) {
                    return Poll::Ready(Some(Truncated::Length));
                }
                if body.is_end_stream() {
                    return Poll::Ready(None);
                }
                if watchdog.has_elapsed() {
                    return Poll::Ready(Some(Truncated::Time));
                }
                advanced = false;
            }
            Poll::Ready(Some(Err(_))) => return Poll::Ready(Some(Truncated::Disconnect)),
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending if !advanced => {
                link.advance(cx);
                advanced = true;
            }
            Poll::Pending => return watchdog.poll_elapsed(cx).map(|()| Some(Truncated::Time)),
        }
    }
}

/// A body that came in one piece stays that piece; of more, one buffer is made.
struct Collector {
    single: Bytes,
    joined: BytesMut,
    declared: usize,
    room: usize,
}

enum Room {
    Left,
    /// The limit is reached and something had to be left out.
    Full,
}

impl Collector {
    /// `declared` bytes are announced, zero if that is not known.
    fn new(declared: u64, bytes_max: u64) -> Self {
        Self {
            single: Bytes::new(),
            joined: BytesMut::new(),
            declared: usize::try_from(declared.min(bytes_max)).unwrap_or(0),
            room: usize::try_from(bytes_max).unwrap_or(usize::MAX),
        }
    }

    fn push(&mut self, mut data: Bytes) -> Room {
        let fits = data.len() <= self.room;
        data.truncate(self.room);
        self.room -= data.len();
        if !self.joined.is_empty() {
            self.joined.extend_from_slice(&data);
        } else if self.single.is_empty() {
            self.single = data;
        } else {
            self.joined.reserve(self.declared.max(self.single.len() + data.len()));
            self.joined.extend_from_slice(&self.single);
            self.joined.extend_from_slice(&data);
            self.single = Bytes::new();
        }
        if fits { Room::Left } else { Room::Full }
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() { self.single } else { self.joined.freeze() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_up_to_the_limit() {
        let table: &[(&[&str], u64, &str, bool)] = &[
            (&[], 10, "", false),
            (&["abc"], 10, "abc", false),
            (&["abc", "", "def"], 10, "abcdef", false),
            (&["", "abc", "def"], 6, "abcdef", false),
            (&["abc", "def", "g"], 6, "abcdef", true),
            (&["abcdef"], 4, "abcd", true),
            (&["a"], 0, "", true),
        ];
        for (pieces, bytes_max, expected, full) in table {
            let mut collector = Collector::new(u64::MAX, *bytes_max);
            let mut was_full = false;
            for piece in *pieces {
                was_full |= matches!(collector.push(Bytes::from(*piece)), Room::Full);
            }
            assert_eq!(collector.into_bytes(), *expected, "{pieces:?}");
            assert_eq!(was_full, *full, "{pieces:?}");
        }
    }

    #[test]
    fn a_single_piece_is_not_copied() {
        let piece = Bytes::from(vec![7; 100]);
        let mut collector = Collector::new(0, 1000);
        collector.push(piece.clone());
        assert_eq!(collector.into_bytes().as_ptr(), piece.as_ptr());
    }
}
