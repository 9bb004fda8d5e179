//! Path patterns of Allow and Disallow lines (RFC 9309 sections 2.2.2 and 2.2.3).

use memchr::memmem;

use super::normalize::{push_normal, weight};

/// "Any octets", in a compiled pattern.
const ANY: u8 = 1;
/// The end of the path, in a compiled pattern.
const END: u8 = 2;

/// Appends the compiled pattern of a rule's value: normal octets, [`ANY`] for `*`, a last [`END`] for
/// `$`. Runs of `*` become one, and one at the very end goes, for every pattern is a prefix anyway.
///
/// Returns the pattern's weight against others. `None`, with nothing appended, when no path can match.
pub(super) fn compile(value: &[u8], compiled: &mut Vec<u8>) -> Option<usize> {
    if !matches!(value, [b'/' | b'*', ..]) {
        return None;
    }
    match value {
        [octets @ .., b'$'] => {
            push_pieces(octets, compiled);
            compiled.push(END);
        }
        octets => {
            push_pieces(octets, compiled);
            if compiled.ends_with(&[ANY]) {
                compiled.pop();
            }
        }
    }
    Some(weight(value))
}

/// Appends the pattern of the directory alone that an index file stands for: whoever allows
/// `/a/index.html` allows `/a/` too. The RFC does not say so, but site owners rely on Google's parser
/// here. Returns its weight, or `None` when the value names no index file.
pub(super) fn compile_directory(value: &[u8], compiled: &mut Vec<u8>) -> Option<usize> {
    let slash_idx = memchr::memrchr(b'/', value)?;
    let (directory, file) = value.split_at(slash_idx + 1);
    if !file.starts_with(b"index.htm") || !matches!(value, [b'/' | b'*', ..]) {
        return None;
    }
    push_pieces(directory, compiled);
    compiled.push(END);
    Some(weight(directory) + 1)
}

fn push_pieces(octets: &[u8], compiled: &mut Vec<u8>) {
    let start = compiled.len();
    for (piece_idx, piece) in octets.split(|byte| *byte == b'*').enumerate() {
        let repeats = compiled.len() > start && compiled.ends_with(&[ANY]);
        if piece_idx > 0 && !repeats {
            compiled.push(ANY);
        }
        push_normal(compiled, piece);
    }
}

/// How many octets of a compiled pattern must stand at the start of the path.
pub(super) fn head_len(compiled: &[u8]) -> usize {
    compiled.iter().position(|byte| matches!(*byte, ANY | END)).unwrap_or(compiled.len())
}

/// The literal parts of a compiled pattern.
pub(super) fn pieces(compiled: &[u8]) -> impl Iterator<Item = &[u8]> {
    compiled.split(|byte| matches!(*byte, ANY | END))
}

/// Whether a compiled pattern matches a normal path. Takes the leftmost place for each piece
/// between two `*` and never goes back, in time linear in pattern and path.
pub(super) fn matches(compiled: &[u8], path: &[u8]) -> bool {
    let (head, tail) = compiled.split_at(head_len(compiled));
    let Some(mut rest) = path.strip_prefix(head) else { return false };
    let mut tail = match tail {
        [] => return true,
        [END, ..] => return rest.is_empty(),
        [_, tail @ ..] => tail,
    };
    loop {
        let (piece, after) = tail.split_at(head_len(tail));
        if let [END, ..] = after {
            return rest.ends_with(piece);
        }
        let Some(found_idx) = memmem::find(rest, piece) else { return false };
        rest = &rest[found_idx + piece.len()..];
        match after {
            [_, after @ ..] => tail = after,
            [] => return true,
        }
    }
}
