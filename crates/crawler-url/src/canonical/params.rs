//! Parameters left out and put in order.

use std::borrow::Cow;

use super::rules::{CanonicalRules, ParamNames, QueryOrder};

/// [`CanonicalRules`] made quick to apply.
#[derive(Debug)]
pub(super) struct Params {
    order: QueryOrder,
    in_query: ParamNames,
    in_path: ParamNames,
}

impl Params {
    /// `None` when the rules change nothing.
    pub(super) fn new(rules: &CanonicalRules) -> Option<Self> {
        if *rules == CanonicalRules::none() {
            return None;
        }
        Some(Self {
            order: rules.query_order,
            in_query: ParamNames::new(rules.tracking_params.iter().chain(&rules.session_params)),
            in_path: ParamNames::new(&rules.session_params),
        })
    }

    /// Applies the rules to a URL whose percent-encodings are normalized and whose path begins at
    /// `path_start`.
    pub(super) fn apply<'t>(&self, text: Cow<'t, str>, path_start: usize) -> Cow<'t, str> {
        let (path, query) = match text[path_start..].split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&text[path_start..], None),
        };
        if self.keeps_path(path) && query.is_none_or(|query| self.keeps_query(query)) {
            return text;
        }
        let mut out = String::with_capacity(text.len());
        out.push_str(&text[..path_start]);
        self.push_path(&mut out, path);
        self.push_query(&mut out, query.unwrap_or_default());
        Cow::Owned(out)
    }

    fn keeps_path(&self, path: &str) -> bool {
        let bytes = path.as_bytes();
        memchr::memchr_iter(b';', bytes)
            .all(|at| !self.in_path.contain(path_name(&bytes[at + 1..])))
    }

    fn keeps_query(&self, query: &str) -> bool {
        let mut previous: &[u8] = &[];
        query.as_bytes().split(|&byte| byte == b'&').all(|param| {
            let name = query_name(param);
            let is_in_order = self.order == QueryOrder::Keep || previous <= name;
            previous = name;
            is_in_order && !self.in_query.contain(name)
        })
    }

    /// Copies a path without the parameters of its segments that are to be left out.
    fn push_path(&self, out: &mut String, path: &str) {
        let mut rest = path;
        while let Some(at) = rest.find(';') {
            let (before, param) = rest.split_at(at);
            out.push_str(before);
            let end = param[1..].find([';', '/']).map_or(param.len(), |end| end + 1);
            // Without its parameter the segment would mean another one.
            let would_climb = out.ends_with("/.") || out.ends_with("/..");
            if would_climb || !self.in_path.contain(path_name(&param.as_bytes()[1..])) {
                out.push_str(&param[..end]);
            }
            rest = &param[end..];
        }
        out.push_str(rest);
    }

    fn push_query(&self, out: &mut String, query: &str) {
        let kept =
            query.split('&').filter(|param| !self.in_query.contain(query_name(param.as_bytes())));
        let mut kept: Vec<&str> = kept.collect();
        if self.order == QueryOrder::Sort {
            kept.sort_by_key(|param| query_name(param.as_bytes()));
        }
        // An empty query is none.
        if kept.iter().all(|param| param.is_empty()) && kept.len() <= 1 {
            return;
        }
        out.push('?');
        for (n, param) in kept.into_iter().enumerate() {
            if n > 0 {
                out.push('&');
            }
            out.push_str(param);
        }
    }
}

/// Name of a query parameter.
fn query_name(param: &[u8]) -> &[u8] {
    &param[..memchr::memchr(b'=', param).unwrap_or(param.len())]
}

/// Name of the path parameter at the start of the bytes.
fn path_name(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr3(b'=', b';', b'/', bytes).unwrap_or(bytes.len())]
}
