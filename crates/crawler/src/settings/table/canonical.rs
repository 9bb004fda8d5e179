//! Which URLs are the same URL.

use crawler_engine::CanonicalLinks;
use crawler_url::{ParamName, QueryOrder, SESSION_PARAMS, TRACKING_PARAMS};

use super::Setting;
use crate::settings::value::{Given, Refusal, put};

pub(super) const SETTINGS: &[Setting] = &[
    Setting::value(
        "query_order",
        "ORDER",
        "keep",
        |s, given| put(&mut s.canonical.query_order, given.choice(ORDERS)),
        "keep: ?a&b and ?b&a are two URLs; sort: they are one, fetched as it was found first",
    ),
    Setting::list(
        "tracking_param",
        "NAME",
        |s, given| put(&mut s.canonical.tracking_params, names(given)),
        "Query parameters that make no other URL; `utm_*` for all that begin so, `none` for no \
         parameter. The URL is fetched as it was found. Repeatable",
    )
    .default_items(TRACKING_PARAMS),
    Setting::list(
        "session_param",
        "NAME",
        |s, given| put(&mut s.canonical.session_params, names(given)),
        "The same for session ids, in queries and in paths as `/cart;jsessionid=1`. Repeatable",
    )
    .default_items(SESSION_PARAMS),
    Setting::value(
        "canonical_links",
        "USE",
        "record",
        |s, given| put(&mut s.canonical_links, given.choice(CANONICAL_LINKS)),
        "record: rel=canonical is stored with the page and is one of its links; alias: of a page that \
         names another URL in scope and of its own domain, only that one is followed",
    ),
];

const ORDERS: &[(&str, QueryOrder)] = &[("keep", QueryOrder::Keep), ("sort", QueryOrder::Sort)];
const CANONICAL_LINKS: &[(&str, CanonicalLinks)] =
    &[("record", CanonicalLinks::Record), ("alias", CanonicalLinks::Alias)];
/// The item by which a list is said to be empty, where a flag cannot say it by its absence.
const NONE: &str = "none";

fn names(given: Given<'_>) -> Result<Vec<ParamName>, crate::settings::value::BadValue> {
    let names = given.each(|text| match text {
        NONE => Ok(None),
        name => name.parse().map(Some).map_err(|_| Refusal {
            problem: format!("`{name}` names no parameter"),
            accepted: Some(
                "letters, digits and -._~, perhaps with * at the end, or none".to_owned(),
            ),
        }),
    })?;
    Ok(names.into_iter().flatten().collect())
}
