use proptest::prelude::*;

use super::{texts, wire};
use crate::{WireUrl, surt};

/// URL, tab, key; made with version 0.3.1 of the `surt` package of Python, option
/// `reverse_ipaddr=False`.
const PAIRS: &str = include_str!("surt.tsv");

#[test]
fn keys_are_those_of_the_python_package() {
    let mut compared = 0;
    for pair in PAIRS.lines() {
        let (url, key) = pair.split_once('\t').unwrap();
        assert_eq!(surt(&wire(url)), key, "{url}");
        compared += 1;
    }
    assert!(compared >= 60);
}

proptest! {
    #[test]
    fn keys_are_lines_of_an_index(text in texts::absolute()) {
        let Ok(url) = WireUrl::parse(&text) else { return Ok(()) };
        let key = surt(&url);
        prop_assert!(key.bytes().all(|byte| byte.is_ascii_graphic()), "{}", key);
        prop_assert!(key.contains(")/"), "{}", key);
    }
}
