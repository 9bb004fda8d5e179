//! Names of WARC files: `{prefix}-{timestamp17}-{serial:05}` and the extension of the codec.

use crate::codec::WarcCodec;
use crate::paths::OPEN_SUFFIX;
use crate::time::CaptureTime;

use super::positions::WarcState;

const TIMESTAMP_DIGITS: usize = 17;
const SERIAL_DIGITS_MIN: usize = 5;

/// A file name taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WarcName<'a> {
    pub(super) prefix: &'a str,
    pub(super) serial: u32,
    pub(super) codec: WarcCodec,
    pub(super) state: WarcState,
    /// The name without `.open`.
    pub(super) closed: &'a str,
}

/// Name of a new file, without `.open`.
pub(super) fn warc_name(prefix: &str, time: &CaptureTime, serial: u32, codec: WarcCodec) -> String {
    format!("{prefix}-{}-{serial:05}{}", time.timestamp17(), codec.extension())
}

impl<'a> WarcName<'a> {
    /// `None` when the name is not one that [`warc_name`] makes.
    pub(super) fn parse(name: &'a str) -> Option<Self> {
        let (closed, state) = match name.strip_suffix(OPEN_SUFFIX) {
            Some(closed) => (closed, WarcState::Open),
            None => (name, WarcState::Closed),
        };
        let codec = WarcCodec::of_name(closed)?;
        let (rest, serial) = closed.strip_suffix(codec.extension())?.rsplit_once('-')?;
        let (prefix, timestamp) = rest.rsplit_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = !prefix.is_empty()
            && timestamp.len() == TIMESTAMP_DIGITS
            && digits(timestamp)
            && serial.len() >= SERIAL_DIGITS_MIN
            && digits(serial);
        let serial = serial.parse().ok()?;
        fits.then_some(Self { prefix, serial, codec, state, closed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn names_come_back() {
        let time = CaptureTime::new(SystemTime::UNIX_EPOCH);
        let (gzip, zstd) = (WarcCodec::Gzip, WarcCodec::Zstd);
        for (prefix, serial, codec, end) in [
            ("crawl", 1, gzip, "-00001.warc.gz"),
            ("a-b", 99_999, zstd, "-99999.warc.zst"),
            ("x", 1_234_567, gzip, "-1234567.warc.gz"),
        ] {
            let name = warc_name(prefix, &time, serial, codec);
            assert!(name.ends_with(end), "{name}");
            let open = format!("{name}.open");
            for (text, state) in [(&name, WarcState::Closed), (&open, WarcState::Open)] {
                let expected = WarcName { prefix, serial, codec, state, closed: &name };
                assert_eq!(WarcName::parse(text), Some(expected));
            }
        }
    }

    #[test]
    fn other_names_are_left_alone() {
        for name in [
            "",
            "-",
            "crawl.warc.gz",
            "crawl-19700101000000000-0001.warc.gz",
            "crawl-1970010100000000-00001.warc.gz",
            "-19700101000000000-00001.warc.gz",
            "crawl-19700101000000000-00001-77~host~8443.warc.gz",
            "crawl-19700101000000000-00001.warc",
            "crawl-19700101000000000-00001.warc.zstd",
            "crawl-19700101000000000-99999999999.warc.gz",
            "crawl-19700101000000000-00001.warc.gz.opened",
        ] {
            assert_eq!(WarcName::parse(name), None, "{name}");
        }
    }
}
