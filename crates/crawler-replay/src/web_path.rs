//! Paths of captures: `/web/TIME[MODIFIER]/URL`, as replay tools have them.

use crawler_extract::UrlRole;

/// What of the paths is ours.
pub(crate) const PREFIX: &str = "/web/";
/// Digits of a time at most: milliseconds are understood, and ignored.
const DIGITS_MAX: usize = 17;

/// What is asked for below [`PREFIX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked<'p> {
    /// A capture; without a time the newest.
    Capture {
        /// Digits of a time, as many as were given.
        at: Option<&'p str>,
        modifier: Modifier,
        url: &'p str,
    },
    /// The captures of a URL, `*/URL`; of all that begin so when it ends with `*`.
    List { url: &'p str },
    /// The same for programs, `timemap/link/URL` (RFC 7089 section 5).
    TimeMap { url: &'p str },
}

/// In which form a capture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Modifier {
    /// As a page of its own.
    Page,
    /// As a page within another: without a banner.
    Frame,
    Image,
    Script,
    Stylesheet,
    /// Media, fonts, plug-ins.
    Other,
    /// Not changed in any way.
    Raw,
}

impl Modifier {
    const NAMES: [(&'static str, Self); 8] = [
        ("", Self::Page),
        ("if_", Self::Frame),
        ("mp_", Self::Frame),
        ("im_", Self::Image),
        ("js_", Self::Script),
        ("cs_", Self::Stylesheet),
        ("oe_", Self::Other),
        ("id_", Self::Raw),
    ];

    /// As it is written in a path.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
    }

    /// The form in which a page of this form wants what it names.
    pub(crate) fn of_role(self, role: UrlRole) -> Self {
        match role {
            UrlRole::Base | UrlRole::Link if self == Self::Frame => Self::Frame,
            UrlRole::Base | UrlRole::Link => Self::Page,
            UrlRole::Frame => Self::Frame,
            UrlRole::Image => Self::Image,
            UrlRole::Script => Self::Script,
            UrlRole::Stylesheet => Self::Stylesheet,
            UrlRole::Other => Self::Other,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, modifier)| *modifier)
    }
}

/// The path of a capture.
pub(crate) fn path_of(timestamp: &str, modifier: Modifier, url: &str) -> String {
    [PREFIX, timestamp, modifier.name(), "/", url].concat()
}

/// Reads what follows [`PREFIX`].
pub(crate) fn parse(rest: &str) -> Asked<'_> {
    let newest = Asked::Capture { at: None, modifier: Modifier::Page, url: rest };
    let Some((first, url)) = rest.split_once('/') else { return newest };
    if first.strip_suffix('*').is_some_and(|time| time.bytes().all(|it| it.is_ascii_digit())) {
        return Asked::List { url };
    }
    if let Some(url) = rest.strip_prefix("timemap/link/") {
        return Asked::TimeMap { url };
    }
    let digits = first.bytes().take_while(u8::is_ascii_digit).count();
    let (time, name) = first.split_at(digits);
    match Modifier::parse(name) {
        Some(modifier) if (1..=DIGITS_MAX).contains(&digits) => {
            Asked::Capture { at: Some(time), modifier, url }
        }
        Some(modifier) if digits == 0 && !name.is_empty() => {
            Asked::Capture { at: None, modifier, url }
        }
        _ => newest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_understood() {
        let capture = |at, modifier, url| Asked::Capture { at, modifier, url };
        for (rest, expected) in [
            ("http://a.example/b", capture(None, Modifier::Page, "http://a.example/b")),
            ("a.example", capture(None, Modifier::Page, "a.example")),
            ("2026/http://a/", capture(Some("2026"), Modifier::Page, "http://a/")),
            (
                "20261121230000im_/http://a/?b=/c",
                capture(Some("20261121230000"), Modifier::Image, "http://a/?b=/c"),
            ),
            ("id_/http://a/", capture(None, Modifier::Raw, "http://a/")),
            (
                "20261121230000123/http://a/",
                capture(Some("20261121230000123"), Modifier::Page, "http://a/"),
            ),
            ("*/http://a/", Asked::List { url: "http://a/" }),
            ("2026*/http://a/*", Asked::List { url: "http://a/*" }),
            ("timemap/link/http://a/", Asked::TimeMap { url: "http://a/" }),
            ("127.0.0.1/a", capture(None, Modifier::Page, "127.0.0.1/a")),
            ("2026zz_/http://a/", capture(None, Modifier::Page, "2026zz_/http://a/")),
            ("/", capture(None, Modifier::Page, "/")),
        ] {
            assert_eq!(parse(rest), expected, "{rest}");
        }
    }

    #[test]
    fn paths_are_read_as_they_are_written() {
        for (_, modifier) in Modifier::NAMES {
            let path = path_of("20261121230000", modifier, "http://a/?b");
            let rest = path.strip_prefix(PREFIX).unwrap();
            let at = Some("20261121230000");
            assert_eq!(parse(rest), Asked::Capture { at, modifier, url: "http://a/?b" });
        }
    }
}
