use Observation::{Answered, Throttled};
use proptest::prelude::*;

use super::*;

/// 1 s delay, crawl delay up to 60 s, back-off 10 s doubling to 60 s, Retry-After up to 100 s.
fn config() -> PaceConfig {
    PaceConfig {
        delay: Duration::from_secs(1),
        crawl_delay_max: Duration::from_secs(60),
        backoff_first: Duration::from_secs(10),
        backoff_max: Duration::from_secs(60),
        retry_after_max: Duration::from_secs(100),
        jitter: 0.5,
        latency_factor: 0.0,
        latency_pause_max: Duration::from_secs(30),
        breaker: BreakerConfig {
            failures_max: 0,
            interval_max: Duration::ZERO,
            ..BreakerConfig::default()
        },
    }
}

const FAILED: Observation = Observation::Failed(FailureClass::Tcp);
const THROTTLED: Observation = Throttled { retry_after: None };

const fn retry_after(seconds: u64) -> Observation {
    Throttled { retry_after: Some(Duration::from_secs(seconds)) }
}

/// What is seen at which second; next fetch in milliseconds, back-off level, failures in a row.
type Step = (u64, Observation, u64, u8, u16);

fn run(name: &str, config: &PaceConfig, mut pace: Pace, jitter: Jitter, steps: &[Step]) {
    for (idx, (at_secs, seen, next, level, failures)) in steps.iter().enumerate() {
        pace.observe(UnixMillis(at_secs * 1_000), *seen, config, jitter);
        let got = (pace.next_fetch_at.0, pace.backoff_level, pace.failures.count());
        assert_eq!(got, (*next, *level, *failures), "{name}, step {idx}");
    }
}

const START: u64 = 1_000;

#[test]
fn histories_of_a_host() {
    for (name, steps) in HISTORIES {
        run(name, &config(), Pace::default(), Jitter::NONE, steps);
    }
}

const HISTORIES: &[(&str, &[Step])] = &[
    (
        "answers keep the delay",
        &[(1_000, Answered, 1_001_000, 0, 0), (1_005, Answered, 1_006_000, 0, 0)],
    ),
    (
        "throttling doubles up to the maximum, at which the level stays",
        &[
            (1_000, THROTTLED, 1_010_000, 1, 0),
            (1_010, THROTTLED, 1_030_000, 2, 0),
            (1_030, THROTTLED, 1_070_000, 3, 0),
            (1_070, THROTTLED, 1_130_000, 4, 0),
            (1_130, THROTTLED, 1_190_000, 4, 0),
        ],
    ),
    (
        "one incident counts once",
        &[
            (1_000, THROTTLED, 1_010_000, 1, 0),
            (1_003, THROTTLED, 1_010_000, 1, 0),
            (1_009, Answered, 1_010_000, 1, 0),
            (1_009, THROTTLED, 1_010_000, 1, 0),
            (1_010, THROTTLED, 1_030_000, 2, 0),
        ],
    ),
    (
        "an answer does not end the window of the incident",
        &[
            (1_000, THROTTLED, 1_010_000, 1, 0),
            (1_002, Answered, 1_010_000, 1, 0),
            (1_003, retry_after(50), 1_053_000, 1, 0),
            (1_052, THROTTLED, 1_053_000, 1, 0),
            (1_053, THROTTLED, 1_073_000, 2, 0),
        ],
    ),
    (
        "retry-after is honored exactly, but never below the delay nor above its maximum",
        &[(1_000, retry_after(7), 1_007_000, 1, 0)],
    ),
    ("a retry-after of nothing", &[(1_000, retry_after(0), 1_001_000, 1, 0)]),
    ("a retry-after of ages", &[(1_000, retry_after(u64::MAX), 1_100_000, 1, 0)]),
    (
        "a retry-after that was too short is not relied on",
        &[
            (1_000, retry_after(2), 1_002_000, 1, 0),
            (1_002, retry_after(2), 1_012_000, 2, 0),
            (1_012, retry_after(2), 1_032_000, 3, 0),
            (1_032, retry_after(90), 1_122_000, 4, 0),
        ],
    ),
    (
        "quiet time forgives step by step: 20 s at level 2, then 10 s at level 1",
        &[
            (1_000, THROTTLED, 1_010_000, 1, 0),
            (1_010, THROTTLED, 1_030_000, 2, 0),
            (1_030, Answered, 1_031_000, 2, 0),
            (1_049, Answered, 1_050_000, 2, 0),
            (1_050, Answered, 1_051_000, 1, 0),
            (1_059, Answered, 1_060_000, 1, 0),
            (1_060, Answered, 1_061_000, 0, 0),
            (1_061, THROTTLED, 1_071_000, 1, 0),
        ],
    ),
    (
        "throttled again before it was forgiven",
        &[
            (1_000, THROTTLED, 1_010_000, 1, 0),
            (1_019, Answered, 1_020_000, 1, 0),
            (1_019, THROTTLED, 1_039_000, 2, 0),
        ],
    ),
    (
        "a long silence forgives all that it pays for",
        &[
            (1_000, THROTTLED, 1_010_000, 1, 0),
            (1_010, THROTTLED, 1_030_000, 2, 0),
            (1_030, THROTTLED, 1_070_000, 3, 0),
            (1_140, Answered, 1_141_000, 0, 0),
        ],
    ),
    (
        "silence alone forgives nothing before an answer",
        &[(1_000, THROTTLED, 1_010_000, 1, 0), (9_000, THROTTLED, 9_020_000, 2, 0)],
    ),
    (
        "failures wait a quarter as long, by incidents",
        &[
            (1_000, FAILED, 1_002_500, 0, 1),
            (1_001, FAILED, 1_002_500, 0, 1),
            (1_003, FAILED, 1_008_000, 0, 2),
            (1_008, FAILED, 1_018_000, 0, 3),
            (1_018, FAILED, 1_033_000, 0, 4),
            (1_033, FAILED, 1_048_000, 0, 5),
            (1_048, Answered, 1_049_000, 0, 0),
            (1_049, FAILED, 1_051_500, 0, 1),
        ],
    ),
    (
        "throttling is an answer; a failure leaves the level alone",
        &[
            (1_000, FAILED, 1_002_500, 0, 1),
            (1_002, THROTTLED, 1_012_000, 1, 0),
            (1_005, FAILED, 1_012_000, 1, 1),
            (1_012, FAILED, 1_017_000, 1, 2),
            (1_017, THROTTLED, 1_037_000, 2, 0),
        ],
    ),
    (
        "a clock that was set back does not close the host",
        &[(9_000, retry_after(100), 9_100_000, 1, 0), (1_000, Answered, 1_150_000, 1, 0)],
    ),
];

#[test]
fn pauses_by_configuration() {
    let secs = Duration::from_secs;
    // delay, crawl delay, jitter drawn; answered, throttled, failed: milliseconds after now
    let cases = [
        (secs(0), None, 1.0, [0, 15_000, 3_750]),
        (secs(0), Some(secs(2)), 0.0, [2_000, 10_000, 2_500]),
        (secs(1), None, 1.0, [1_500, 15_000, 3_750]),
        (secs(1), None, 0.5, [1_250, 12_500, 3_125]),
        (secs(1), Some(Duration::from_millis(500)), 0.0, [1_000, 10_000, 2_500]),
        (secs(1), Some(secs(5)), 0.0, [5_000, 10_000, 5_000]),
        (secs(1), Some(secs(5)), 1.0, [7_500, 15_000, 7_500]),
        (secs(1), Some(secs(1_000)), 0.0, [60_000, 60_000, 60_000]),
        (secs(90), Some(secs(1_000)), 0.0, [90_000, 90_000, 90_000]),
        (Duration::from_micros(1), None, 0.0, [1, 10_000, 2_500]),
        (secs(1), None, f32::NAN, [1_000, 10_000, 2_500]),
        (secs(1), None, -3.0, [1_000, 10_000, 2_500]),
        (secs(1), None, 9.0, [1_500, 15_000, 3_750]),
    ];
    for (delay, crawl_delay, jitter, pauses) in cases {
        let config = PaceConfig { delay, ..config() };
        for (seen, pause) in [Answered, THROTTLED, FAILED].into_iter().zip(pauses) {
            let mut pace = Pace { crawl_delay, ..Pace::default() };
            pace.observe(UnixMillis(START), seen, &config, Jitter::new(jitter));
            let case = format!("{delay:?} {crawl_delay:?} {jitter} {seen:?}");
            assert_eq!(pace.next_fetch_at.0, START + pause, "{case}");
        }
    }
}

#[test]
fn extreme_configurations_end() {
    let endless = Duration::MAX;
    let none = Duration::ZERO;
    for (first, max) in [(none, none), (none, endless), (endless, none), (endless, endless)] {
        let config = PaceConfig {
            delay: max,
            crawl_delay_max: max,
            backoff_first: first,
            backoff_max: max,
            retry_after_max: max,
            jitter: f32::INFINITY,
            latency_factor: f32::INFINITY,
            latency_pause_max: max,
            breaker: BreakerConfig {
                failures_max: 7,
                probes_max: u16::MAX,
                interval_first: first,
                interval_max: max,
            },
        };
        let mut pace = Pace { crawl_delay: Some(endless), ..Pace::default() };
        for _ in 0..300 {
            for seen in [THROTTLED, FAILED, retry_after(u64::MAX), Answered] {
                pace.observe(UnixMillis(u64::MAX), seen, &config, Jitter::new(1.0));
            }
        }
        assert_eq!(pace.next_fetch_at, UnixMillis(u64::MAX));
    }
}

#[test]
fn slow_hosts_are_asked_less_often() {
    let config = PaceConfig { latency_factor: 5.0, ..config() };
    let mut pace = Pace::default();
    // 100, 175, 1 132 ms, and very long
    let times = [(100, 1_000), (400, 1_000), (4_000, 5_660), (u64::MAX, 30_000)];
    for (took_ms, delay_ms) in times {
        pace.note_response_time(Duration::from_millis(took_ms));
        assert_eq!(pace.delay(&config), Duration::from_millis(delay_ms), "{took_ms}");
    }
    assert_eq!(pace.delay(&self::config()), Duration::from_secs(1), "it is opt-in");
    for _ in 0..100 {
        pace.note_response_time(Duration::ZERO);
    }
    assert_eq!(pace.delay(&config), Duration::from_secs(1), "and forgotten");
}

#[test]
fn a_used_up_quota_is_waited_for() {
    let exhausted = |secs| Observation::Exhausted { reset: Duration::from_secs(secs) };
    let steps = [
        (1_000, exhausted(20), 1_020_000, 0, 0),
        (1_003, Answered, 1_020_000, 0, 0),
        (1_020, exhausted(0), 1_021_000, 0, 0),
        (1_021, exhausted(999), 1_121_000, 0, 0),
    ];
    run("quotas", &config(), Pace::default(), Jitter::NONE, &steps);
}

#[test]
fn a_restart_forgets_nothing() {
    let mut pace = Pace { crawl_delay: Some(Duration::from_micros(1_500_001)), ..Pace::default() };
    pace.observe(UnixMillis(1_000), FAILED, &config(), Jitter::NONE);
    pace.observe(UnixMillis(9_000), THROTTLED, &config(), Jitter::NONE);
    let json = serde_json::to_string(&pace).unwrap();
    assert_eq!(
        json,
        r#"{"next_fetch_at":19000,"backoff_level":1,"failures":{"count":0,"class":"Dns","until":0},"crawl_delay":1501,"response_ms":0,"spent":{"bytes":0,"errors":0},"backoff_until":19000}"#
    );
    pace.crawl_delay = Some(Duration::from_millis(1_501));
    assert_eq!(serde_json::from_str::<Pace>(&json).unwrap(), pace);
    let bytes = postcard::to_stdvec(&pace).unwrap();
    let mut restored: Pace = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(restored, pace);
    restored.observe(UnixMillis(10_000), THROTTLED, &config(), Jitter::NONE);
    assert_eq!((restored.next_fetch_at, restored.backoff_level), (UnixMillis(19_000), 1));
    assert!(restored.is_backing_off(UnixMillis(18_999)));
    assert!(!restored.is_backing_off(UnixMillis(19_000)));
}

#[test]
fn draws_are_within_bounds() {
    let mut rng = fastrand::Rng::with_seed(7);
    let draws: Vec<f32> = (0..1_000).map(|_| Jitter::draw(&mut rng).0).collect();
    assert!(draws.iter().all(|draw| (0.0..=1.0).contains(draw)));
    assert!(draws.iter().any(|draw| *draw < 0.1) && draws.iter().any(|draw| *draw > 0.9));
}

fn observation() -> impl Strategy<Value = Observation> {
    prop_oneof![
        Just(Answered),
        Just(FAILED),
        proptest::option::of(0_u64..200)
            .prop_map(|seconds| Throttled { retry_after: seconds.map(Duration::from_secs) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn pauses_stay_between_delay_and_maximum(
        delay_ms in 0_u64..5_000,
        crawl_delay_ms in proptest::option::of(0_u64..100_000),
        steps in proptest::collection::vec((0_u64..30_000, observation(), 0.0_f32..=1.0), 1..40),
    ) {
        let config = PaceConfig { delay: Duration::from_millis(delay_ms), ..config() };
        let crawl_delay = crawl_delay_ms.map(Duration::from_millis);
        let mut pace = Pace { crawl_delay, ..Pace::default() };
        let mut now = UnixMillis(1_700_000_000_000);
        for (pause_ms, seen, jitter) in steps {
            let before = pace.clone();
            now += Duration::from_millis(pause_ms);
            pace.observe(now, seen, &config, Jitter::new(jitter));
            prop_assert!(pace.next_fetch_at >= now + pace.delay(&config));
            prop_assert!(pace.next_fetch_at >= before.next_fetch_at);
            // 100 s of Retry-After is the longest of all pauses; half as much again by jitter
            prop_assert!(pace.next_fetch_at <= now + Duration::from_secs(150));
            if let Throttled { retry_after: Some(asked) } = seen {
                prop_assert!(pace.next_fetch_at >= now + asked.min(config.retry_after_max));
            }
            prop_assert!(pace.backoff_level <= before.backoff_level + 1);
            prop_assert!(pace.backoff_level <= 4);
        }
    }
}

#[test]
fn a_shorter_delay_holds_at_once_but_never_below_what_the_host_asked_for() {
    let wide = PaceConfig { retry_after_max: Duration::from_secs(1_000), ..config() };
    let long = PaceConfig { delay: Duration::from_secs(600), ..wide.clone() };
    let short = PaceConfig { delay: Duration::from_secs(2), ..wide };
    let exhausted = |secs| Observation::Exhausted { reset: Duration::from_secs(secs) };
    // What was seen under the long delay; seconds after it when the host may be asked at last, if the
    // delay becomes short 10 s after it.
    let cases = [
        (Answered, 12),
        (exhausted(5), 600),
        (exhausted(900), 900),
        (retry_after(900), 900),
        (retry_after(5), 600),
        (FAILED, 600),
    ];
    let (start, later) = (UnixMillis(START), UnixMillis(START + 10_000));
    for (seen, at_last) in cases {
        let mut pace = Pace::default();
        pace.observe(start, seen, &long, Jitter::NONE);
        pace.hasten(later, &short);
        assert_eq!(pace.next_fetch_at.0, START + at_last * 1_000, "{seen:?}");
        pace.hasten(later, &long);
        assert_eq!(pace.next_fetch_at.0, START + at_last * 1_000, "{seen:?}: nothing is put off");
    }
}
