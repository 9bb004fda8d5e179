//! Why a text is not a URL the crawler can fetch.

use url::ParseError;

use crate::wire::WireUrl;

/// Longest scheme name quoted in an error; a page may hold a link of a megabyte.
const SCHEME_QUOTED_BYTES_MAX: usize = 32;

/// Why a text is not a URL the crawler can fetch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Nothing, or only a fragment: a link to the page itself.
    #[error("link is empty or only a fragment")]
    Empty,
    /// A scheme other than http and https; the name in lower case, cut to 32 bytes.
    #[error("scheme {0:?} is not http or https")]
    Scheme(String),
    /// Not a URL by the WHATWG URL standard; the reason.
    #[error("not a valid url: {0}")]
    Syntax(String),
    /// Longer than [`WireUrl::LEN_MAX`].
    #[error("url of {len} bytes exceeds {max}", max = WireUrl::LEN_MAX)]
    TooLong {
        /// Bytes of the URL, or of the text when it was not worth parsing.
        len: usize,
    },
    /// No host after the scheme.
    #[error("url has no host")]
    NoHost,
}

impl UrlError {
    /// A refused scheme, quoted in bounded length.
    pub(crate) fn scheme(name: &str) -> Self {
        let quoted = name.get(..SCHEME_QUOTED_BYTES_MAX).unwrap_or(name);
        Self::Scheme(quoted.to_ascii_lowercase())
    }
}

impl From<ParseError> for UrlError {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::EmptyHost => Self::NoHost,
            other => Self::Syntax(other.to_string()),
        }
    }
}
