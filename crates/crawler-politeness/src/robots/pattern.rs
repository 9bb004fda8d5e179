//! Path patterns of Allow and Disallow lines (RFC 9309 sections 2.2.2 and 2.2.3).

use memchr::memmem;

use super::normalize::push_normal;

/// Appends the compiled pattern of a rule's value: normal octets, `*` for any octets, a last `$`
/// for the end of the path. Runs of `*` become one, and one at the very end goes, for every pattern
/// is a prefix anyway.
///
/// Returns how many octets the whole pattern has as written, but normalized: its weight against
/// others. `None`, with nothing appended, when no path can match.
pub(super) fn compile(value: &[u8], compiled: &mut Vec<u8>) -> Option<usize> {
    if !matches!(value, [b'/' | b'*', ..]) {
        return None;
    }
    let start = compiled.len();
    let (octets, end) = match value {
        [octets @ .., b'$'] => (octets, End::Anchored),
        octets => (octets, End::Open),
    };
    let mut collapsed = 0;
    for (piece_idx, piece) in octets.split(|byte| *byte == b'*').enumerate() {
        if piece_idx > 0 {
            if compiled.len() > start && compiled.ends_with(b"*") {
                collapsed += 1;
            } else {
                compiled.push(b'*');
            }
        }
        push_normal(compiled, piece);
    }
    match end {
        End::Anchored => compiled.push(b'$'),
        End::Open if compiled.ends_with(b"*") => {
            compiled.pop();
            collapsed += 1;
        }
        End::Open => {}
    }
    Some(compiled.len() - start + collapsed)
}

enum End {
    Anchored,
    Open,
}

/// How many octets of a compiled pattern must stand at the start of the path.
pub(super) fn head_len(compiled: &[u8]) -> usize {
    compiled.iter().position(|byte| matches!(byte, b'*' | b'$')).unwrap_or(compiled.len())
}

/// The literal parts of a compiled pattern.
pub(super) fn pieces(compiled: &[u8]) -> impl Iterator<Item = &[u8]> {
    compiled.split(|byte| matches!(byte, b'*' | b'$'))
}

/// Whether a compiled pattern matches a normal path. Takes the leftmost place for each piece
/// between two `*` and never goes back, in time linear in pattern and path.
pub(super) fn matches(compiled: &[u8], path: &[u8]) -> bool {
    let (head, tail) = compiled.split_at(head_len(compiled));
    let Some(mut rest) = path.strip_prefix(head) else { return false };
    let mut tail = match tail {
        [] => return true,
        [b'$', ..] => return rest.is_empty(),
        [_, tail @ ..] => tail,
    };
    loop {
        let (piece, after) = tail.split_at(head_len(tail));
        if let [b'$', ..] = after {
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
