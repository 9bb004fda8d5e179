//! What of a URL does not tell pages apart, by the operator's choice.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Parameters that tell a site where a visitor comes from, and change nothing on the page.
pub const TRACKING_PARAMS: &str = "utm_* gclid gclsrc dclid gbraid wbraid fbclid msclkid yclid \
                                   twclid ttclid igshid li_fat_id mc_cid mc_eid mkt_tok _ga _gl \
                                   _hsenc _hsmi vero_id oly_anon_id oly_enc_id wickedid";

/// Parameters that tell one visitor from another.
pub const SESSION_PARAMS: &str = "jsessionid phpsessid phpsessionid aspsessionid* sessionid session_id cfid cftoken oscsid zenid";

/// The rules by which two URLs are the same that do not hold on every server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanonicalRules {
    /// Whether the order of query parameters tells pages apart.
    pub query_order: QueryOrder,
    /// Query parameters left out, wherever they stand.
    pub tracking_params: Vec<ParamName>,
    /// Query parameters left out, and path parameters (RFC 3986 section 3.3) as well:
    /// `/cart;jsessionid=0A1B`.
    pub session_params: Vec<ParamName>,
}

/// Whether the order of query parameters tells pages apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueryOrder {
    /// `?a&b` and `?b&a` are two URLs.
    Keep,
    /// They are one; the order of parameters of one name is kept.
    Sort,
}

impl QueryOrder {
    /// Name in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Sort => "sort",
        }
    }
}

impl Default for CanonicalRules {
    /// [`TRACKING_PARAMS`] and [`SESSION_PARAMS`] are left out, the order is kept.
    fn default() -> Self {
        let names = |list: &str| list.split_whitespace().flat_map(str::parse).collect();
        Self {
            query_order: QueryOrder::Keep,
            tracking_params: names(TRACKING_PARAMS),
            session_params: names(SESSION_PARAMS),
        }
    }
}

impl CanonicalRules {
    /// Nothing but what holds on every server.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            query_order: QueryOrder::Keep,
            tracking_params: Vec::new(),
            session_params: Vec::new(),
        }
    }

    /// How these rules differ from `other` ones, in the words of the settings; empty when both
    /// take the same URLs for the same.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut all = Vec::new();
        if self.query_order != other.query_order {
            let (this, that) = (self.query_order.as_str(), other.query_order.as_str());
            all.push(format!("query_order = {that:?} instead of {this:?}"));
        }
        for (key, mine, theirs) in [
            ("tracking_param", &self.tracking_params, &other.tracking_params),
            ("session_param", &self.session_params, &other.session_params),
        ] {
            all.extend(only_in(mine, theirs).map(|name| format!("{key} without {name}")));
            all.extend(only_in(theirs, mine).map(|name| format!("{key} with {name}")));
        }
        all
    }
}

fn only_in<'n>(
    names: &'n [ParamName],
    others: &'n [ParamName],
) -> impl Iterator<Item = &'n ParamName> {
    names.iter().filter(|name| !others.contains(name))
}

/// Name of a parameter in lower case, or with `*` at its end the beginning of names. Compared
/// without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParamName(Box<str>);

/// A text that names no parameter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no parameter: expected letters, digits and -._~, and perhaps * at the end")]
pub struct BadParamName(String);

impl ParamName {
    /// The name, with its `*`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it means this name, which is not empty.
    fn matches(&self, name: &[u8]) -> bool {
        let mine = self.0.as_bytes();
        match mine.strip_suffix(b"*") {
            Some(start) => {
                name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
            }
            None => mine.eq_ignore_ascii_case(name),
        }
    }
}

impl FromStr for ParamName {
    type Err = BadParamName;

    fn from_str(text: &str) -> Result<Self, BadParamName> {
        let name = text.strip_suffix('*').unwrap_or(text);
        if name.is_empty() || !name.bytes().all(super::is_unreserved) {
            return Err(BadParamName(text.to_owned()));
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }
}

impl fmt::Display for ParamName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Serialize for ParamName {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ParamName {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(input)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Names by their first byte: most parameters are told from all of them by one look.
#[derive(Debug, Default)]
pub(super) struct ParamNames(Vec<Vec<ParamName>>);

impl ParamNames {
    pub(super) fn new<'n>(names: impl IntoIterator<Item = &'n ParamName>) -> Self {
        let mut by_byte = Self(vec![Vec::new(); 256]);
        for name in names {
            by_byte.0[usize::from(name.0.as_bytes()[0])].push(name.clone());
        }
        by_byte
    }

    pub(super) fn contain(&self, name: &[u8]) -> bool {
        let Some(first) = name.first() else { return false };
        let candidates = self.0.get(usize::from(first.to_ascii_lowercase()));
        candidates.is_some_and(|names| names.iter().any(|mine| mine.matches(name)))
    }
}
