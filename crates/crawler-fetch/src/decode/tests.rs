use super::{DecodeEnd, DecodeLimits, Decoded, decode};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;
use std::io::{Read, Write};

const LIMITS: DecodeLimits = DecodeLimits { bytes_max: 10_000_000, ratio_max: 100 };

fn text(len: usize) -> Vec<u8> {
    let line = b"The quick brown fox jumps over the lazy dog, again and again. ";
    let mut state = 1_u32;
    (0..len)
        .map(|idx| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if idx % 7 == 0 { (state >> 24) as u8 } else { line[idx % line.len()] }
        })
        .collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("written");
    encoder.finish().expect("finished")
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("written");
    encoder.finish().expect("finished")
}

fn raw_deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("written");
    encoder.finish().expect("finished")
}

fn br(content: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 4, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut coded, &params).expect("coded");
    coded
}

fn zstandard(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 3).expect("coded")
}

fn undo(coded: Vec<u8>, coding: &str) -> Decoded {
    decode(&Bytes::from(coded), Some(coding), LIMITS)
}

type Encode = fn(&[u8]) -> Vec<u8>;

const CODINGS: &[(&str, Encode)] = &[
    ("gzip", gzip),
    ("x-gzip", gzip),
    ("GZIP", gzip),
    ("identity, gzip", gzip),
    ("deflate", zlib),
    ("deflate", raw_deflate),
    ("br", br),
    ("zstd", zstandard),
    ("gzip, br", |content| br(&gzip(content))),
    ("zstd, gzip", |content| gzip(&zstandard(content))),
];

#[test]
fn every_coding_is_undone() {
    for len in [0, 1, 100, 10_000, 300_000] {
        for (coding, encode) in CODINGS {
            let decoded = undo(encode(&text(len)), coding);
            assert_eq!(decoded.end, DecodeEnd::Complete, "{coding} {len}");
            assert!(decoded.bytes == text(len), "{coding} {len}");
        }
    }
}

#[test]
fn a_truncated_body_keeps_its_beginning() {
    let content = text(300_000);
    for (coding, encode) in CODINGS {
        let mut coded = encode(&content);
        coded.truncate(coded.len() / 2);
        let decoded = undo(coded, coding);
        assert!(matches!(decoded.end, DecodeEnd::Corrupt(_)), "{coding} {:?}", decoded.end);
        assert!(decoded.bytes.len() > 50_000, "{coding} {}", decoded.bytes.len());
        assert!(content.starts_with(&decoded.bytes), "{coding}");
    }
}

#[test]
fn bombs_end_at_the_limit() {
    let zeros = vec![0; 3_000_000];
    let tight = DecodeLimits { bytes_max: 1000, ..LIMITS };
    for (coding, encode) in CODINGS {
        let bomb = Bytes::from(encode(&zeros));
        // By the ratio, which counts from 1 MiB.
        let decoded = decode(&bomb, Some(coding), LIMITS);
        assert_eq!(decoded.end, DecodeEnd::Limit, "{coding}");
        assert_eq!(decoded.bytes.len(), (1 << 20).max(bomb.len() * 100), "{coding}");
        // By the size.
        let decoded = decode(&bomb, Some(coding), tight);
        assert!(matches!(decoded.end, DecodeEnd::Limit), "{coding} {:?}", decoded.end);
        assert_eq!(decoded.bytes.len(), 1000, "{coding}");
    }
}

#[test]
fn exactly_the_limit_is_complete() {
    let content = text(1000);
    let limits = DecodeLimits { bytes_max: 1000, ..LIMITS };
    for (coding, encode) in CODINGS.iter().filter(|(coding, _)| !coding.contains(',')) {
        let decoded = decode(&Bytes::from(encode(&content)), Some(coding), limits);
        assert_eq!((decoded.end, decoded.bytes.len()), (DecodeEnd::Complete, 1000), "{coding}");
    }
}

#[test]
fn unusual_gzip_bodies() {
    let (a, b) = (gzip(b"hello "), gzip(b"world"));
    let mut bad_sum = a.clone();
    let sum_at = bad_sum.len() - 8;
    bad_sum[sum_at] ^= 1;
    let many = gzip(b"").repeat(5000);
    let table: &[(&str, Vec<u8>, &str, bool)] = &[
        ("two members", [a.clone(), b.clone()].concat(), "hello world", true),
        ("two equal members", [b.clone(), b.clone()].concat(), "worldworld", true),
        ("zero padding", [a.clone(), vec![0; 100]].concat(), "hello ", true),
        ("trailing garbage", [a.clone(), b"garbage".to_vec()].concat(), "hello ", true),
        ("wrong checksum", bad_sum, "hello ", false),
        ("second member cut", [a.clone(), b[..10].to_vec()].concat(), "hello ", false),
        ("header only", a[..10].to_vec(), "", false),
        ("not gzip", b"<html>plain</html>".to_vec(), "", false),
        ("members without end", many, "", false),
    ];
    for (name, coded, content, complete) in table {
        let decoded = undo(coded.clone(), "gzip");
        assert_eq!(decoded.bytes, *content, "{name}");
        assert_eq!(decoded.end == DecodeEnd::Complete, *complete, "{name}: {:?}", decoded.end);
    }
}

#[test]
fn unusual_brotli_bodies() {
    let whole = br(b"hello");
    let table: &[(&str, Vec<u8>, &str, bool)] = &[
        ("trailing garbage", [&whole[..], b"garbage"].concat(), "hello", true),
        ("two streams", whole.repeat(2), "hello", true),
        ("the last byte is missing", whole[..whole.len() - 1].to_vec(), "hello", false),
        ("nothing decodable", b"<html>plain</html>".to_vec(), "", false),
        // The header of a window of 2^30 bytes, which only "large window brotli" has.
        ("too large a window", vec![0x11, 0x1e, 0x03], "", false),
    ];
    for (name, coded, content, complete) in table {
        let decoded = undo(coded.clone(), "br");
        assert_eq!(decoded.end == DecodeEnd::Complete, *complete, "{name}: {:?}", decoded.end);
        assert_eq!(decoded.bytes, *content, "{name}");
    }
}

#[test]
fn an_uncoded_body_is_not_copied() {
    let body = Bytes::from(text(100));
    for coding in [None, Some("identity"), Some(""), Some(" , Identity")] {
        let decoded = decode(&body, coding, LIMITS);
        assert_eq!(decoded.end, DecodeEnd::Complete);
        assert_eq!(decoded.bytes.as_ptr(), body.as_ptr());
    }
}

#[test]
fn what_is_unsupported_is_named_and_left_alone() {
    let body = Bytes::from_static(b"abc");
    for (coding, named) in
        [("compress", "compress"), ("gzip, x", "x"), ("gzip,gzip,gzip", "more than 2 codings")]
    {
        let decoded = decode(&body, Some(coding), LIMITS);
        assert_eq!(decoded.end, DecodeEnd::Unsupported(named.to_owned()));
        assert_eq!(decoded.bytes, body);
    }
}

#[test]
fn a_decoder_is_as_new_after_a_broken_body() {
    for (coding, encode) in CODINGS {
        let whole = encode(&text(1000));
        let cut = whole[..whole.len() - 5].to_vec();
        for _ in 0..3 {
            assert!(matches!(undo(cut.clone(), coding).end, DecodeEnd::Corrupt(_)), "{coding}");
            assert_eq!(undo(whole.clone(), coding).end, DecodeEnd::Complete, "{coding}");
        }
    }
}

#[test]
fn a_zstd_window_has_a_limit() {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).expect("encoder");
    encoder.window_log(24).expect("window");
    encoder.write_all(&text(9_000_000)).expect("written");
    let decoded = undo(encoder.finish().expect("finished"), "zstd");
    assert!(matches!(decoded.end, DecodeEnd::Corrupt(_)), "{:?}", decoded.end);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..300)) {
        for (coding, _) in CODINGS {
            prop_assert!(undo(body.clone(), coding).bytes.len() <= 1 << 20);
        }
    }

    #[test]
    fn any_damage_is_survived(at in 0_usize..2000, to: u8) {
        for (coding, encode) in CODINGS {
            let mut coded = encode(&text(3000));
            if let Some(byte) = coded.get_mut(at) {
                *byte = to;
            }
            prop_assert!(undo(coded, coding).bytes.len() <= 1 << 20);
        }
    }

    /// By another decoder, of other authors.
    #[test]
    fn brotli_is_what_another_decoder_makes_of_it(
        kinds in prop::collection::vec((0_usize..4, 1_usize..2000), 1..8),
        quality in 0_i32..12,
        lgwin in 10_i32..18,
        at in any::<prop::sample::Index>(),
        to: Option<u8>,
    ) {
        let line = text(3000);
        let piece = |(kind, len): &(usize, usize)| match kind {
            0 => line[..*len].to_vec(),
            1 => vec![b'='; *len],
            2 => b"<li><a href=\"/the/time/of/information/\">".repeat(1 + len / 64),
            _ => line[line.len() - len..].iter().rev().copied().collect(),
        };
        let content: Vec<u8> = kinds.iter().flat_map(piece).collect();
        let params = brotli::enc::BrotliEncoderParams { quality, lgwin, ..Default::default() };
        let mut coded = Vec::new();
        brotli::BrotliCompress(&mut &content[..], &mut coded, &params).expect("coded");
        if let Some(to) = to {
            let at = at.index(coded.len());
            coded[at] = to;
        }
        let mut expected = Vec::new();
        let whole = brotli::Decompressor::new(&coded[..], 4096).take(1 << 20).read_to_end(&mut expected);
        let decoded = undo(coded, "br");
        if to.is_none() {
            prop_assert!(expected == content);
        }
        prop_assert_eq!(whole.is_err(), matches!(decoded.end, DecodeEnd::Corrupt(_)));
        prop_assert!(whole.is_err() || decoded.bytes == expected);
    }
}
