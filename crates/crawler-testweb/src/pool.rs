//! Filler: blocks of HTML made and compressed once, of which all pages are composed.

use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};

use crate::config::PageMix;
use crate::content::filler;
use crate::content::words::Words;
use crate::draw::Draw;
use crate::error::WebError;

/// The blocks of a web, by size class.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) words: Words,
    /// Largest class first.
    classes: Vec<Class>,
}

#[derive(Debug)]
struct Class {
    bytes: usize,
    blocks: Vec<Block>,
}

/// One block of balanced HTML in each coding; each form can stand between any others of a page.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) identity: Bytes,
    /// Deflate blocks (RFC 1951) that refer to nothing before them and end on a byte boundary.
    pub(crate) deflate: Bytes,
    /// Brotli meta-blocks (RFC 7932 9.2), likewise.
    pub(crate) brotli: Bytes,
    /// CRC-32 of the identity form.
    pub(crate) crc: crc32fast::Hasher,
}

/// Size of the class and how many blocks it has, largest first.
const CLASSES: &[(usize, u32)] = &[
    (64 << 10, 6),
    (32 << 10, 6),
    (16 << 10, 8),
    (8 << 10, 8),
    (4 << 10, 12),
    (2 << 10, 12),
    (1 << 10, 16),
    (512, 16),
    (256, 16),
];

impl Pool {
    /// Under a megabyte of text and well below a second of work.
    pub(crate) fn build(seed: u64, mix: PageMix) -> Result<Self, WebError> {
        let bytes_max = match mix {
            PageMix::Tiny => 2 << 10,
            PageMix::Docs => 16 << 10,
            PageMix::Live => 64 << 10,
        };
        let words = Words::new(seed);
        let mut classes = Vec::new();
        for &(bytes, count) in CLASSES.iter().filter(|(bytes, _)| *bytes <= bytes_max) {
            let blocks = (0..count)
                .map(|nth| {
                    let mut draw = Draw::new(seed, &[bytes as u64, u64::from(nth)]);
                    Block::new(filler::html(&mut draw, &words, bytes))
                })
                .collect::<Result<_, _>>()?;
            classes.push(Class { bytes, blocks });
        }
        Ok(Self { words, classes })
    }

    /// Blocks that together have about so many bytes, the larger ones first.
    pub(crate) fn fill(&self, mut bytes: usize, draw: &mut Draw) -> Vec<&Block> {
        let mut chosen = Vec::with_capacity(12);
        for class in &self.classes {
            while bytes >= class.bytes {
                let nth = draw.below(class.blocks.len() as u32);
                chosen.push(&class.blocks[nth as usize]);
                bytes -= class.bytes;
            }
        }
        chosen
    }
}

impl Block {
    fn new(html: String) -> Result<Self, WebError> {
        let mut crc = crc32fast::Hasher::new();
        crc.update(html.as_bytes());
        Ok(Self {
            deflate: deflate(html.as_bytes())?,
            brotli: brotli_bare(html.as_bytes())?,
            crc,
            identity: html.into(),
        })
    }
}

/// Raw deflate that ends with an empty stored block, so on a byte boundary.
fn deflate(data: &[u8]) -> Result<Bytes, WebError> {
    let mut packed = Vec::with_capacity(data.len() + 64);
    let mut encoder = Compress::new(Compression::default(), false);
    match encoder.compress_vec(data, &mut packed, FlushCompress::Full) {
        Ok(Status::Ok) if encoder.total_in() == data.len() as u64 => Ok(packed.into()),
        other => Err(WebError::Compress(std::io::Error::other(format!("deflate gave {other:?}")))),
    }
}

/// Meta-blocks without stream header and end, padded to a byte boundary, that neither look back
/// nor use the static dictionary (whose distances depend on the place in the stream).
fn brotli_bare(mut data: &[u8]) -> Result<Bytes, WebError> {
    let params = BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: crate::compose::BROTLI_WINDOW_BITS,
        size_hint: data.len(),
        catable: true,
        appendable: true,
        bare_stream: true,
        use_dictionary: false,
        ..Default::default()
    };
    let mut packed = Vec::with_capacity(data.len());
    brotli::BrotliCompress(&mut data, &mut packed, &params).map_err(WebError::Compress)?;
    Ok(packed.into())
}

/// About as dense as gzip, and fast enough to build the pool at start.
const BROTLI_QUALITY: i32 = 5;
