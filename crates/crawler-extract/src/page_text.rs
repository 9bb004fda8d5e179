//! A page as text, for those who change it.

use std::borrow::Cow;

use encoding_rs::UTF_8;

use crate::charset;

/// A page in an encoding whose markup is ASCII, and the one it was in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageText<'a> {
    /// UTF-8, unless the page says so and it is not true: broken bytes are left then.
    pub bytes: Cow<'a, [u8]>,
    /// WHATWG name of the encoding the page is in; [`encode_query`](crate::encode_query) brings text
    /// back into it.
    pub charset: &'static str,
}

/// Brings a page into UTF-8, by the rules by which [`extract`](crate::extract) reads it.
#[must_use]
pub fn page_text<'a>(page: &'a [u8], content_type: Option<&str>) -> PageText<'a> {
    let found = charset::detect(page, content_type);
    let bytes = if found.encoding == UTF_8 {
        Cow::Borrowed(page)
    } else {
        let text = page.get(found.bom_bytes..).unwrap_or_default();
        match found.encoding.decode_without_bom_handling(text).0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    };
    PageText { bytes, charset: found.encoding.name() }
}
