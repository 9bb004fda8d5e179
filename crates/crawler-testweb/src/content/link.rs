//! The many ways to write a link to the same page.

use std::fmt::Write;

use crate::draw::Draw;

/// Where a link stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// URL of the host without a path.
    pub(crate) origin: &'a str,
    /// Request target of the page.
    pub(crate) target: &'a str,
}

/// Appends ` href=…` leading to `target` on the same host, written one way or another.
pub(crate) fn write_href(out: &mut String, draw: &mut Draw, place: Place<'_>, target: &str) {
    let quotes = draw.below(100);
    let (name, quote) = match quotes {
        0..88 => ("href", "\""),
        88..93 => ("href", "'"),
        93..96 => ("HREF", "\""),
        _ => ("href", ""),
    };
    out.push(' ');
    out.push_str(name);
    out.push('=');
    out.push_str(quote);
    let style = draw.below(100);
    match style {
        0..20 => write_relative(out, place.target, target),
        20..32 => {
            out.push_str(place.origin);
            write_escaped(out, target, style);
        }
        32..35 => {
            let (_, after_scheme) = place.origin.split_once(':').unwrap_or_default();
            out.push_str(after_scheme);
            write_escaped(out, target, style);
        }
        35..38 => {
            out.push_str("&#47;");
            write_escaped(out, target.trim_start_matches('/'), style);
        }
        38..40 if !quote.is_empty() => {
            out.push_str(" \n");
            write_escaped(out, target, style);
            out.push(' ');
        }
        40..50 => {
            write_escaped(out, target, style);
            // Writing to a String cannot fail.
            let _ = write!(out, "#c{}", draw.below(40));
        }
        _ => write_escaped(out, target, style),
    }
    out.push_str(quote);
}

/// Relative to the directory of `from`, through the root if they are in different directories.
fn write_relative(out: &mut String, from: &str, target: &str) {
    let path = from.split('?').next().unwrap_or_default();
    let dir = &path[..=path.rfind('/').unwrap_or_default()];
    if let Some(rest) = target.strip_prefix(dir) {
        out.push_str(if rest.is_empty() { "./" } else { "" });
        write_escaped(out, rest, 0);
        return;
    }
    for _ in 1..dir.matches('/').count() {
        out.push_str("../");
    }
    let rest = target.trim_start_matches('/');
    out.push_str(if rest.is_empty() { "./" } else { "" });
    write_escaped(out, rest, 0);
}

/// Ampersands as entities in most links, raw in some: `&lang=` is no entity in an attribute.
fn write_escaped(out: &mut String, target: &str, style: u32) {
    match target.split_once('&') {
        Some((before, after)) if style % 4 != 3 => {
            out.push_str(before);
            out.push_str("&amp;");
            out.push_str(after);
        }
        _ => out.push_str(target),
    }
}
