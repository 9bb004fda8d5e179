//! The `rel` attribute.

use crate::page::{Assets, LinkKind};

/// What the `rel` of a link says about following it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rel {
    /// The page does not vouch for the target.
    pub nofollow: bool,
    /// User-generated content.
    pub ugc: bool,
    /// Paid for.
    pub sponsored: bool,
}

impl Rel {
    /// Reads a list of link types separated by ASCII whitespace.
    #[must_use]
    pub fn parse(types: &[u8]) -> Self {
        let mut rel = Self::default();
        for link_type in link_types(types) {
            rel.nofollow |= link_type.eq_ignore_ascii_case(b"nofollow");
            rel.ugc |= link_type.eq_ignore_ascii_case(b"ugc");
            rel.sponsored |= link_type.eq_ignore_ascii_case(b"sponsored");
        }
        rel
    }

    /// Whether any of the hints asks not to give the target weight.
    #[must_use]
    pub fn is_qualified(self) -> bool {
        self.nofollow || self.ugc || self.sponsored
    }
}

/// The most telling of the link types of a `<link>`, or `None` when it leads to nothing wanted.
/// `destination` is the `as` attribute, which tells what a preload will be used for.
pub(crate) fn link_kind(types: &[u8], destination: &[u8], assets: Assets) -> Option<LinkKind> {
    let kind = link_types(types).filter_map(|link_type| kind_of(link_type, destination)).min()?;
    match kind {
        Wanted::Stylesheet | Wanted::Embedded(_) if assets == Assets::Skip => None,
        Wanted::Stylesheet => Some(LinkKind::Stylesheet),
        Wanted::Navigation(kind) | Wanted::Embedded(kind) => Some(kind),
    }
}

/// In falling precedence: an `alternate stylesheet` is a style sheet and no translation.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    Stylesheet,
    Navigation(LinkKind),
    Embedded(LinkKind),
}

fn kind_of(link_type: &[u8], destination: &[u8]) -> Option<Wanted> {
    const KINDS: &[(&str, Wanted)] = &[
        ("canonical", Wanted::Navigation(LinkKind::Canonical)),
        ("alternate", Wanted::Navigation(LinkKind::Alternate)),
        ("next", Wanted::Navigation(LinkKind::Next)),
        ("prev", Wanted::Navigation(LinkKind::Prev)),
        // HTML: "previous" must be treated like "prev".
        ("previous", Wanted::Navigation(LinkKind::Prev)),
        ("stylesheet", Wanted::Stylesheet),
        ("icon", Wanted::Embedded(LinkKind::Image)),
        ("apple-touch-icon", Wanted::Embedded(LinkKind::Image)),
        ("apple-touch-icon-precomposed", Wanted::Embedded(LinkKind::Image)),
        ("apple-touch-startup-image", Wanted::Embedded(LinkKind::Image)),
        ("fluid-icon", Wanted::Embedded(LinkKind::Image)),
        ("image_src", Wanted::Embedded(LinkKind::Image)),
        ("mask-icon", Wanted::Embedded(LinkKind::Image)),
        ("modulepreload", Wanted::Embedded(LinkKind::Script)),
        ("manifest", Wanted::Embedded(LinkKind::Other)),
    ];
    if [&b"preload"[..], b"prefetch"].iter().any(|name| link_type.eq_ignore_ascii_case(name)) {
        return Some(Wanted::Embedded(destination_kind(destination)));
    }
    let (_, wanted) =
        KINDS.iter().find(|(name, _)| link_type.eq_ignore_ascii_case(name.as_bytes()))?;
    Some(match wanted {
        Wanted::Stylesheet => Wanted::Stylesheet,
        Wanted::Navigation(kind) => Wanted::Navigation(*kind),
        Wanted::Embedded(kind) => Wanted::Embedded(*kind),
    })
}

/// Fetch destinations, as in `<link rel=preload as=…>`.
fn destination_kind(destination: &[u8]) -> LinkKind {
    let destination = destination.trim_ascii();
    match () {
        () if destination.eq_ignore_ascii_case(b"image") => LinkKind::Image,
        () if destination.eq_ignore_ascii_case(b"script") => LinkKind::Script,
        () if destination.eq_ignore_ascii_case(b"style") => LinkKind::Stylesheet,
        () => LinkKind::Other,
    }
}

fn link_types(types: &[u8]) -> impl Iterator<Item = &[u8]> {
    types.split(u8::is_ascii_whitespace).filter(|link_type| !link_type.is_empty())
}
