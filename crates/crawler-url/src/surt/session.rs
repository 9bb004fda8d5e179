//! Session ids that URL keys leave out.

/// Length of a session id at the start of the bytes.
type IdLen = fn(&[u8]) -> Option<usize>;

/// The kinds of session argument, in the order they are looked for.
const QUERY_IDS: [IdLen; 5] = [
    |bytes| named(bytes, b"jsessionid=", 32, u8::is_ascii_alphanumeric),
    |bytes| named(bytes, b"phpsessid=", 32, u8::is_ascii_alphanumeric),
    |bytes| named(bytes, b"sid=", 32, u8::is_ascii_alphanumeric),
    asp_session,
    cold_fusion,
];

/// Removes session arguments from a query: of each kind the last one.
///
/// The name may be the end of a longer one; the `&` before the argument stays.
pub(super) fn strip_from_query(mut query: String) -> String {
    if !query.contains('=') {
        return query;
    }
    for id_len in QUERY_IDS {
        let bytes = query.as_bytes();
        let found = (0..bytes.len()).rev().find_map(|start| {
            let end = start + id_len(&bytes[start..])?;
            matches!(bytes.get(end), None | Some(b'&')).then_some((start, end))
        });
        if let Some((start, end)) = found {
            let end = query.len().min(end + 1);
            query.replace_range(start..end, "");
        }
    }
    query
}

/// Removes the last segment that is an ASP.NET session id, if an `.aspx` page follows it.
pub(super) fn strip_from_path(mut path: String) -> String {
    for id_len in [tagged_ids as IdLen, plain_id as IdLen] {
        let bytes = path.as_bytes();
        let found = memchr::memrchr_iter(b'/', bytes).find_map(|slash_idx| {
            let start = slash_idx + 1;
            let end = start + id_len(&bytes[start..])?;
            (bytes.get(end) == Some(&b'/') && leads_to_aspx(&bytes[end + 1..]))
                .then_some((start, end))
        });
        if let Some((start, end)) = found {
            path.replace_range(start..=end, "");
        }
    }
    path
}

fn leads_to_aspx(after_id: &[u8]) -> bool {
    let name_len = memchr::memmem::find(after_id, b".aspx").unwrap_or(0);
    name_len > 0 && !after_id[..name_len].contains(&b'?')
}

/// A name without regard to case, then `count` bytes of a class.
fn named(bytes: &[u8], name: &[u8], count: usize, class: fn(&u8) -> bool) -> Option<usize> {
    let (found, rest) = bytes.split_at_checked(name.len())?;
    if !found.eq_ignore_ascii_case(name) {
        return None;
    }
    let value = rest.get(..count)?;
    value.iter().all(class).then_some(name.len() + count)
}

/// `ASPSESSIONIDxxxxxxxx=` and 24 letters.
fn asp_session(bytes: &[u8]) -> Option<usize> {
    let name_len = named(bytes, b"aspsessionid", 8, u8::is_ascii_alphabetic)?;
    let value_len = named(&bytes[name_len..], b"=", 24, u8::is_ascii_alphabetic)?;
    Some(name_len + value_len)
}

/// `cfid=x&cftoken=y`.
fn cold_fusion(bytes: &[u8]) -> Option<usize> {
    let id_len = nonempty_argument(bytes, b"cfid=")?;
    let token_len = nonempty_argument(&bytes[id_len..], b"&cftoken=")?;
    Some(id_len + token_len)
}

fn nonempty_argument(bytes: &[u8], name: &[u8]) -> Option<usize> {
    let name_len = named(bytes, name, 1, |&byte| byte != b'&')? - 1;
    let value_len = memchr::memchr(b'&', &bytes[name_len..]).unwrap_or(bytes.len() - name_len);
    Some(name_len + value_len)
}

/// `(24 letters or digits)`.
fn plain_id(bytes: &[u8]) -> Option<usize> {
    let id_len = named(bytes, b"(", 24, u8::is_ascii_alphanumeric)?;
    (bytes.get(id_len) == Some(&b')')).then_some(id_len + 1)
}

/// `(S(24 letters or digits)A(24 letters or digits))`: one or more tagged ids.
fn tagged_ids(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'(') {
        return None;
    }
    let mut len = 1;
    while bytes.get(len).is_some_and(u8::is_ascii_alphabetic) {
        len += 1 + plain_id(&bytes[len + 1..])?;
    }
    (len > 1 && bytes.get(len) == Some(&b')')).then_some(len + 1)
}
