//! The difficult answers: what they are, on which hosts, and who links to them.

use std::ops::Range;

use crate::config::{Errors, WebConfig};

/// A group of odd targets that a host has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Oddity {
    RedirectWithin,
    RedirectAcross,
    RedirectChain,
    NotFound,
    Chunked,
    HeaderNofollow,
    MetaNofollow,
    BaseHref,
    LegacyCharset,
    File,
    LinkSyntax,
    Frames,
    Empty,
    NoContentType,
    RedirectLoop,
    Gone,
    ServerError,
    Busy,
    ShortBody,
}

impl Oddity {
    /// Whether a host has it: hosts take turns in groups of [`HOSTS_PER_ROUND`].
    fn is_on(self, host: u32, config: &WebConfig) -> bool {
        let round = config.hosts.min(HOSTS_PER_ROUND);
        let in_turn = (host + self as u32).is_multiple_of(round);
        in_turn && (config.errors == Errors::Some || !self.is_error())
    }

    fn is_error(self) -> bool {
        use Oddity::{Busy, Gone, RedirectLoop, ServerError, ShortBody};
        matches!(self, RedirectLoop | Gone | ServerError | Busy | ShortBody)
    }
}

/// So many hosts next to each other show every oddity.
const HOSTS_PER_ROUND: u32 = 4;

/// One odd target.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OddTarget {
    pub(crate) oddity: Oddity,
    pub(crate) target: &'static str,
    pub(crate) found: Found,
    pub(crate) gives: Gives,
}

/// Where a crawl finds an odd target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// `/` links to it.
    OnIndex,
    /// Another odd target leads to it.
    Inside,
}

/// What an odd target answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gives {
    Redirect(u16, To),
    /// An HTML page with this status.
    Status(u16),
    /// An HTML page whose links and framing depend on the oddity.
    Entry,
    /// An HTML page without outlinks of its own.
    Leaf,
    /// A page without HTML.
    Pdf,
    Bytes,
    /// 503 with `Retry-After`, from the second time on a page.
    BusyOnce,
    /// A page that ends before its Content-Length.
    Short,
}

/// Where a redirect leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    /// An ordinary page of the host, as a path.
    Page,
    /// The index of the next host.
    NextHost,
    /// This `Location`, absolute or relative as it stands.
    Literal(&'static str),
}

/// Every odd target there is.
pub(crate) const TARGETS: &[OddTarget] = {
    use Found::{Inside, OnIndex};
    use Gives::{BusyOnce, Bytes, Entry, Leaf, Pdf, Redirect, Short, Status};
    use Oddity as O;
    use To::{Literal, NextHost, Page};
    &[
        odd(O::RedirectWithin, "/odd/go-301", OnIndex, Redirect(301, Page)),
        odd(O::RedirectWithin, "/odd/go-302", OnIndex, Redirect(302, Page)),
        odd(O::RedirectWithin, "/odd/go-303", OnIndex, Redirect(303, Page)),
        odd(O::RedirectWithin, "/odd/go-307", OnIndex, Redirect(307, Page)),
        odd(O::RedirectWithin, "/odd/go-308", OnIndex, Redirect(308, Page)),
        odd(O::RedirectAcross, "/odd/away", OnIndex, Redirect(302, NextHost)),
        odd(O::RedirectChain, "/odd/chain/1", OnIndex, Redirect(301, Literal("2?via=1"))),
        odd(O::RedirectChain, "/odd/chain/2?via=1", Inside, Redirect(302, Literal("./../chain/3"))),
        odd(
            O::RedirectChain,
            "/odd/chain/3",
            Inside,
            Redirect(307, Literal("/odd/chain/end.html#x")),
        ),
        odd(O::RedirectChain, "/odd/chain/end.html", Inside, Leaf),
        odd(O::NotFound, "/odd/missing.html", OnIndex, Status(404)),
        odd(O::NotFound, "/odd/missing?id=7&x=y", OnIndex, Status(404)),
        odd(O::Chunked, "/odd/chunked.html", OnIndex, Entry),
        odd(O::Chunked, "/odd/chunked-leaf.html", Inside, Leaf),
        odd(O::HeaderNofollow, "/odd/header-nofollow.html", OnIndex, Entry),
        odd(O::MetaNofollow, "/odd/meta-nofollow.html", OnIndex, Entry),
        odd(O::BaseHref, "/odd/base.html", OnIndex, Entry),
        odd(O::BaseHref, "/odd/docs/v2/leaf.html", Inside, Leaf),
        odd(O::BaseHref, "/odd/docs/leaf.html", Inside, Leaf),
        odd(O::BaseHref, "/odd/docs/v2/?q=1", Inside, Leaf),
        odd(O::LegacyCharset, "/odd/windows-1251.html", OnIndex, Entry),
        odd(O::LegacyCharset, CYRILLIC_PATH, Inside, Leaf),
        odd(O::LegacyCharset, CYRILLIC_QUERY, Inside, Leaf),
        odd(O::File, "/odd/report.pdf", OnIndex, Pdf),
        odd(O::File, "/odd/data.bin", OnIndex, Bytes),
        odd(O::LinkSyntax, "/odd/links.html", OnIndex, Entry),
        odd(O::LinkSyntax, "/odd/leaf-unquoted.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-single.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-upper.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-spaces.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-entity.html?a=1&b=2", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-split.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-backslash.html", Inside, Leaf),
        odd(O::LinkSyntax, "/leaf-dots.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-scheme.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf%20space.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-first.html", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/links.html?only=query", Inside, Leaf),
        odd(O::LinkSyntax, "/odd/leaf-unclosed.html", Inside, Leaf),
        odd(O::Frames, "/odd/frames.html", OnIndex, Entry),
        odd(O::Frames, "/odd/area-leaf.html", Inside, Leaf),
        odd(O::Empty, "/odd/empty.html", OnIndex, Entry),
        odd(O::NoContentType, "/odd/sniffed", OnIndex, Entry),
        odd(O::NoContentType, "/odd/sniffed-leaf.html", Inside, Leaf),
        odd(O::RedirectLoop, "/odd/loop/a", OnIndex, Redirect(302, Literal("/odd/loop/b"))),
        odd(O::RedirectLoop, "/odd/loop/b", Inside, Redirect(302, Literal("a"))),
        odd(O::RedirectLoop, "/odd/loop/self", OnIndex, Redirect(301, Literal("self"))),
        odd(O::Gone, "/odd/gone.html", OnIndex, Status(410)),
        odd(O::ServerError, "/odd/broken.html", OnIndex, Status(500)),
        odd(O::Busy, "/odd/busy.html", OnIndex, BusyOnce),
        odd(O::Busy, "/odd/busy-leaf.html", Inside, Leaf),
        odd(O::ShortBody, "/odd/short.html", OnIndex, Short),
    ]
};

/// "страница" in UTF-8: paths are always percent-encoded from UTF-8 (WHATWG URL, 4.4).
pub(crate) const CYRILLIC_PATH: &str = "/odd/%D1%81%D1%82%D1%80%D0%B0%D0%BD%D0%B8%D1%86%D0%B0.html";
/// "поиск" in windows-1251: queries are percent-encoded from the page's encoding.
pub(crate) const CYRILLIC_QUERY: &str = "/odd/find?q=%EF%EE%E8%F1%EA";

/// Odd targets of a host, with their place in [`TARGETS`].
pub(crate) fn on_host(
    host: u32,
    config: &WebConfig,
) -> impl Iterator<Item = (usize, &'static OddTarget)> + use<'_> {
    TARGETS.iter().enumerate().filter(move |(_, odd)| odd.oddity.is_on(host, config))
}

/// The odd target of a host with exactly this request target, as its place in [`TARGETS`].
pub(crate) fn find(host: u32, config: &WebConfig, target: &str) -> Option<usize> {
    on_host(host, config).find(|(_, odd)| odd.target == target).map(|(idx, _)| idx)
}

/// Bytes of the document that [`Gives::Short`] leaves out.
pub(crate) const SHORT_MISSING_BYTES: u64 = 1000;

/// What [`Gives::BusyOnce`] asks the crawler to wait.
pub(crate) const RETRY_AFTER_SECS: u64 = 1;

/// Bytes of the file that [`Gives::Bytes`] serves.
pub(crate) const FILE_BYTES: Range<u32> = 2_000..20_000;

const fn odd(oddity: Oddity, target: &'static str, found: Found, gives: Gives) -> OddTarget {
    OddTarget { oddity, target, found, gives }
}
