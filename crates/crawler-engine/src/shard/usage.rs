//! What the owner of a page says on its use, gathered from robots.txt and the response.

use std::borrow::Cow;

use crawler_politeness::robots::RobotsRules;
use crawler_store::UsagePreferences;
use http::HeaderMap;

/// The texts that a capture's [`UsagePreferences`] borrow. Nearly always all are empty.
pub(super) struct UsageTexts<'a> {
    robots_content_signal: Option<&'a str>,
    robots_content_usage: Option<String>,
    content_signal: Option<Cow<'a, str>>,
    content_usage: Option<Cow<'a, str>>,
    x_robots_tag: Option<Cow<'a, str>>,
    tdm_reservation: Option<Cow<'a, str>>,
    tdm_policy: Option<Cow<'a, str>>,
}

impl<'a> UsageTexts<'a> {
    pub(super) fn new(
        rules: Option<&'a RobotsRules>,
        path_and_query: &str,
        headers: &'a HeaderMap,
    ) -> Self {
        Self {
            robots_content_signal: rules.and_then(RobotsRules::content_signal),
            robots_content_usage: rules.and_then(|rules| rules.content_usage(path_and_query)),
            content_signal: joined(headers, "content-signal"),
            content_usage: joined(headers, "content-usage"),
            x_robots_tag: joined(headers, "x-robots-tag"),
            tdm_reservation: joined(headers, "tdm-reservation"),
            tdm_policy: joined(headers, "tdm-policy"),
        }
    }

    pub(super) fn preferences(&self) -> UsagePreferences<'_> {
        UsagePreferences {
            robots_content_signal: self.robots_content_signal,
            robots_content_usage: self.robots_content_usage.as_deref(),
            content_signal: self.content_signal.as_deref(),
            content_usage: self.content_usage.as_deref(),
            x_robots_tag: self.x_robots_tag.as_deref(),
            tdm_reservation: self.tdm_reservation.as_deref(),
            tdm_policy: self.tdm_policy.as_deref(),
        }
    }
}

/// The field's lines as one (RFC 9110 section 5.3); octets that are no UTF-8 are replaced.
fn joined<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let mut values =
        headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let first = values.next()?;
    Some(values.fold(first, |text, value| format!("{text}, {value}").into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_headers_are_kept_as_given() {
        let rules = RobotsRules::parse(
            b"user-agent: *\ncontent-signal: search=yes\ncontent-usage: /a train-ai=n\n",
            "ours",
        );
        let mut headers = HeaderMap::new();
        headers.append("x-robots-tag", "noai".parse().unwrap());
        headers.append("x-robots-tag", "otherbot: noindex".parse().unwrap());
        headers.append("content-usage", "train-ai=y".parse().unwrap());
        headers.append("tdm-reservation", "1".parse().unwrap());
        let texts = UsageTexts::new(Some(&rules), "/a/b", &headers);
        let expected = UsagePreferences {
            robots_content_signal: Some("search=yes"),
            robots_content_usage: Some("train-ai=n"),
            content_usage: Some("train-ai=y"),
            x_robots_tag: Some("noai, otherbot: noindex"),
            tdm_reservation: Some("1"),
            ..UsagePreferences::default()
        };
        assert_eq!(texts.preferences(), expected);
        let nothing = HeaderMap::new();
        assert!(UsageTexts::new(None, "/a/b", &nothing).preferences().is_empty());
    }
}
