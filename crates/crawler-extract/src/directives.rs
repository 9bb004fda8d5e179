//! Robots directives of one page: `<meta name=robots>` and `X-Robots-Tag`.

use std::ops::BitOrAssign;

/// What a page asks of robots. The default allows everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own, and any may be set")]
pub struct RobotsDirectives {
    /// Keep the page out of indexes.
    pub noindex: bool,
    /// Do not follow the links of the page.
    pub nofollow: bool,
    /// Do not show a stored copy of the page.
    pub noarchive: bool,
    /// Do not train models with the page.
    pub noai: bool,
    /// Do not train models with the images of the page.
    pub noimageai: bool,
}

impl BitOrAssign for RobotsDirectives {
    /// Directives of several sources add up: the most restrictive wins.
    fn bitor_assign(&mut self, other: Self) {
        self.noindex |= other.noindex;
        self.nofollow |= other.nofollow;
        self.noarchive |= other.noarchive;
        self.noai |= other.noai;
        self.noimageai |= other.noimageai;
    }
}

impl RobotsDirectives {
    /// Reads the `content` of `<meta name=robots>`: words separated by commas or whitespace.
    pub(crate) fn parse(content: &str) -> Self {
        let mut directives = Self::default();
        for word in content.split(|char: char| char == ',' || char.is_ascii_whitespace()) {
            directives.add(word);
        }
        directives
    }

    fn add(&mut self, directive: &str) {
        let is = |name: &str| directive.eq_ignore_ascii_case(name);
        self.noindex |= is("noindex") || is("none");
        self.nofollow |= is("nofollow") || is("none");
        self.noarchive |= is("noarchive");
        self.noai |= is("noai");
        self.noimageai |= is("noimageai");
    }
}

/// Reads the value of an `X-Robots-Tag` header field.
///
/// Directives are separated by commas. `name:` in front of one addresses it and those behind it to
/// the robot of that name; only those to everybody or to `product_token` count.
#[must_use]
pub fn parse_x_robots_tag(value: &str, product_token: &str) -> RobotsDirectives {
    let mut directives = RobotsDirectives::default();
    let mut addressee = Addressee::Us;
    for part in value.split(',').map(str::trim_ascii) {
        let directive = match part.split_once(':') {
            Some((name, _)) if is_valued_directive(name.trim_ascii_end()) => continue,
            Some((name, directive)) if is_token(name.trim_ascii_end()) => {
                addressee = Addressee::of(name.trim_ascii_end(), product_token);
                directive.trim_ascii()
            }
            _ => part,
        };
        if addressee == Addressee::Us {
            directives.add(directive);
        }
    }
    directives
}

#[derive(PartialEq, Eq)]
enum Addressee {
    Us,
    Others,
}

impl Addressee {
    fn of(name: &str, product_token: &str) -> Self {
        let us = ["*", "robots", product_token].iter().any(|own| name.eq_ignore_ascii_case(own));
        if us { Self::Us } else { Self::Others }
    }
}

/// Directives with a value of their own look like an addressed one.
fn is_valued_directive(name: &str) -> bool {
    ["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"]
        .iter()
        .any(|directive| name.eq_ignore_ascii_case(directive))
}

/// RFC 9110 5.6.2. What is none, like the time of a date, is no name either.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The directives by their initials.
    fn initials(directives: RobotsDirectives) -> String {
        let RobotsDirectives { noindex, nofollow, noarchive, noai, noimageai } = directives;
        [(noindex, 'i'), (nofollow, 'f'), (noarchive, 'a'), (noai, 't'), (noimageai, 'm')]
            .iter()
            .filter_map(|(set, initial)| set.then_some(initial))
            .collect()
    }

    #[test]
    fn meta_contents() {
        let table = [
            ("noindex", "i"),
            ("NoIndex, NOFOLLOW", "if"),
            ("none", "if"),
            ("index,follow", ""),
            ("all", ""),
            ("noindex nofollow noarchive", "ifa"),
            ("noindexed", ""),
            ("noai, noimageai", "tm"),
            ("", ""),
        ];
        for (content, expected) in table {
            assert_eq!(initials(RobotsDirectives::parse(content)), expected, "{content}");
        }
    }

    #[test]
    fn header_values() {
        let table = [
            ("noindex", "i"),
            ("noindex, nofollow", "if"),
            ("none", "if"),
            ("otherbot: noindex", ""),
            ("otherbot: noindex, nofollow", ""),
            ("OurBot: noindex", "i"),
            ("ourbot : noindex , nofollow", "if"),
            ("nofollow, otherbot: noindex", "f"),
            ("otherbot: nofollow, ourbot: noindex, noarchive", "ia"),
            ("*: noarchive", "a"),
            ("unavailable_after: 25 Jun 2010 15:00:00 PST", ""),
            ("unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, noindex", "i"),
            ("max-snippet:20, nofollow", "f"),
            ("otherbot: max-snippet:20, nofollow", ""),
            (",,:,", ""),
            ("", ""),
        ];
        for (value, expected) in table {
            assert_eq!(initials(parse_x_robots_tag(value, "ourbot")), expected, "{value}");
        }
    }
}
