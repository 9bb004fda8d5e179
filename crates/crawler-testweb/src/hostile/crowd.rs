//! Very many names on one address.

use std::net::Ipv4Addr;

use super::site::{FORBIDDEN, Outcome, Step, answer, html};

/// Where all of them are.
pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 2, 255, 1);

pub(super) fn label(number: u32) -> String {
    format!("crowd-{number}")
}

/// Whether the crowd of `names` has this label.
pub(super) fn has(names: u32, label: &str) -> bool {
    let number = label.strip_prefix("crowd-").and_then(|digits| digits.parse().ok());
    number.is_some_and(|number: u32| number < names && self::label(number) == label)
}

/// What each of them answers.
pub(super) fn respond(target: &str) -> Option<Vec<Step>> {
    match target {
        "/robots.txt" => {
            let rules = format!("User-agent: *\nDisallow: {FORBIDDEN}\n");
            Some(answer("200 OK", "Content-Type: text/plain\r\n", rules))
        }
        "/" => Some(html(format!("<a href='{FORBIDDEN}'>trap</a>"))),
        _ => None,
    }
}

/// What a crawl reports of each of them.
pub(super) const EXPECTED: [(&str, Outcome); 2] =
    [("/", OK), (FORBIDDEN, Outcome::Skipped("robots"))];

const OK: Outcome = Outcome::Page { status: 200, partial: None };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_from_others() {
        assert!(has(10, &label(0)) && has(10, &label(9)));
        for other in ["crowd-10", "crowd-01", "crowd-+1", "crowd-", "crowd", "silent"] {
            assert!(!has(10, other), "{other}");
        }
    }
}
