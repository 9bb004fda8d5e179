//! The text of a stored page, for people and programs that want no HTML.

use anyhow::bail;
use crawler_content::{Extent, Field, Page, read};
use crawler_extract::is_html;
use crawler_url::WireUrl;

/// Form of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Paragraphs.
    Text,
    /// Markdown.
    Markdown,
}

/// The text of the main part of an HTML page, or of all of it, with a line end; what should be known
/// about it goes to standard error.
///
/// # Errors
/// When it is no HTML.
pub(crate) fn text_of(
    body: &[u8],
    content_type: Option<&str>,
    url: &str,
    form: Form,
    extent: Extent,
) -> anyhow::Result<String> {
    if !is_html(content_type, body) {
        let kind = content_type.unwrap_or("of an unknown type");
        bail!("the page is {kind}, not HTML: leave out --text and --markdown to see it as it is");
    }
    let url = WireUrl::parse(url)?;
    let field = match form {
        Form::Text => Field::Text,
        Form::Markdown => Field::Markdown,
    };
    let content =
        read(Page::parse(body, content_type, &url), std::iter::once(field).collect(), extent);
    if extent == Extent::Main && content.main == Some(false) {
        eprintln!("note: the page has no main part that stands out: this is all of it");
    }
    if content.cut.is_some() {
        eprintln!("note: the page is too large or nests too deep: this is not all of it");
    }
    let mut text = content.text.or(content.markdown).unwrap_or_default();
    text.push('\n');
    Ok(text)
}
