//! Digests recomputed.

use data_encoding::{BASE32, HEXLOWER_PERMISSIVE};

use crate::digest::labelled_digest;

/// How a stated digest stands to the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DigestCheck {
    Same,
    /// The bytes have this one.
    Other(String),
    /// It cannot be recomputed.
    Unknown,
}

/// Compares a digest as WARC states it (`sha1:`, in Base32 or in hexadecimal) with the bytes.
pub(super) fn check_digest(stated: &str, bytes: &[u8]) -> DigestCheck {
    let Some((algorithm, value)) = stated.split_once(':') else { return DigestCheck::Unknown };
    if !algorithm.eq_ignore_ascii_case("sha1") {
        return DigestCheck::Unknown;
    }
    let found = labelled_digest(&[bytes]);
    let own = found.split_once(':').map_or("", |(_, value)| value);
    let is_same = if value.len() == 40 {
        HEXLOWER_PERMISSIVE.decode(value.as_bytes()).ok() == BASE32.decode(own.as_bytes()).ok()
    } else {
        value.eq_ignore_ascii_case(own)
    };
    if is_same { DigestCheck::Same } else { DigestCheck::Other(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_both_forms_are_compared() {
        let other = || DigestCheck::Other("sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5".to_owned());
        for (stated, expected) in [
            ("sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", DigestCheck::Same),
            ("SHA1:vgmt4nsha2awvor6evyxqugcnsonbwe5", DigestCheck::Same),
            ("sha1:a9993e364706816aba3e25717850c26c9cd0d89d", DigestCheck::Same),
            ("sha1:A9993E364706816ABA3E25717850C26C9CD0D89D", DigestCheck::Same),
            ("sha1:a9993e364706816aba3e25717850c26c9cd0d89e", other()),
            ("sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE6", other()),
            ("sha1:zz993e364706816aba3e25717850c26c9cd0d89d", other()),
            ("sha1:", other()),
            ("sha256:00", DigestCheck::Unknown),
            ("abc", DigestCheck::Unknown),
        ] {
            assert_eq!(check_digest(stated, b"abc"), expected, "{stated}");
        }
    }
}
