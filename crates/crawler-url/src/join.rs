//! Joining a page's links with the page's URL.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::error::UrlError;
use crate::plain;
use crate::wire::{Layout, TEXT_LEN_MAX, WireUrl};

type Encode = dyn Fn(&str) -> Cow<'_, [u8]> + Send + Sync;

/// What the links of one page are joined with.
///
/// A hot path: links made only of bytes that the WHATWG URL standard keeps are spliced onto the
/// base by hand, the rest goes through `url::Url`.
#[derive(Clone)]
pub struct Base {
    url: WireUrl,
    /// Behind the last `/` of the path of `url`.
    directory_end: usize,
    href: BaseHref,
    /// Encoder of queries, when the page is not in UTF-8.
    encode: Option<Arc<Encode>>,
    /// `url` parsed, made for the first link that is not plain.
    parsed: OnceCell<Url>,
}

/// Whether the page's `<base href>` has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BaseHref {
    Unseen,
    Seen,
}

impl Base {
    /// The page's own URL as the base.
    #[must_use]
    pub fn new(document: &WireUrl) -> Self {
        Self {
            url: document.clone(),
            directory_end: directory_end(document),
            href: BaseHref::Unseen,
            encode: None,
            parsed: OnceCell::new(),
        }
    }

    /// The URL that links are joined with.
    #[must_use]
    pub fn url(&self) -> &WireUrl {
        &self.url
    }

    /// Takes the page's `<base href>`, joined with the document's URL. Only the first call counts
    /// (HTML standard, "the base element"); an href that cannot be joined changes nothing.
    pub fn set_href(&mut self, href: &str) {
        if self.href == BaseHref::Seen {
            return;
        }
        self.href = BaseHref::Seen;
        if let Ok(url) = self.join(href) {
            self.directory_end = directory_end(&url);
            self.url = url;
            self.parsed = OnceCell::new();
        }
    }

    /// Encodes non-ASCII characters of queries as the page's charset does (URL standard, "query
    /// state"): pages in a legacy charset are linked so. Without it queries are UTF-8.
    pub fn set_encoding(&mut self, encode: impl Fn(&str) -> Cow<'_, [u8]> + Send + Sync + 'static) {
        self.encode = Some(Arc::new(encode));
    }

    /// The URL a link leads to.
    ///
    /// # Errors
    /// [`UrlError::Empty`] for a link to the page itself (nothing or a fragment only), else why
    /// the link is not an http or https URL.
    pub fn join(&self, href: &str) -> Result<WireUrl, UrlError> {
        let href = plain::trim(href);
        if href.is_empty() || href.starts_with('#') {
            return Err(UrlError::Empty);
        }
        let spliced = match plain::scheme_of(href) {
            None => self.splice(plain::cut_fragment(href)),
            Some(scheme)
                if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") =>
            {
                plain::absolute(plain::cut_fragment(href))
            }
            Some(other) => return Err(UrlError::scheme(other)),
        };
        match spliced {
            Some(url) => Ok(url),
            None => self.join_general(plain::empty_fragment(href)),
        }
    }

    /// Joins a link without scheme by hand; `None` when it is not plain.
    pub(crate) fn splice(&self, href: &str) -> Option<WireUrl> {
        match href.as_bytes() {
            [b'/', b'/', ..] => plain::after_scheme(self.url.scheme(), &href[2..]),
            [b'/', ..] => self.append(self.url.layout().path_start, href),
            [b'?', ..] => self.append(self.url.layout().query_start, href),
            _ => {
                let (directory_end, rest) = self.climb(self.directory_end, href)?;
                self.append(directory_end, rest)
            }
        }
    }

    /// Resolves the dot segments a relative path begins with: where the directory now ends, and
    /// the rest of the path.
    fn climb<'h>(&self, mut directory_end: usize, mut href: &'h str) -> Option<(usize, &'h str)> {
        loop {
            if let Some(rest) = href.strip_prefix("../") {
                directory_end = self.parent(directory_end)?;
                href = rest;
            } else if let Some(rest) = href.strip_prefix("./") {
                href = rest;
            } else if href == ".." {
                return Some((self.parent(directory_end)?, ""));
            } else if href == "." {
                return Some((directory_end, ""));
            } else {
                return (!plain::begins_with_dot_segment(href.as_bytes()))
                    .then_some((directory_end, href));
            }
        }
    }

    /// End of the directory above the one that ends at `directory_end`; the root is its own.
    fn parent(&self, directory_end: usize) -> Option<usize> {
        let path_start = self.url.layout().path_start;
        let above = &self.url.as_str().as_bytes()[path_start..directory_end - 1];
        let Some(slash_idx) = memchr::memrchr(b'/', above) else {
            return Some(directory_end);
        };
        // `url::Url` treats what looks like a drive letter in a way of its own.
        let segment = &above[slash_idx + 1..];
        if matches!(segment, [_, b':' | b'|']) {
            return None;
        }
        Some(path_start + slash_idx + 1)
    }

    /// The first `kept` bytes of the base, then a plain path or query.
    fn append(&self, kept: usize, rest: &str) -> Option<WireUrl> {
        let path_len = plain::path_len(rest)?;
        let len = kept + rest.len();
        if len > WireUrl::LEN_MAX {
            return None;
        }
        let mut text = String::with_capacity(len);
        text.push_str(&self.url.as_str()[..kept]);
        text.push_str(rest);
        let layout = Layout { query_start: kept + path_len, ..self.url.layout() };
        WireUrl::from_layout(text, layout).ok()
    }

    /// Joins as the standard says, at its price.
    fn join_general(&self, href: &str) -> Result<WireUrl, UrlError> {
        if href.len() > TEXT_LEN_MAX {
            return Err(UrlError::TooLong { len: href.len() });
        }
        let base = if let Some(parsed) = self.parsed.get() {
            parsed
        } else {
            let parsed = Url::parse(self.url.as_str())?;
            self.parsed.get_or_init(|| parsed)
        };
        let encode = self.encode.as_deref().map(|encode| encode as &dyn Fn(&str) -> Cow<'_, [u8]>);
        let joined = Url::options().base_url(Some(base)).encoding_override(encode).parse(href)?;
        WireUrl::from_url(joined)
    }
}

/// Behind the last `/` of the path, which begins with one.
fn directory_end(url: &WireUrl) -> usize {
    let slash = memchr::memrchr(b'/', url.path().as_bytes()).unwrap_or_default();
    url.layout().path_start + slash + 1
}

impl fmt::Debug for Base {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Base");
        out.field("url", &self.url).field("href", &self.href).finish_non_exhaustive()
    }
}
