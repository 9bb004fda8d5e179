//! A response body that keeps its host's ledger entry open until it is sent.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::answer::Framing;
use crate::server::ledger::Visit;

/// Pieces to send.
pub(super) struct SendBody {
    pieces: VecDeque<Bytes>,
    size: SizeHint,
    /// Ends the visit when the body is sent or given up.
    _visit: Option<Visit>,
}

/// Size of the chunks of a chunked page.
const CHUNK_BYTES: usize = 64;

impl SendBody {
    pub(super) fn new(mut pieces: VecDeque<Bytes>, framing: Framing, visit: Option<Visit>) -> Self {
        let bytes: u64 = pieces.iter().map(|piece| piece.len() as u64).sum();
        let size = match framing {
            Framing::Length => SizeHint::with_exact(bytes),
            Framing::Short(missing) => SizeHint::with_exact(bytes + missing),
            Framing::Chunked => {
                let whole = pieces.into_iter().collect::<Vec<_>>().concat();
                pieces = whole.chunks(CHUNK_BYTES).map(Bytes::copy_from_slice).collect();
                SizeHint::new()
            }
        };
        Self { pieces, size, _visit: visit }
    }
}

impl Body for SendBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.pieces.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    /// Also true for a body cut short, whatever its size hint promises: the server then closes
    /// the connection.
    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.size
    }
}
