//! Puts other URLs in the place of those of a page or style sheet, for replaying it or mirroring it;
//! every other byte stays.

mod css;
mod html;
#[cfg(test)]
mod tests;

pub use css::rewrite_css;
pub use html::{RewrittenHtml, rewrite_html};

/// What a URL is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrlRole {
    /// `<base href>`: what the others are relative to
    Base,
    /// A place to go to: anchors, forms, refreshes, most of the `<link>`s
    Link,
    /// `<iframe src>` and `<frame src>`
    Frame,
    /// Images, icons, posters
    Image,
    /// Scripts
    Script,
    /// Style sheets
    Stylesheet,
    /// Audio, video, fonts, plug-ins
    Other,
}

/// Tells what to write in the place of a URL, which it gets decoded and trimmed but not joined; with
/// `None` it stays.
pub type Replace<'a> = dyn FnMut(&str, UrlRole) -> Option<String> + 'a;
