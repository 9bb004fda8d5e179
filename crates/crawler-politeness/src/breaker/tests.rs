use super::FailureClass::{Dns, Http, Tcp, Tls};
use super::Standing::{Alive, Dead, Probed};
use super::*;
use crate::{Jitter, Observation, Pace, PaceConfig};

/// 1 s delay, back-off 8 s; 2 failures open, 3 probes are made, after 10 s, 20 s and 30 s.
fn config() -> PaceConfig {
    PaceConfig {
        delay: Duration::from_secs(1),
        backoff_first: Duration::from_secs(8),
        backoff_max: Duration::from_secs(80),
        breaker: BreakerConfig {
            failures_max: 2,
            probes_max: 3,
            interval_first: Duration::from_secs(10),
            interval_max: Duration::from_secs(30),
        },
        ..PaceConfig::default()
    }
}

/// What is seen at which second; when the host may be asked next, and how it stands then and just
/// before.
type Step = (u64, Observation, u64, Standing);

fn run(pace: &mut Pace, config: &PaceConfig, steps: &[Step]) {
    for (idx, (at_secs, seen, next_secs, standing)) in steps.iter().enumerate() {
        let now = UnixMillis(at_secs * 1_000);
        pace.observe(now, *seen, config, Jitter::NONE);
        assert_eq!(pace.next_fetch_at, UnixMillis(next_secs * 1_000), "step {idx}");
        assert_eq!(pace.standing(now, config), *standing, "step {idx}");
    }
}

const fn failed(class: FailureClass) -> Observation {
    Observation::Failed(class)
}

#[test]
fn a_host_is_probed_less_and_less_and_given_up() {
    let mut pace = Pace::default();
    let steps = [
        (1_000, failed(Dns), 1_002, Alive),
        (1_002, failed(Tcp), 1_012, Probed(Tcp)),
        // from fetches under way
        (1_003, failed(Tcp), 1_012, Probed(Tcp)),
        (1_012, failed(Tls), 1_032, Probed(Tls)),
        (1_032, failed(Tcp), 1_062, Probed(Tcp)),
        // its URLs need not wait to be told
        (1_062, failed(Tcp), 1_063, Dead(Tcp)),
    ];
    run(&mut pace, &config(), &steps);
    let at = |secs: u64| pace.standing(UnixMillis(secs * 1_000), &config());
    assert_eq!((at(1_091), at(1_092)), (Dead(Tcp), Probed(Tcp)), "then it is probed again");
    let steps =
        [(1_100, failed(Http), 1_101, Dead(Http)), (1_200, Observation::Answered, 1_201, Alive)];
    run(&mut pace, &config(), &steps);
    assert_eq!(pace.failures.count(), 0);
}

#[test]
fn an_answer_to_a_probe_closes_the_circuit() {
    let throttled = Observation::Throttled { retry_after: None };
    for (answer, next) in [(Observation::Answered, 1_013), (throttled, 1_020)] {
        let mut pace = Pace::default();
        let steps = [
            (1_000, failed(Http), 1_002, Alive),
            (1_002, failed(Http), 1_012, Probed(Http)),
            (1_012, answer, next, Alive),
        ];
        run(&mut pace, &config(), &steps);
        run(&mut pace, &config(), &[(1_030, failed(Http), 1_032, Alive)]);
    }
}

#[test]
fn failures_at_once_count_although_the_delay_is_reserved() {
    let mut pace = Pace::default();
    for (at_ms, count) in [(1_000_001, 1), (1_002_002, 2)] {
        // As before each request: a crash must not forget it.
        pace.next_fetch_at = UnixMillis(at_ms) + Duration::from_secs(1);
        pace.observe(UnixMillis(at_ms), failed(Tcp), &config(), Jitter::NONE);
        assert_eq!(pace.failures.count(), count);
    }
}

#[test]
fn a_breaker_that_is_off_never_opens() {
    let mut config = config();
    config.breaker.failures_max = 0;
    let mut pace = Pace::default();
    for hour in 0..1_000 {
        let now = UnixMillis(hour * 3_600_000);
        pace.observe(now, failed(Tcp), &config, Jitter::NONE);
        assert_eq!(pace.standing(now, &config), Alive);
    }
    assert_eq!(pace.failures.count(), 1_000);
}

#[test]
fn without_probes_a_host_is_given_up_at_once() {
    let mut config = config();
    (config.breaker.failures_max, config.breaker.probes_max) = (1, 0);
    let mut pace = Pace::default();
    run(&mut pace, &config, &[(1_000, failed(Dns), 1_001, Dead(Dns))]);
}
