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
    let ask = |now, place| limits.try_reserve(one, UnixMillis(now), place);
    let _first = ask(1_000, None).unwrap();
    let place = ask(1_000, None).unwrap_err();
    assert_eq!(place.turn_at(), UnixMillis(1_100));
    ask(1_099, Some(place)).unwrap_err();
    let _second = ask(1_100, Some(place)).unwrap();
    let place = ask(1_199, None).unwrap_err();
    let _third = ask(1_200, Some(place)).unwrap();
}

#[test]
fn the_refused_are_told_to_come_back_one_after_the_other() {
    let limits = limits(10);
    let one = ip("192.0.2.1");
    let _first = limits.try_reserve(one, UnixMillis(1_000), None).unwrap();
    let refused = |now| limits.try_reserve(one, UnixMillis(now), None).unwrap_err();
    let places = [refused(1_000), refused(1_000), refused(1_000)];
    let turns = |places: [IpPlace; 3]| places.map(|place| place.turn_at().0);
    assert_eq!(turns(places), [1_100, 1_200, 1_300]);
    // Who asks again keeps its place, and lengthens the line for nobody.
    let again = places.map(|it| limits.try_reserve(one, UnixMillis(1_050), Some(it)).unwrap_err());
    assert_eq!(turns(again), [1_100, 1_200, 1_300]);
    // A start shortens the line by one.
    let _second = limits.try_reserve(one, UnixMillis(1_100), Some(again[0])).unwrap();
    assert_eq!(refused(1_100).turn_at(), UnixMillis(1_400));
    // Nobody is sent away for long.
    for _ in 0..1_000 {
        assert!((1_500..=11_200).contains(&refused(1_100).turn_at().0));
    }
}

#[test]
fn the_line_is_served_before_newcomers() {
    let limits = limits(10);
    let one = ip("192.0.2.1");
    let ask = |now, place| limits.try_reserve(one, UnixMillis(now), place);
    let _first = ask(1_000, None).unwrap();
    let places = [(); 3].map(|()| ask(1_000, None).unwrap_err());
    assert_eq!(ask(1_110, None).unwrap_err().turn_at(), UnixMillis(1_411));
    let _second = ask(1_110, Some(places[0])).unwrap();
    // The next does not come in its time, so that the one after it starts; it is not sent back.
    let _third = ask(1_310, Some(places[2])).unwrap();
    ask(1_320, Some(places[1])).unwrap_err();
    let _fourth = ask(1_410, Some(places[1])).unwrap();
    // A place in the line of another address is none here.
    let two = ip("192.0.2.2");
    let _other = limits.try_reserve(two, UnixMillis(1_410), None).unwrap();
    let elsewhere = limits.try_reserve(two, UnixMillis(1_410), None).unwrap_err();
    assert_eq!(ask(1_410, None).unwrap_err().turn_at(), UnixMillis(1_610));
    assert_eq!(ask(1_410, Some(elsewhere)).unwrap_err().turn_at(), UnixMillis(1_710));
}

#[test]
fn a_refusal_takes_nothing() {
    let limits = limits(2);
    let one = ip("192.0.2.1");
    let ask = |now, place| limits.try_reserve(one, UnixMillis(now), place);
    let first = ask(0, None).unwrap();
    let second = ask(100, None).unwrap();
    let mut place = None;
    for now in [150, 150, 199, 900, 900, 900] {
        // While all permits are out, there is no telling when one comes back.
        let turn_at = if now < 200 { 200.max(now + 50) } else { now + 50 };
        let refused = ask(now, place).unwrap_err();
        assert_eq!(refused.turn_at(), UnixMillis(turn_at));
        place = Some(refused);
    }
    drop(first);
    let third = ask(900, place).unwrap();
    let place = ask(5_000, None).unwrap_err();
    drop((second, third));
    let _fourth = ask(5_000, Some(place)).unwrap();
    let _fifth = ask(5_100, None).unwrap();
    ask(9_000, None).unwrap_err();
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
        let _permit = limits.try_reserve(ip(one), UnixMillis(0), None).unwrap();
        let refused = limits.try_reserve(ip(other), UnixMillis(0), None).is_err();
        assert_eq!(refused, same, "{one} and {other}");
    }
}

#[test]
fn no_permit_at_all_is_not_a_limit() {
    let limits = Arc::new(IpLimits::new(0, Duration::ZERO));
    let one = ip("192.0.2.1");
    let permit = limits.try_reserve(one, UnixMillis(7), None).unwrap();
    let place = limits.try_reserve(one, UnixMillis(7), None).unwrap_err();
    assert!((8..=57).contains(&place.turn_at().0));
    drop(permit);
    let _permit = limits.try_reserve(one, UnixMillis(7), Some(place)).unwrap();
}

#[test]
fn a_clock_that_was_set_back_does_not_close_an_address() {
    let limits = limits(9);
    let one = ip("192.0.2.1");
    let ask = |now, place| limits.try_reserve(one, UnixMillis(now), place);
    drop(ask(1_000_000, None).unwrap());
    let place = ask(5_000, None).unwrap_err();
    assert_eq!(place.turn_at(), UnixMillis(5_100));
    drop(ask(5_100, Some(place)).unwrap());
    // Clocks of two shards that differ by a little change nothing.
    assert_eq!(ask(4_900, None).unwrap_err().turn_at(), UnixMillis(5_200));
}

#[test]
fn sweeping_forgets_the_idle_only() {
    let limits = limits(1);
    let busy = limits.try_reserve(ip("192.0.2.1"), UnixMillis(0), None).unwrap();
    drop(limits.try_reserve(ip("192.0.2.2"), UnixMillis(0), None).unwrap());
    drop(limits.try_reserve(ip("192.0.2.3"), UnixMillis(50), None).unwrap());
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
        drop(limits.try_reserve(one, UnixMillis(u64::from(address) * 10), None).unwrap());
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
                    let Ok(permit) = limits.try_reserve(ip("192.0.2.1"), now, None) else {
                        continue;
                    };
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
        let mut places = [None; 3];
        for (pause_ms, server, ends) in steps {
            now += Duration::from_millis(pause_ms);
            let server = usize::from(server);
            if ends {
                permits[server].pop();
            }
            let free = permits[server].len() < usize::from(concurrency_max);
            let due = last_start[server].is_none_or(|start: UnixMillis| start + INTERVAL <= now);
            let ip = IpAddr::V4(Ipv4Addr::from_bits(server as u32));
            match limits.try_reserve(ip, now, places[server].take()) {
                Ok(permit) => {
                    prop_assert!(free && due);
                    permits[server].push(permit);
                    last_start[server] = Some(now);
                }
                Err(place) => {
                    prop_assert!(!(free && due) && place.turn_at() > now);
                    places[server] = Some(place);
                }
            }
        }
    }
}

#[test]
fn what_an_address_waits_for_survives_a_restart() {
    let limits = Arc::new(IpLimits::new(1, Duration::from_secs(10)));
    let ips: [IpAddr; 3] = ["192.0.2.1", "2001:db8::7", "192.0.2.2"].map(|ip| ip.parse().unwrap());
    for (ip, now) in ips.iter().zip([1000, 2000, 100]) {
        drop(limits.try_reserve(*ip, UnixMillis(now), None).unwrap());
    }
    let mut waiting = limits.waiting(UnixMillis(10_500));
    waiting.sort_unstable();
    let network: IpAddr = "2001:db8::".parse().unwrap();
    assert_eq!(waiting, [(ips[0], UnixMillis(11_000)), (network, UnixMillis(12_000))]);
    let again = Arc::new(IpLimits::new(1, Duration::from_secs(10)));
    for (ip, at) in waiting {
        again.restore(ip, at);
    }
    assert!(again.try_reserve(ips[0], UnixMillis(10_999), None).is_err());
    let place = again.try_reserve(ips[1], UnixMillis(11_999), None).unwrap_err();
    assert!(again.try_reserve(ips[1], UnixMillis(12_000), Some(place)).is_ok());
    assert!(again.try_reserve(ips[2], UnixMillis(10_600), None).is_ok());
}
