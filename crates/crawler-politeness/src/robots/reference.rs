//! The rules of RFC 9309 sections 2.2.2 and 2.2.3 in the plainest form, to test the real ones by.

use std::fmt::Write as _;

/// `None` when allowed, else the line of the deciding rule. `rules` are (is an Allow line, line,
/// value).
pub(super) fn judge(rules: &[(bool, u32, &str)], path: &str) -> Option<u32> {
    if normalize(path) == "/robots.txt" {
        return None;
    }
    let mut best: Option<(usize, bool, u32)> = None;
    for (allows, line, value) in rules {
        let Some(weight) = weigh_match(value, path) else { continue };
        let beats = best.is_none_or(|(best_weight, best_allows, _)| {
            weight > best_weight || (weight == best_weight && *allows && !best_allows)
        });
        if beats {
            best = Some((weight, *allows, *line));
        }
    }
    best.filter(|(_, allows, _)| !allows).map(|(.., line)| line)
}

fn weigh_match(value: &str, path: &str) -> Option<usize> {
    if value.is_empty() {
        return None;
    }
    let (value, anchored) = match value.strip_suffix('$') {
        Some(value) => (value, true),
        None => (value, false),
    };
    // A form feed stands for "any octets": no normal form contains one.
    let pattern: Vec<String> = value.split('*').map(normalize).collect();
    let pattern = pattern.join("\x0C");
    let weight = written_weight(value) + usize::from(anchored);
    let pattern = if anchored { pattern } else { pattern + "\x0C" };
    wildcard_match(pattern.as_bytes(), normalize(path).as_bytes()).then_some(weight)
}

/// Octets as written, but encoded non-ASCII and decoded unreserved ones.
fn written_weight(value: &str) -> usize {
    let octets = value.as_bytes();
    let is_triplet = |i: usize| {
        octets[i] == b'%'
            && octets.len() > i + 2
            && octets[i + 1..i + 3].iter().all(u8::is_ascii_hexdigit)
    };
    let (mut weight, mut i) = (0, 0);
    while i < octets.len() {
        if is_triplet(i) {
            let decodes = normalize(&value[i..i + 3])
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet));
            weight += if decodes { 1 } else { 3 };
            i += 3;
        } else {
            weight += if octets[i].is_ascii() { 1 } else { 3 };
            i += 1;
        }
    }
    weight
}

/// Fills the whole table of which pattern start matches which path start.
fn wildcard_match(pattern: &[u8], path: &[u8]) -> bool {
    let mut reached = vec![vec![false; path.len() + 1]; pattern.len() + 1];
    reached[0][0] = true;
    for (i, octet) in pattern.iter().enumerate() {
        for j in 0..=path.len() {
            reached[i + 1][j] = match octet {
                0x0C => reached[i][j] || (j > 0 && reached[i + 1][j - 1]),
                octet => j > 0 && reached[i][j - 1] && path[j - 1] == *octet,
            };
        }
    }
    reached[pattern.len()][path.len()]
}

fn normalize(text: &str) -> String {
    let octets = text.as_bytes();
    let mut normal = String::new();
    let mut i = 0;
    while i < octets.len() {
        let digits = text.get(i + 1..i + 3).filter(|digits| {
            octets[i] == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
        });
        let (octet, width) = match digits {
            Some(digits) => (u8::from_str_radix(digits, 16).unwrap(), 3),
            None => (octets[i], 1),
        };
        let shown = char::from(octet);
        let unreserved = shown.is_ascii_alphanumeric() || "-._~".contains(shown);
        let reserved = ":/?#[]@!&'()+,;=%".contains(shown);
        if unreserved || "*$".contains(shown) || (reserved && width == 1) {
            normal.push(shown);
        } else {
            write!(normal, "%{octet:02X}").unwrap();
        }
        i += width;
    }
    normal
}
