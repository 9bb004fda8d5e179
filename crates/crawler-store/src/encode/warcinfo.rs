//! The record at the start of every WARC file.

use uuid::Uuid;

use super::member::{Effort, MemberWriter};
use super::warc_headers::{HeaderBlock, WARC_FIELDS, push_field};
use crate::codec::WarcCodec;
use crate::digest::labelled_digest;
use crate::time::CaptureTime;
use crate::writer::StoreConfig;

/// The `warcinfo` member for the file `name` (WARC 1.1, 6.2).
pub(crate) fn encode_warcinfo(
    config: &StoreConfig,
    name: &str,
    time: &CaptureTime,
    codec: WarcCodec,
) -> Vec<u8> {
    let mut fields = Vec::new();
    for (field, value) in [
        ("software", config.software.as_str()),
        ("format", "WARC File Format 1.1"),
        (
            "conformsTo",
            "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        ),
        ("http-header-user-agent", &config.user_agent),
        ("robots", &config.robots),
        ("operator", config.contact.as_deref().unwrap_or_default()),
        ("hostname", config.hostname.as_deref().unwrap_or_default()),
    ] {
        if !value.is_empty() {
            push_field(&mut fields, field, value);
        }
    }
    let mut record = Vec::new();
    let mut headers = HeaderBlock::start(&mut record, "warcinfo", Uuid::new_v4());
    headers.push("WARC-Date", &time.date());
    headers.push("WARC-Filename", name);
    headers.push("WARC-Block-Digest", &labelled_digest(&[&fields]));
    headers.finish(WARC_FIELDS, &[&fields]);
    let mut member = Vec::new();
    MemberWriter::new(codec).append(&record, Effort::Fast, &mut member);
    member
}
