//! Any bytes as robots.txt: read in bounded memory, and judged the same each time.
#![no_main]

use crawler_politeness::robots::{RobotsRules, RobotsVerdict, SITEMAPS_MAX};
use crawler_politeness::{UnixMillis, parse_retry_after};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let rules = RobotsRules::parse(body, "ourbot");
    assert!(rules.sitemaps().len() <= SITEMAPS_MAX);
    let lines = body.split(|byte| matches!(byte, b'\r' | b'\n')).count();
    assert!(rules.len() <= lines);
    let tail = String::from_utf8_lossy(&body[body.len().saturating_sub(40)..]);
    for path in ["/", "/a/b?c=d", "/%41*$", &format!("/{tail}")] {
        let verdict = rules.judge(path);
        assert_eq!(verdict, rules.judge(path));
        if let RobotsVerdict::Disallowed { line } = verdict {
            assert!((1..=lines).contains(&(line as usize)), "line {line} of {lines}");
        }
    }
    assert_eq!(rules.judge("/robots.txt"), RobotsVerdict::Allowed);
    let _ = parse_retry_after(&tail, UnixMillis(1_800_000_000_000));
});
