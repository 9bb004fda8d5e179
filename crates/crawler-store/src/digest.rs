//! SHA-1 digests as WARC writes them.

use data_encoding::BASE32;
use sha1::{Digest, Sha1};

/// The digest of a payload: `sha1:` and 32 letters of Base32, as in `WARC-Payload-Digest`.
///
/// For callers that compare a payload with an earlier capture before they build a
/// [`Revisit`](crate::Revisit); the payload is the transfer-decoded, content-encoded body.
#[must_use]
pub fn content_digest(payload: &[u8]) -> String {
    labelled_digest(&[payload])
}

/// The digest of the concatenated `parts`.
pub(crate) fn labelled_digest(parts: &[&[u8]]) -> String {
    let mut sha1 = Sha1::new();
    for part in parts {
        sha1.update(part);
    }
    let mut text = String::with_capacity("sha1:".len() + 32);
    text.push_str("sha1:");
    BASE32.encode_append(&sha1.finalize(), &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_match_known_values() {
        assert_eq!(content_digest(b""), "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
        assert_eq!(content_digest(b"abc"), "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");
        assert_eq!(labelled_digest(&[b"a", b"", b"bc"]), content_digest(b"abc"));
    }
}
