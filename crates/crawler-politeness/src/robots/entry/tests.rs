use super::*;
use crate::robots::RobotsVerdict;

fn verdict(rules: &RobotsRules, path: &str) -> Option<u32> {
    match rules.judge(path) {
        RobotsVerdict::Allowed => None,
        RobotsVerdict::Disallowed { line } => Some(line),
    }
}

#[test]
fn answers_and_how_long_they_hold() {
    use RobotsAnswer::{Body, Status, TooManyRedirects, Unreachable};
    let now = UnixMillis(1_000);
    let previous = RobotsEntry::from_answer(
        Body(b"user-agent: *\ndisallow: /old\n"),
        None,
        "foobot",
        UnixMillis(0),
        None,
    );
    let day = UnixMillis(1_000 + 86_400_000);
    let soon = UnixMillis(1_000 + 600_000);
    // section; answer; verdict on /old without and with previous rules; time of the next fetch
    let cases = [
        ("2.3.1.1", Body(b"user-agent: *\ndisallow: /new\n"), None, None, day),
        ("2.3.1.1", Body(b"<html>not found</html>"), None, None, day),
        ("2.3.1.1", Status(204), None, None, day),
        ("2.3.1.3", Status(400), None, None, day),
        ("2.3.1.3", Status(401), None, None, day),
        ("2.3.1.3", Status(403), None, None, day),
        ("2.3.1.3", Status(404), None, None, day),
        ("2.3.1.3", Status(410), None, None, day),
        ("2.3.1.2", TooManyRedirects, None, None, day),
        ("2.3.1.4", Status(429), Some(0), Some(2), soon),
        ("2.3.1.4", Status(500), Some(0), Some(2), soon),
        ("2.3.1.4", Status(503), Some(0), Some(2), soon),
        ("2.3.1.4", Status(599), Some(0), Some(2), soon),
        ("2.3.1.4", Status(301), Some(0), Some(2), soon),
        ("2.3.1.4", Status(100), Some(0), Some(2), soon),
        ("2.3.1.4", Status(0), Some(0), Some(2), soon),
        ("2.3.1.4", Status(999), Some(0), Some(2), soon),
        ("2.3.1.4", Unreachable, Some(0), Some(2), soon),
    ];
    for (section, answer, alone, after_previous, expires_at) in cases {
        let entry = RobotsEntry::from_answer(answer, None, "foobot", now, None);
        assert_eq!(verdict(&entry.rules, "/old"), alone, "{section}: {answer:?}");
        assert_eq!(entry.expires_at, expires_at, "{answer:?}");
        assert!(entry.is_fresh(UnixMillis(expires_at.0 - 1)) && !entry.is_fresh(expires_at));
        let entry = RobotsEntry::from_answer(answer, None, "foobot", now, Some(&previous));
        assert_eq!(
            verdict(&entry.rules, "/old"),
            after_previous,
            "{section}: {answer:?} after others"
        );
        let kept = Arc::ptr_eq(&entry.rules, &previous.rules);
        assert_eq!(kept, after_previous.is_some(), "{answer:?}");
    }
}

#[test]
fn an_answer_says_how_long_it_is_fresh() {
    let now = UnixMillis(1_000);
    let two_hours = Some(Duration::from_secs(7_200));
    let cases = [
        (RobotsAnswer::Body(b""), 7_200),
        (RobotsAnswer::Status(404), 7_200),
        (RobotsAnswer::Status(503), 600),
        (RobotsAnswer::Unreachable, 600),
    ];
    for (answer, seconds) in cases {
        let entry = RobotsEntry::from_answer(answer, two_hours, "foobot", now, None);
        assert_eq!(entry.expires_at, now + Duration::from_secs(seconds), "{answer:?}");
    }
}
