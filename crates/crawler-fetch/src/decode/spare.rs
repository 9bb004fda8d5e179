//! Memory for decoded bodies, used again from body to body: a page is decoded, read and dropped. New memory
//! for each would be given back to the system and zeroed by it again all the time.

use bytes::Bytes;
use std::cell::Cell;

/// What is kept for the next body at most.
const KEPT_BYTES_MAX: usize = 4 * 1024 * 1024;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// An empty buffer with room for so many bytes.
pub(super) fn empty(room: usize) -> Vec<u8> {
    let mut bytes = SPARE.take();
    bytes.clear();
    // Not grown: that would copy what nobody wants any more.
    if bytes.capacity() < room { Vec::with_capacity(room) } else { bytes }
}

/// A buffer of so many bytes, all of which are to be written over: they are whatever they were before.
pub(super) fn stale(len: usize) -> Vec<u8> {
    let mut bytes = SPARE.take();
    if bytes.capacity() < len {
        return vec![0; len];
    }
    bytes.resize(len, 0);
    bytes
}

/// The bytes, whose memory comes back when the last use of them is dropped.
pub(super) fn lend(bytes: Vec<u8>) -> Bytes {
    Bytes::from_owner(Lent(bytes))
}

struct Lent(Vec<u8>);

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.0.capacity() <= KEPT_BYTES_MAX {
            // Fails only when the thread ends.
            let _ = SPARE.try_with(|spare| spare.set(std::mem::take(&mut self.0)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_when_its_last_user_is_gone() {
        let mut buffer = Vec::with_capacity(100_000);
        buffer.extend_from_slice(b"page");
        let at = buffer.as_ptr();
        let page = lend(buffer);
        let part = page.slice(1..3);
        drop(page);
        assert_eq!((part.as_ref(), SPARE.take().capacity()), (&b"ag"[..], 0));
        drop(part);
        let again = stale(50_000);
        assert_eq!((again.as_ptr(), again.len()), (at, 50_000));
        drop(lend(again));
        let empty = empty(100_000);
        assert_eq!((empty.as_ptr(), empty.len()), (at, 0));
    }

    #[test]
    fn too_small_a_buffer_is_replaced() {
        drop(lend(vec![7; 10]));
        assert_eq!(stale(20), [0; 20]);
        drop(lend(vec![7; 10]));
        assert!(empty(20).capacity() >= 20);
    }

    #[test]
    fn a_large_buffer_is_not_kept() {
        drop(lend(vec![0; KEPT_BYTES_MAX + 1]));
        assert_eq!(empty(0).capacity(), 0);
    }
}
