//! `crawler verify`: real crawls, sound and damaged.

use std::fs;

use crate::damage::{begun, flip_at};
use crate::data::{pages, records};
use crate::harness::Place;

#[test]
fn a_crawl_is_sound_and_its_damage_is_named() {
    let (server, place) = begun();
    let n_records = records(&place.data()).len();
    let n_rows = 2 * pages(&place.data()).len();
    let sound = place.crawler(["verify", "-o", "crawl"]).ends(0).text();
    assert!(sound.starts_with("sound: "), "{sound}");
    assert!(sound.contains(&format!("{n_records} records")), "{sound}");
    assert!(sound.contains(&format!("{n_rows} rows")), "{sound}");
    place.crawl(&server, &[]).ends(0);
    place.crawler(["verify", "-o", "crawl"]).ends(0);

    let row = &pages(&place.data())[7];
    let offset = row["warc"]["offset"].as_u64().unwrap();
    let file = row["warc"]["file"].as_str().unwrap();
    let warc = place.data().join("warc").join(file);
    flip_at(&warc, offset as usize + 60);
    let told = place.crawler(["verify", "-o", "crawl"]).ends(9).text();
    assert!(told.contains(&format!("warc/{file}:{offset}: ")), "{told}");
    assert!(told.contains("index.cdxj") && told.contains("pages.jsonl"), "{told}");
    // A copy of the file alone, without the rest of the crawl.
    fs::copy(&warc, place.path("copy.warc.gz")).unwrap();
    let told = place.crawler(["verify", "copy.warc.gz"]).ends(9).text();
    assert!(told.contains(&format!("copy.warc.gz:{offset}: ")), "{told}");
    assert!(told.ends_with("1 fault in 1 file\n"), "{told}");
}

#[test]
fn what_cannot_be_verified_is_told() {
    let place = Place::new();
    place.crawler(["verify", "-o", "nowhere"]).ends(1).says(&["nowhere/warc"]);
    place.crawler(["verify", "nothing.warc.gz"]).ends(1).says(&["nothing.warc.gz"]);
    place.crawler(["verify", "a.warc.gz", "-o", "b"]).ends(2);
}
