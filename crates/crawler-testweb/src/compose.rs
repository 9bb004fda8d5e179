//! A page's body from filler blocks and text of its own, in any coding, without compressing.
//!
//! The page's own text travels uncompressed inside the compressed stream: as stored blocks in
//! deflate, as uncompressed meta-blocks in brotli.

use bytes::{BufMut, Bytes, BytesMut};

use crate::coding::Coding;
use crate::pool::Block;

/// Window the brotli streams announce; every block looks back less far than 4 MiB.
pub(crate) const BROTLI_WINDOW_BITS: i32 = 22;

/// One piece of a body.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    Own(Bytes),
    Filler(&'a Block),
}

/// The body in this coding, as pieces to send one after the other.
pub(crate) fn encode(pieces: &[Piece<'_>], coding: Coding) -> Vec<Bytes> {
    let mut wire = Wire::default();
    match coding {
        Coding::Identity => identity(pieces, &mut wire),
        Coding::Gzip => gzip(pieces, &mut wire),
        Coding::Brotli => brotli(pieces, &mut wire),
    }
    wire.finish()
}

fn identity(pieces: &[Piece<'_>], wire: &mut Wire) {
    for piece in pieces {
        match piece {
            Piece::Own(text) => wire.push(text),
            Piece::Filler(block) => wire.push(&block.identity),
        }
    }
}

fn gzip(pieces: &[Piece<'_>], wire: &mut Wire) {
    // RFC 1952 2.3: deflate, no flags, no time, no extra flags, unknown system.
    wire.small(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    let mut crc = crc32fast::Hasher::new();
    let mut len = 0_u32;
    for piece in pieces {
        match piece {
            Piece::Own(text) => {
                crc.update(text);
                len = len.wrapping_add(text.len() as u32);
                for part in text.chunks(STORED_BYTES_MAX) {
                    stored_block(wire, part.len() as u16, 0);
                    wire.push(&text.slice_ref(part));
                }
            }
            Piece::Filler(block) => {
                crc.combine(&block.crc);
                len = len.wrapping_add(block.identity.len() as u32);
                wire.push(&block.deflate);
            }
        }
    }
    stored_block(wire, 0, 1);
    wire.small(&crc.finalize().to_le_bytes());
    wire.small(&len.to_le_bytes());
}

/// Header of a stored block (RFC 1951 3.2.4), on a byte boundary.
fn stored_block(wire: &mut Wire, len: u16, last: u8) {
    wire.small(&[last]);
    wire.small(&len.to_le_bytes());
    wire.small(&(!len).to_le_bytes());
}

/// Longest stored block.
const STORED_BYTES_MAX: usize = 0xffff;

fn brotli(pieces: &[Piece<'_>], wire: &mut Wire) {
    // WBITS = 22 (four bits 1011), then an empty metadata meta-block to reach a byte boundary:
    // not last, MNIBBLES 11, reserved 0, MSKIPBYTES 00 (RFC 7932 9.1, 9.2).
    wire.small(&[0b0110_1011, 0]);
    for piece in pieces {
        match piece {
            Piece::Own(text) => {
                for part in text.chunks(UNCOMPRESSED_BYTES_MAX) {
                    // Not last, four nibbles of length minus one, uncompressed, zero padding.
                    let bits = ((part.len() as u32 - 1) << 3) | (1 << 19);
                    wire.small(&bits.to_le_bytes()[..3]);
                    wire.push(&text.slice_ref(part));
                }
            }
            Piece::Filler(block) => wire.push(&block.brotli),
        }
    }
    // ISLAST and ISLASTEMPTY.
    wire.small(&[0b11]);
}

/// Longest meta-block with a length of four nibbles.
const UNCOMPRESSED_BYTES_MAX: usize = 1 << 16;

/// Collects pieces: short ones are copied together, long ones shared.
#[derive(Default)]
struct Wire {
    done: Vec<Bytes>,
    open: BytesMut,
}

/// Below this, copying is cheaper than one more buffer to send.
const SHARED_BYTES_MIN: usize = 8 << 10;

impl Wire {
    fn push(&mut self, piece: &Bytes) {
        if piece.len() < SHARED_BYTES_MIN {
            self.small(piece);
            return;
        }
        self.close();
        self.done.push(piece.clone());
    }

    fn small(&mut self, piece: &[u8]) {
        if self.open.is_empty() {
            self.open.reserve(2 * SHARED_BYTES_MIN);
        }
        self.open.put_slice(piece);
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.done.push(self.open.split().freeze());
        }
    }

    fn finish(mut self) -> Vec<Bytes> {
        self.close();
        self.done
    }
}
