//! Memory for decoded bodies, used again from body to body: a page is decoded, read and dropped. New memory
//! for each would be given back to the system and zeroed by it again all the time.

use bytes::Bytes;
use std::cell::Cell;

/// What is kept for the next body at most.
const KEPT_BYTES_MAX: usize = 2 * 1024 * 1024;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A buffer with whatever was in it before.
pub(super) fn take() -> Vec<u8> {
    SPARE.take()
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
        assert_eq!((part.as_ref(), take().capacity()), (&b"ag"[..], 0));
        drop(part);
        let again = take();
        assert_eq!(again.as_ptr(), at);
    }

    #[test]
    fn a_large_buffer_is_not_kept() {
        drop(lend(vec![0; KEPT_BYTES_MAX + 1]));
        assert_eq!(take().capacity(), 0);
    }
}
