//! Keeps the heads that pass through a connection, byte for byte.

use bytes::{Bytes, BytesMut};
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// First reservation for a head.
const HEAD_BYTES_EXPECTED: usize = 1024;

/// A transport that records the request head written and the response head read. Costs nothing but
/// a branch per read once the response head is complete.
pub(crate) struct Tee<T> {
    transport: T,
    heads: Heads,
}

/// Access to what the [`Tee`] of a connection records.
#[derive(Clone)]
pub(crate) struct Heads(Rc<RefCell<Recording>>);

struct Recording {
    request: BytesMut,
    response: HeadRecorder,
}

impl<T> Tee<T> {
    pub(crate) fn new(transport: T, head_bytes_max: usize) -> (Self, Heads) {
        let recording =
            Recording { request: BytesMut::new(), response: HeadRecorder::new(head_bytes_max) };
        let heads = Heads(Rc::new(RefCell::new(recording)));
        (Self { transport, heads: heads.clone() }, heads)
    }
}

impl Heads {
    /// Begins to record, for the request about to be sent.
    pub(crate) fn arm(&self) {
        let mut recording = self.0.borrow_mut();
        recording.request.clear();
        recording.response.arm();
    }

    /// Whether the server has sent anything since [`arm`](Self::arm).
    pub(crate) fn answered(&self) -> bool {
        self.0.borrow().response.answered
    }

    /// The request head as sent.
    pub(crate) fn take_request(&self) -> Bytes {
        self.0.borrow_mut().request.split().freeze()
    }

    /// The response head as received, if its end was seen.
    pub(crate) fn take_response(&self) -> Option<Bytes> {
        self.0.borrow_mut().response.take()
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Tee<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.transport).poll_read(cx, buf);
        if let Some(received @ [_, ..]) = buf.filled().get(before..) {
            this.heads.0.borrow_mut().response.record(received);
        }
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Tee<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.transport).poll_write(cx, buf);
        if let Poll::Ready(Ok(written)) = polled {
            let sent = buf.get(..written).unwrap_or(buf);
            this.heads.0.borrow_mut().request.extend_from_slice(sent);
        }
        polled
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().transport).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().transport).poll_shutdown(cx)
    }
}

/// Finds the end of the final response head in a stream of reads, in whatever pieces it comes.
struct HeadRecorder {
    head: BytesMut,
    head_bytes_max: usize,
    state: State,
    answered: bool,
    /// Whether the current line has anything besides carriage returns.
    line_has_text: bool,
    /// Whether the head has a line: blank ones before the status line do not end it.
    head_has_text: bool,
}

#[derive(PartialEq)]
enum State {
    /// Nothing to record: not armed, complete, or larger than allowed.
    Off,
    Recording,
    Complete,
}

impl HeadRecorder {
    fn new(head_bytes_max: usize) -> Self {
        Self {
            head: BytesMut::new(),
            head_bytes_max,
            state: State::Off,
            answered: false,
            line_has_text: false,
            head_has_text: false,
        }
    }

    fn arm(&mut self) {
        self.begin_head();
        self.state = State::Recording;
        self.answered = false;
    }

    fn begin_head(&mut self) {
        self.head.clear();
        self.line_has_text = false;
        self.head_has_text = false;
    }

    fn take(&mut self) -> Option<Bytes> {
        let complete = self.state == State::Complete;
        self.state = State::Off;
        complete.then(|| self.head.split().freeze())
    }

    fn record(&mut self, received: &[u8]) {
        self.answered = true;
        let mut rest = received;
        while self.state == State::Recording && !rest.is_empty() {
            let line_end = memchr::memchr(b'\n', rest).map_or(rest.len(), |idx| idx + 1);
            let (line, after) = rest.split_at(line_end);
            self.record_line(line);
            rest = after;
        }
    }

    /// `line` may lack its beginning or its end. Lines end with LF or CR LF (RFC 9112 2.2).
    fn record_line(&mut self, line: &[u8]) {
        self.line_has_text |= line.iter().any(|byte| !matches!(byte, b'\r' | b'\n'));
        self.head_has_text |= self.line_has_text;
        if !self.head_has_text {
            return;
        }
        if self.head.len() + line.len() > self.head_bytes_max {
            self.state = State::Off;
            return;
        }
        if self.head.is_empty() {
            self.head.reserve(HEAD_BYTES_EXPECTED);
            let text_at = line.iter().position(|byte| *byte != b'\r').unwrap_or(0);
            self.head.extend_from_slice(&line[text_at..]);
        } else {
            self.head.extend_from_slice(line);
        }
        if line.ends_with(b"\n") {
            if !self.line_has_text {
                self.end_head();
            }
            self.line_has_text = false;
        }
    }

    fn end_head(&mut self) {
        if is_interim(&self.head) { self.begin_head() } else { self.state = State::Complete }
    }
}

/// 1xx, but for 101, after which the connection speaks another protocol (RFC 9110 15.2).
fn is_interim(head: &[u8]) -> bool {
    let status = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    status.starts_with(b"1") && !status.starts_with(b"101")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAX: usize = 64;
    /// What is received and the head found in it.
    const TABLE: &[(&str, Option<&str>)] = &[
        ("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", Some("HTTP/1.1 200 OK\r\nA: b\r\n\r\n")),
        ("HTTP/1.1 200 OK\nA: b\n\nbody\n\n", Some("HTTP/1.1 200 OK\nA: b\n\n")),
        ("\r\n\r\nHTTP/1.0 404\r\n\r\n", Some("HTTP/1.0 404\r\n\r\n")),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 E\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nb",
            Some("HTTP/1.1 200 OK\r\n\r\n"),
        ),
        ("HTTP/1.1 101 Switching\r\n\r\nx", Some("HTTP/1.1 101 Switching\r\n\r\n")),
        ("HTTP/1.1 200 OK\r\nA: b\r\n", None),
        ("", None),
        ("HTTP/1.1 200 OK\r\nA: 0123456789012345678901234567890123456789012345\r\n\r\n", None),
    ];

    fn record<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<Bytes> {
        let mut recorder = HeadRecorder::new(MAX);
        recorder.arm();
        for piece in pieces {
            recorder.record(piece);
        }
        recorder.take()
    }

    #[test]
    fn the_final_head_is_found() {
        for (received, head) in TABLE {
            let found = record([received.as_bytes()]);
            assert_eq!(found.as_deref(), head.map(str::as_bytes), "{received:?}");
        }
    }

    #[test]
    fn it_is_found_byte_by_byte() {
        for (received, head) in TABLE {
            let found = record(received.as_bytes().chunks(1));
            assert_eq!(found.as_deref(), head.map(str::as_bytes), "{received:?}");
        }
    }

    #[test]
    fn nothing_is_recorded_before_arming_and_after_the_end() {
        let mut recorder = HeadRecorder::new(MAX);
        recorder.record(b"HTTP/1.1 408 Idle\r\n\r\n");
        assert_eq!(recorder.take(), None);
        recorder.arm();
        recorder.record(b"HTTP/1.1 200 OK\r\n\r\n");
        recorder.record(b"body\r\n\r\n");
        assert_eq!(recorder.take().as_deref(), Some(&b"HTTP/1.1 200 OK\r\n\r\n"[..]));
        assert_eq!(recorder.take(), None);
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            received in prop::collection::vec(prop::sample::select(b"\r\n 1Hx:".to_vec()), 0..80),
            size in 1_usize..9,
        ) {
            prop_assert_eq!(record([&received[..]]), record(received.chunks(size)));
        }
    }
}
