use super::*;

fn given(text: &str) -> Vec<Entry> {
    vec![Entry::new(text, "test")]
}

#[test]
fn durations() {
    let millis = Duration::from_millis;
    for (text, expected) in [
        ("500ms", Some(millis(500))),
        ("2s", Some(millis(2000))),
        ("2", Some(millis(2000))),
        ("2.5", Some(millis(2500))),
        ("0", Some(millis(0))),
        ("0.1", Some(millis(100))),
        ("1m30s", Some(millis(90_000))),
        ("5min", Some(millis(300_000))),
        ("1.5h", Some(millis(5_400_000))),
        ("1h", Some(millis(3_600_000))),
        ("2d", Some(millis(172_800_000))),
        ("", None),
        ("fast", None),
        ("-1", None),
        ("-1s", None),
        ("1e3", None),
        ("inf", None),
        ("nan", None),
        (".", None),
        ("1..5s", None),
        ("1x", None),
        ("1 s", None),
        ("1s30", None),
        ("99999999999d", None),
        ("1000000000000", None),
    ] {
        assert_eq!(parse_duration(text), expected, "{text}");
    }
}

#[test]
fn sizes() {
    for (text, expected) in [
        ("0", Some(0)),
        ("512", Some(512)),
        ("512b", Some(512)),
        ("1k", Some(1024)),
        ("16M", Some(16 << 20)),
        ("16MB", Some(16 << 20)),
        ("16MiB", Some(16 << 20)),
        ("1.5G", Some(3 << 29)),
        ("2T", Some(2 << 40)),
        ("", None),
        ("M", None),
        ("16X", None),
        ("16i", None),
        ("-1", None),
        ("1.5", None),
        ("99999999999T", None),
    ] {
        assert_eq!(parse_size(text), expected, "{text}");
    }
}

#[test]
fn what_is_shown_can_be_read_back() {
    for duration in [0, 1, 999, 1000, 1500, 60_000, 90_000, 3_600_000].map(Duration::from_millis) {
        assert_eq!(parse_duration(&show_duration(duration)), Some(duration));
    }
    for bytes in [0, 1, 1023, 1024, 1500, 16 << 20, 3 << 29, 1 << 40] {
        assert_eq!(parse_size(&show_size(bytes)), Some(bytes));
    }
}

#[test]
fn counts() {
    for (text, expected) in [
        ("1", Ok(1_u16)),
        ("1_000", Ok(1000)),
        ("0", Err("`0` is out of range")),
        ("1001", Err("`1001` is out of range")),
        ("-1", Err("`-1` is not a whole number")),
        ("1.0", Err("`1.0` is not a whole number")),
        ("", Err("`` is not a whole number")),
        ("99999999999999999999", Err("`99999999999999999999` is not a whole number")),
    ] {
        let read = Given(&given(text)).count::<u16>(1..=1000);
        assert_eq!(read.map_err(|bad| bad.problem), expected.map_err(str::to_owned), "{text}");
    }
    let bad = Given(&given("0")).count::<u16>(1..=1000).unwrap_err();
    assert_eq!(bad.notes, ["accepted: 1 to 1000"]);
}

#[test]
fn limits() {
    assert_eq!(Given(&given("unlimited")).count_limit::<u64>(1..=9), Ok(None));
    assert_eq!(Given(&given("7")).count_limit::<u64>(1..=9), Ok(Some(7)));
    assert_eq!(Given(&given("1G")).size_limit(), Ok(Some(1 << 30)));
    assert_eq!(Given(&given("1h")).duration_limit(), Ok(Some(Duration::from_secs(3600))));
    let bad = Given(&given("none")).count_limit::<u64>(1..=9).unwrap_err();
    assert_eq!(bad.notes, ["accepted: 1 to 9, or unlimited"]);
}

#[test]
fn choices() {
    let choices = [("obey", 1), ("ignore", 2)];
    assert_eq!(Given(&given("ignore")).choice(&choices), Ok(2));
    let bad = Given(&given("ignor")).choice(&choices).unwrap_err();
    assert_eq!(bad.notes, ["accepted: obey, ignore", "did you mean `ignore`?"]);
}
