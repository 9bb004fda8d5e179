//! Hosts that cannot cope: they ask to wait, die, and come back.

use std::time::Duration;

use crate::hostile::site::Outcome::Failed;
use crate::hostile::site::{Site, Step, answer, html, status};

pub(super) fn sites() -> Vec<Site> {
    let alive = || html("back again");
    let changing = |label, turns, outcome| {
        Site { pages: Vec::new(), ..Site::new(label, Vec::new(), outcome) }
            .turns("/", turns, outcome)
    };
    vec![
        changing("too-many", vec![refusal("429 Too Many Requests", Some(2)), alive()], status(200)),
        changing(
            "too-many-mute",
            vec![refusal("429 Too Many Requests", None), alive()],
            status(200),
        ),
        changing("busy", vec![refusal("503 Service Unavailable", Some(1)), alive()], status(200)),
        Site::new("always-busy", refusal("503 Service Unavailable", Some(1)), status(503)),
        changing("comes-back", vec![vec![Step::Reset], alive()], status(200)),
        Site::new("dies", html("<a href='/gone'>x</a>"), status(200)).page(
            "/gone",
            vec![Step::Reset],
            Failed("reset"),
        ),
    ]
}

fn refusal(status: &str, retry_after_secs: Option<u64>) -> Vec<Step> {
    let Some(secs) = retry_after_secs else {
        return answer(status, "", "");
    };
    let mut steps = vec![Step::Quiet(Duration::from_secs(secs))];
    steps.extend(answer(status, &format!("Retry-After: {secs}\r\n"), ""));
    steps
}
