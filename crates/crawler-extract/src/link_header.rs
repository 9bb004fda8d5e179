//! The `Link` header field (RFC 8288 section 3, appendix B.2).

use crate::anchor::Anchor;
use crate::page::{Assets, Link, LinkKind};
use crate::rel::{Rel, link_kind};
use std::borrow::Cow;

/// Visits the links of one `Link` header field value, in order.
///
/// Relations that have a kind of their own get it (`canonical`, `next`, `stylesheet`, …), the
/// others are [`LinkKind::Header`]. Hints that name only a host (`preconnect`, `dns-prefetch`) are
/// no links. What follows a syntax error is ignored.
pub fn parse_link_header(value: &str, visit: &mut dyn FnMut(Link<'_>)) {
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches(|char: char| char == ',' || char.is_ascii_whitespace());
        let Some((href, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'))
        else {
            return;
        };
        let mut parameters = Parameters::default();
        rest = parameters.read(after);
        let types = parameters.rel.as_deref().unwrap_or_default();
        let destination = parameters.destination.as_deref().unwrap_or_default();
        let kind = link_kind(types.as_bytes(), destination.as_bytes(), Assets::Include);
        let href = href.trim_ascii();
        if !href.is_empty() && (kind.is_some() || !names_only_a_host(types)) {
            let kind = kind.unwrap_or(LinkKind::Header);
            let rel = Rel::parse(types.as_bytes());
            visit(Link { href, kind, rel, anchor: Anchor::default() });
        }
    }
}

fn names_only_a_host(types: &str) -> bool {
    let mut types = types.split_ascii_whitespace().peekable();
    types.peek().is_some()
        && types.all(|link_type| {
            ["preconnect", "dns-prefetch"].iter().any(|hint| link_type.eq_ignore_ascii_case(hint))
        })
}

/// The parameters that matter. The first of several with one name counts (RFC 8288 3.3).
#[derive(Default)]
struct Parameters<'a> {
    rel: Option<Cow<'a, str>>,
    destination: Option<Cow<'a, str>>,
}

impl<'a> Parameters<'a> {
    /// Reads up to the comma that ends the link; what follows it.
    fn read(&mut self, text: &'a str) -> &'a str {
        let mut rest = text;
        loop {
            rest = rest.trim_ascii_start();
            let Some(after) = rest.strip_prefix(';') else { break };
            let after = after.trim_ascii_start();
            let name_end = after
                .find(|char: char| matches!(char, '=' | ';' | ',') || char.is_ascii_whitespace());
            let (name, after) = after.split_at(name_end.unwrap_or(after.len()));
            let (value, after) = parameter_value(after.trim_ascii_start());
            if name.eq_ignore_ascii_case("rel") {
                self.rel.get_or_insert(value);
            } else if name.eq_ignore_ascii_case("as") {
                self.destination.get_or_insert(value);
            }
            rest = after;
        }
        // Normally the comma is right here.
        rest.find(',').map_or("", |idx| &rest[idx..])
    }
}

/// Value and rest of a parameter; `text` is what follows its name.
fn parameter_value(text: &str) -> (Cow<'_, str>, &str) {
    let Some(value) = text.strip_prefix('=') else { return (Cow::Borrowed(""), text) };
    let value = value.trim_ascii_start();
    let Some(quoted) = value.strip_prefix('"') else {
        let end = value.find([';', ',']).unwrap_or(value.len());
        return (Cow::Borrowed(value[..end].trim_ascii_end()), &value[end..]);
    };
    let mut unescaped = String::new();
    let mut chars = quoted.char_indices();
    while let Some((idx, char)) = chars.next() {
        match char {
            '"' => return (Cow::Owned(unescaped), &quoted[idx + 1..]),
            '\\' => unescaped.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => unescaped.push(char),
        }
    }
    (Cow::Owned(unescaped), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values() {
        use LinkKind::{Alternate, Canonical, Header, Next, Prev, Script, Stylesheet};
        let table: &[(&str, &[(&str, LinkKind)])] = &[
            ("</a>; rel=canonical", &[("/a", Canonical)]),
            ("</a>; rel=\"next\", </b> ; REL = \"prev\"", &[("/a", Next), ("/b", Prev)]),
            ("</a>;rel=alternate;type=\"a,b;<c>\",</b>", &[("/a", Alternate), ("/b", Header)]),
            ("</a,b;c>; rel=next", &[("/a,b;c", Next)]),
            ("</a>; title=\"x\\\", </y>\"; rel=next", &[("/a", Next)]),
            ("</a>; rel=next; rel=prev", &[("/a", Next)]),
            ("</a>; rel=\"license next\"", &[("/a", Next)]),
            ("</a>; rel=license", &[("/a", Header)]),
            ("</a>; crossorigin; rel=next", &[("/a", Next)]),
            (
                "</a.css>; rel=stylesheet, </a.js>; rel=preload; as=script",
                &[("/a.css", Stylesheet), ("/a.js", Script)],
            ),
            ("<https://x.example>; rel=preconnect, </a>", &[("/a", Header)]),
            (" , ,</a>,,", &[("/a", Header)]),
            ("</a> junk; rel=next, </b>; rel=next", &[("/a", Header), ("/b", Next)]),
            ("</a>; rel=\"next", &[("/a", Next)]),
            ("<>; rel=next", &[]),
            ("</a", &[]),
            ("/a; rel=next", &[]),
            ("", &[]),
        ];
        for (value, links) in table {
            let mut found = Vec::new();
            parse_link_header(value, &mut |link| found.push((link.href.to_owned(), link.kind)));
            let links: Vec<_> =
                links.iter().map(|(href, kind)| ((*href).to_owned(), *kind)).collect();
            assert_eq!(found, links, "{value}");
        }
    }

    #[test]
    fn rel_qualifies_header_links() {
        let mut rels = Vec::new();
        parse_link_header("</a>; rel=\"next nofollow\"", &mut |link| rels.push(link.rel));
        assert_eq!(rels, [Rel { nofollow: true, ..Rel::default() }]);
    }
}
