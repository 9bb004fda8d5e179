//! Many hosts of one address, each asking again when it is told to.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use crate::{IpLimits, UnixMillis};

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Hosts that want to fetch again as soon as they have fetched.
#[derive(Debug)]
struct Crowd {
    hosts: u64,
    interval_ms: u64,
    concurrency: u16,
    fetch_ms: u64,
    /// A shard's loop comes at most this much after it was told to.
    late_ms: u64,
    /// At every so many refusals a host gives up, until half of them have.
    give_up_every: u64,
    run_ms: u64,
}

/// What came of it.
struct Course {
    starts: Vec<u64>,
    per_host: Vec<u64>,
    gave_up: u64,
    polls: u64,
}

impl Course {
    fn fewest_and_most(&self) -> (u64, u64) {
        (*self.per_host.iter().min().unwrap(), *self.per_host.iter().max().unwrap())
    }
}

fn run(crowd: &Crowd) -> Course {
    let limits =
        Arc::new(IpLimits::new(crowd.concurrency, Duration::from_millis(crowd.interval_ms)));
    let mut chance = chances(7);
    let mut due: BTreeSet<(u64, u64)> = (0..crowd.hosts).map(|host| (0, host)).collect();
    let mut running = BTreeSet::new();
    let mut places = vec![None; crowd.hosts as usize];
    let mut permits: Vec<_> = (0..crowd.hosts).map(|_| None).collect();
    let mut course = Course {
        starts: Vec::new(),
        per_host: vec![0; crowd.hosts as usize],
        gave_up: 0,
        polls: 0,
    };
    let mut refused = 0_u64;
    for now in 0..crowd.run_ms {
        while running.first().is_some_and(|(end, _)| *end <= now) {
            let (_, host) = running.pop_first().unwrap();
            permits[host as usize] = None;
            due.insert((now, host));
        }
        while due.first().is_some_and(|(at, _)| *at <= now) {
            let (_, host) = due.pop_first().unwrap();
            course.polls += 1;
            match limits.try_reserve(ADDRESS, UnixMillis(now), places[host as usize].take()) {
                Ok(permit) => {
                    permits[host as usize] = Some(permit);
                    course.starts.push(now);
                    course.per_host[host as usize] += 1;
                    running.insert((now + crowd.fetch_ms, host));
                    assert!(running.len() <= usize::from(crowd.concurrency));
                }
                Err(place) => {
                    assert!(place.turn_at() > UnixMillis(now));
                    refused += 1;
                    if refused.is_multiple_of(crowd.give_up_every)
                        && course.gave_up < crowd.hosts / 2
                    {
                        course.gave_up += 1;
                        continue;
                    }
                    places[host as usize] = Some(place);
                    due.insert((place.turn_at().0 + chance() % (crowd.late_ms + 1), host));
                }
            }
        }
    }
    course
}

fn chances(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    }
}

const CROWD: Crowd = Crowd {
    hosts: 100,
    interval_ms: 5,
    concurrency: 16,
    fetch_ms: 3,
    late_ms: 1,
    give_up_every: u64::MAX,
    run_ms: 20_000,
};

/// Starts in a thousand of those that the limits allow.
fn yield_of(crowd: &Crowd, course: &Course) -> u64 {
    let by_fetch = crowd.fetch_ms.div_ceil(u64::from(crowd.concurrency));
    1000 * course.starts.len() as u64 * crowd.interval_ms.max(by_fetch) / crowd.run_ms
}

#[test]
fn a_crowd_of_hosts_gets_what_the_limits_allow_and_shares_it() {
    let cases = [
        // The shards' lateness is part of each interval.
        (CROWD, 880, 1),
        (Crowd { hosts: 10_000, interval_ms: 2, run_ms: 60_000, ..CROWD }, 780, 1),
        (Crowd { hosts: 10_000, interval_ms: 10, late_ms: 2, ..CROWD }, 800, 1),
        (Crowd { hosts: 1_000, interval_ms: 100, run_ms: 200_000, ..CROWD }, 950, 1),
        // It is the permits that are short.
        (Crowd { interval_ms: 0, concurrency: 4, fetch_ms: 30, ..CROWD }, 800, 3),
        (Crowd { concurrency: 1, fetch_ms: 100, ..CROWD }, 750, 2),
        (Crowd { concurrency: 2, fetch_ms: 2_000, run_ms: 400_000, ..CROWD }, 750, 3),
    ];
    for (crowd, per_mille_min, spread_max) in cases {
        let course = run(&crowd);
        let per_mille = yield_of(&crowd, &course);
        assert!(per_mille >= per_mille_min, "{crowd:?}: {per_mille} in a thousand");
        let interval_ok = |pair: &[u64]| pair[1] - pair[0] >= crowd.interval_ms;
        assert!(course.starts.windows(2).all(interval_ok), "{crowd:?}");
        let (fewest, most) = course.fewest_and_most();
        assert!(most - fewest <= spread_max, "{crowd:?}: {fewest} to {most} starts per host");
        let polls = course.polls / course.starts.len() as u64;
        assert!(polls <= 100, "{crowd:?}: {polls} polls per start");
    }
}

#[test]
fn who_gives_up_is_waited_for_but_once() {
    let crowd = Crowd { give_up_every: 50, ..CROWD };
    let course = run(&crowd);
    assert_eq!(course.gave_up, 50);
    let per_mille = yield_of(&crowd, &course);
    assert!(per_mille >= 700, "{per_mille} in a thousand");
}
