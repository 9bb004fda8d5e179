use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::start_limits::SWEEP_RESERVES_MIN;

const INTERVAL: Duration = Duration::from_millis(100);

fn limits(concurrency_max: u16) -> Arc<IpLimits> {
    Arc::new(IpLimits::new(concurrency_max, INTERVAL))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn starts_keep_the_interval() {
    let limits = limits(10);
    let one = ip("192.0.2.1");
    let _first = limits.try_reserve(one, UnixMillis(1_000)).unwrap();
    assert_eq!(limits.try_reserve(one, UnixMillis(1_000)).unwrap_err(), UnixMillis(1_100));
    limits.try_reserve(one, UnixMillis(1_099)).unwrap_err();
    let _second = limits.try_reserve(one, UnixMillis(1_100)).unwrap();
    limits.try_reserve(one, UnixMillis(1_199)).unwrap_err();
    let _third = limits.try_reserve(one, UnixMillis(1_200)).unwrap();
}

#[test]
fn the_refused_are_told_to_come_back_one_after_the_other() {
    let limits = limits(10);
    let one = ip("192.0.2.1");
    let _first = limits.try_reserve(one, UnixMillis(1_000)).unwrap();
    let told = || limits.try_reserve(one, UnixMillis(1_000)).unwrap_err();
    assert_eq!([told(), told(), told()], [1_100, 1_200, 1_300].map(UnixMillis));
    // A start shortens the line by one.
    let _second = limits.try_reserve(one, UnixMillis(1_100)).unwrap();
    let next = limits.try_reserve(one, UnixMillis(1_100)).unwrap_err();
    assert_eq!(next, UnixMillis(1_400));
    let mut last = next;
    for _ in 0..1_000 {
        last = limits.try_reserve(one, UnixMillis(1_100)).unwrap_err();
    }
    assert_eq!(last, UnixMillis(11_200));
}

#[test]
fn a_refusal_takes_nothing() {
    let limits = limits(2);
    let one = ip("192.0.2.1");
    let first = limits.try_reserve(one, UnixMillis(0)).unwrap();
    let second = limits.try_reserve(one, UnixMillis(100)).unwrap();
    for _ in 0..5 {
        assert!(limits.try_reserve(one, UnixMillis(150)).unwrap_err() >= UnixMillis(200));
        // all permits are out: no telling when one comes back
        assert!(limits.try_reserve(one, UnixMillis(900)).unwrap_err() >= UnixMillis(950));
    }
    drop(first);
    let third = limits.try_reserve(one, UnixMillis(900)).unwrap();
    limits.try_reserve(one, UnixMillis(5_000)).unwrap_err();
    drop((second, third));
    let _fourth = limits.try_reserve(one, UnixMillis(1_000)).unwrap();
    let _fifth = limits.try_reserve(one, UnixMillis(1_100)).unwrap();
    limits.try_reserve(one, UnixMillis(5_000)).unwrap_err();
}

#[test]
fn what_counts_as_one_server() {
    let cases = [
        ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("192.0.2.1", "64:ff9b::192.0.2.1", true),
        ("64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2", false),
        ("64:ff9b:1::192.0.2.1", "64:ff9b:1::192.0.2.2", true),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", true),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ("::1", "0.0.0.1", false),
    ];
    for (one, other, same) in cases {
        let limits = limits(1);
        let _permit = limits.try_reserve(ip(one), UnixMillis(0)).unwrap();
        let refused = limits.try_reserve(ip(other), UnixMillis(0)).is_err();
        assert_eq!(refused, same, "{one} and {other}");
    }
}

#[test]
fn no_permit_at_all_is_not_a_limit() {
    let limits = Arc::new(IpLimits::new(0, Duration::ZERO));
    let one = ip("192.0.2.1");
    let permit = limits.try_reserve(one, UnixMillis(7)).unwrap();
    assert_eq!(limits.try_reserve(one, UnixMillis(7)).unwrap_err(), UnixMillis(57));
    drop(permit);
    let _permit = limits.try_reserve(one, UnixMillis(7)).unwrap();
}

#[test]
fn a_clock_that_was_set_back_does_not_close_an_address() {
    let limits = limits(9);
    let one = ip("192.0.2.1");
    drop(limits.try_reserve(one, UnixMillis(1_000_000)).unwrap());
    assert_eq!(limits.try_reserve(one, UnixMillis(5_000)).unwrap_err(), UnixMillis(5_100));
    drop(limits.try_reserve(one, UnixMillis(5_100)).unwrap());
    // Clocks of two shards that differ by a little change nothing.
    assert_eq!(limits.try_reserve(one, UnixMillis(4_900)).unwrap_err(), UnixMillis(5_200));
}

#[test]
fn sweeping_forgets_the_idle_only() {
    let limits = limits(1);
    let busy = limits.try_reserve(ip("192.0.2.1"), UnixMillis(0)).unwrap();
    drop(limits.try_reserve(ip("192.0.2.2"), UnixMillis(0)).unwrap());
    drop(limits.try_reserve(ip("192.0.2.3"), UnixMillis(50)).unwrap());
    for (now, known) in [(99, 3), (100, 2), (150, 1), (9_000, 1)] {
        limits.sweep(UnixMillis(now));
        assert_eq!(limits.known(), known, "at {now}");
    }
    drop(busy);
    limits.sweep(UnixMillis(9_000));
    assert_eq!(limits.known(), 0);
}

#[test]
fn memory_is_bounded_without_anyone_sweeping() {
    let limits = limits(1);
    let mut known_max = 0;
    for address in 0..5 * SWEEP_RESERVES_MIN as u32 {
        let one = IpAddr::V4(Ipv4Addr::from_bits(address));
        drop(limits.try_reserve(one, UnixMillis(u64::from(address) * 10)).unwrap());
        known_max = known_max.max(limits.known());
    }
    assert!((SWEEP_RESERVES_MIN..SWEEP_RESERVES_MIN + 50).contains(&known_max), "{known_max}");
}

#[test]
fn threads_never_exceed_the_limits() {
    let limits = Arc::new(IpLimits::new(3, Duration::ZERO));
    let in_flight = AtomicUsize::new(0);
    let granted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (limits, in_flight, granted) = (&limits, &in_flight, &granted);
            scope.spawn(move || {
                for turn in 0..5_000 {
                    let now = UnixMillis(turn * 4 + thread);
                    let Ok(permit) = limits.try_reserve(ip("192.0.2.1"), now) else { continue };
                    assert!(in_flight.fetch_add(1, Ordering::SeqCst) < 3);
                    granted.fetch_add(1, Ordering::SeqCst);
                    in_flight.fetch_sub(1, Ordering::SeqCst);
                    drop(permit);
                }
            });
        }
    });
    assert!(granted.into_inner() > 0);
    limits.sweep(UnixMillis(u64::MAX));
    assert_eq!(limits.known(), 0, "every permit settled");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn grants_keep_both_limits(
        concurrency_max in 1_u16..4,
        steps in proptest::collection::vec((0_u64..120, 0_u8..3, any::<bool>()), 1..60),
    ) {
        let limits = limits(concurrency_max);
        let mut now = UnixMillis(0);
        let mut permits = [const { Vec::new() }; 3];
        let mut last_start = [None; 3];
        for (pause_ms, server, ends) in steps {
            now += Duration::from_millis(pause_ms);
            let server = usize::from(server);
            if ends {
                permits[server].pop();
            }
            let free = permits[server].len() < usize::from(concurrency_max);
            let due = last_start[server].is_none_or(|start: UnixMillis| start + INTERVAL <= now);
            match limits.try_reserve(IpAddr::V4(Ipv4Addr::from_bits(server as u32)), now) {
                Ok(permit) => {
                    prop_assert!(free && due);
                    permits[server].push(permit);
                    last_start[server] = Some(now);
                }
                Err(again_at) => prop_assert!(!(free && due) && again_at > now),
            }
        }
    }
}

#[test]
fn what_an_address_waits_for_survives_a_restart() {
    let limits = Arc::new(IpLimits::new(1, Duration::from_secs(10)));
    let ips: [IpAddr; 3] = ["192.0.2.1", "2001:db8::7", "192.0.2.2"].map(|ip| ip.parse().unwrap());
    for (ip, now) in ips.iter().zip([1000, 2000, 100]) {
        drop(limits.try_reserve(*ip, UnixMillis(now)).unwrap());
    }
    let mut waiting = limits.waiting(UnixMillis(10_500));
    waiting.sort_unstable();
    let network: IpAddr = "2001:db8::".parse().unwrap();
    assert_eq!(waiting, [(ips[0], UnixMillis(11_000)), (network, UnixMillis(12_000))]);
    let again = Arc::new(IpLimits::new(1, Duration::from_secs(10)));
    for (ip, at) in waiting {
        again.restore(ip, at);
    }
    assert!(again.try_reserve(ips[0], UnixMillis(10_999)).is_err());
    assert!(again.try_reserve(ips[1], UnixMillis(11_999)).is_err());
    assert!(again.try_reserve(ips[1], UnixMillis(12_000)).is_ok());
    assert!(again.try_reserve(ips[2], UnixMillis(10_600)).is_ok());
}
