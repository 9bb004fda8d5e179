//! How the settings on manners reach the engine.

use super::*;

#[test]
fn limits_and_pauses() {
    let set = [
        "adaptive_delay=2.5",
        "max_adaptive_delay=11s",
        "dead_host_after=4",
        "domain_concurrency=3",
        "domain_delay=13ms",
        "max_rate=70",
        "max_bandwidth=3M",
        "dead_host_probes=2",
        "probe_interval=30s",
        "max_bytes_per_host=5M",
        "max_errors_per_host=6",
    ];
    let config = resolve(load(&sources(&[], &[], &set)).unwrap().settings, Vec::new());
    let breaker = BreakerConfig {
        failures_max: 4,
        probes_max: 2,
        interval_first: Duration::from_secs(30),
        ..BreakerConfig::default()
    };
    assert_eq!(config.pace.breaker, breaker);
    assert_eq!(config.domain_concurrency, Some(3));
    assert_eq!(config.domain_interval, Duration::from_millis(13));
    assert_eq!(config.limits.requests_per_second, Some(70));
    assert_eq!(config.limits.bytes_per_second, Some(3 << 20));
    assert!((config.pace.latency_factor - 2.5).abs() < f32::EPSILON);
    assert_eq!(config.pace.latency_pause_max, Duration::from_secs(11));
    assert_eq!(config.limits.bytes_per_host, Some(5 << 20));
    assert_eq!(config.limits.errors_per_host, Some(6));
}

#[test]
fn rules_for_hosts_are_tables_or_lines() {
    let dir = tempfile::tempdir().unwrap();
    let tables = "delay = 2\n[[host]]\nmatch = \"*.Slow.example\"\ndelay = \"5s\"\n\
        max_crawl_delay = \"9s\"\nmax_pages = 7\nmax_errors = 3\n[[host]]\nmatch = \"own.example\"\n\
        robots = \"ignore\"\nconcurrency = 8\nmax_bytes = \"1K\"\n[[host]]\nmatch = \"*\"\n\
        blocked = true\n";
    let lines = "delay = 2\nhost_rule = [\"*.slow.example delay=5s max_crawl_delay=9s max_pages=7 \
        max_errors=3\", \"own.example robots=ignore concurrency=8 max_bytes=1K\", \"* blocked=true\"]\n";
    let rules = |text: &str| {
        let loaded = load(&sources(&[&file(&dir, "crawler.toml", text)], &[], &[])).unwrap();
        let effective = effective(&loaded.raw);
        let again = load(&sources(&[&file(&dir, "again.toml", &effective)], &[], &[])).unwrap();
        assert_eq!(again.settings.host_rules, loaded.settings.host_rules);
        resolve(loaded.settings, Vec::new()).host_rules
    };
    let written = rules(tables);
    assert_eq!(written, rules(lines));
    let rule = |hosts: &str| HostRule::new(hosts.parse().unwrap());
    let expected = [
        HostRule {
            delay: Some(Duration::from_secs(5)),
            crawl_delay_max: Some(Duration::from_secs(9)),
            pages: Some(7),
            errors: Some(3),
            ..rule("*.slow.example")
        },
        HostRule {
            robots: Some(RobotsPolicy::Ignore),
            concurrency: Some(8),
            bytes: Some(1024),
            ..rule("own.example")
        },
        HostRule { blocked: true, ..rule("*") },
    ];
    assert_eq!(written, expected);
}
