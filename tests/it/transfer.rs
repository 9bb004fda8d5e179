//! A frontier moves to another directory, and lists of URLs come in from elsewhere.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::data::{page_urls, pages, stats, texts};
use crate::harness::{Ended, Place};
use crate::webs::{serve, small};

#[test]
fn an_exported_crawl_goes_on_elsewhere() {
    let server = serve(small());
    let (whole, half) = (Place::new(), Place::new());
    whole.crawl(&server, &[]).ends(0);
    half.crawl(&server, &["--max-pages", "20"]).ends(0);
    half.crawler(["export", "-o", "crawl", "--to", "half.jsonl"])
        .ends(0)
        .says(&["exported 4 hosts"]);
    let text = fs::read_to_string(half.path("half.jsonl")).unwrap();
    assert_eq!(half.crawler(["export", "-o", "crawl"]).ends(0).text(), text, "the same by a pipe");
    assert!(!half.path("half.jsonl.tmp").exists());

    half.crawler(["import", "half.jsonl", "-o", "copy"]).ends(0);
    let again = half.crawler(["export", "-o", "copy"]).ends(0).text();
    assert_eq!(again, text, "what comes in goes out");
    half.crawler(["import", "half.jsonl", "-o", "copy"]).ends(1).says(&["a new directory only"]);

    half.crawl_from(&server, &[]).ends(0);
    let first: BTreeSet<String> = page_urls(&half.data()).into_iter().collect();
    let elsewhere = half.crawl_from(&server, &["--output", "copy"]).ends(0);
    assert_eq!(stats(&half.path("copy")).unwrap()["accounting_error"], 0);
    assert_balanced(&half, "copy");
    let rest: BTreeSet<String> = page_urls(&half.path("copy")).into_iter().collect();
    let all: BTreeSet<String> = page_urls(&whole.data()).into_iter().collect();
    assert_eq!(first, all, "it says {}", elsewhere.text());
    assert!(rest.is_subset(&all));
    assert_eq!(rest.len() + 20, all.len(), "each page is in one of the two");
}

/// Every discovered URL ended in one of the ways there are.
fn assert_balanced(place: &Place, data: &str) {
    let counters = &stats(&place.path(data)).unwrap()["counters"];
    let sum = |name: &str| -> u64 {
        counters[name].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum()
    };
    let ended = counters["fetched"].as_u64().unwrap() + sum("failed") + sum("skipped");
    assert_eq!(counters["discovered"].as_u64(), Some(ended), "{counters}");
}

/// What an import of `text` says.
fn imported(place: &Place, text: &str, args: &[&str]) -> Ended {
    place.write("list", text);
    place.crawler([&["import", "list", "-o", "crawl"], args].concat()).ends(0)
}

#[test]
fn a_list_is_crawled_without_seeds() {
    let server = serve(small());
    let place = Place::new();
    let other = Place::new();
    other.crawl(&server, &[]).ends(0);
    let urls = page_urls(&other.data());
    let list = format!("# five pages\n{}\nmailto:x@y.example\n\nno host\n", urls[..5].join("\n"));
    let said = imported(&place, &list, &[]);
    assert_eq!((said.number("accepted"), said.number("duplicate")), (5, 0));
    assert!(said.text().contains("refused: 2\n"), "{}", said.text());
    assert!(said.text().contains("(first: list:9)"), "{}", said.text());
    let said = imported(&place, &list, &[]);
    assert_eq!((said.number("accepted"), said.number("duplicate")), (0, 5));

    place.crawl_from(&server, &[]).ends(0);
    assert_eq!(page_urls(&place.data()), urls[..5], "without seeds no link is in scope");
    let said = imported(&place, &urls[..7].join("\n"), &["--as", "seeds"]);
    assert_eq!((said.number("accepted"), said.number("duplicate")), (2, 5));
    place.crawl_from(&server, &["--scope", "any"]).ends(0);
    assert_balanced(&place, "crawl");
    let found = page_urls(&place.data());
    assert!(found.len() >= 7 && urls[..7].iter().all(|url| found.contains(url)), "{found:?}");
}

#[test]
fn pages_of_another_crawl_are_not_fetched() {
    let server = serve(small());
    let old = Place::new();
    old.crawl(&server, &[]).ends(0);
    let all = page_urls(&old.data());
    let rows = fs::read_to_string(old.data().join("pages/pages.jsonl")).unwrap();
    let index = fs::read_to_string(old.data().join("cdxj/index.cdxj")).unwrap();
    let part = |text: &str, n: usize| {
        text.lines().take(n).fold(String::new(), |all, line| all + line + "\n")
    };
    let seeds = server.seeds();
    let is_seed = |row: &str| seeds.iter().any(|seed| row.contains(&format!("\"{seed}\"")));
    let inner = |text: &str| {
        text.lines().filter(|row| !is_seed(row)).fold(String::new(), |all, row| all + row + "\n")
    };
    for (text, args) in
        [(part(&inner(&rows), 9), &["--as", "seen"][..]), (part(&inner(&index), 9), &[])]
    {
        let place = Place::new();
        assert_eq!(imported(&place, &text, args).number("accepted"), 9);
        assert_eq!(imported(&place, &text, args).number("duplicate"), 9);
        place.crawl(&server, &[]).ends(0);
        let fetched = page_urls(&place.data());
        let spared: Vec<&String> = all.iter().filter(|url| !fetched.contains(*url)).collect();
        assert!(spared.len() >= 9, "{spared:?}");
        let row = |line: &str| -> Value {
            serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap()
        };
        let told: Vec<String> =
            text.lines().map(|line| row(line)["url"].as_str().unwrap().to_owned()).collect();
        assert!(told.iter().all(|url| !fetched.contains(url)), "{told:?} {fetched:?}");
        assert_eq!(texts(&pages(&place.data()), "url").len(), fetched.len());
        assert_balanced(&place, "crawl");
    }
}

#[test]
fn what_cannot_be_imported_is_told() {
    let place = Place::new();
    place.write("list", "http://a.example/\nmailto:a@b.example\n");
    place
        .crawler(["import", "list", "-o", "crawl", "--format", "frontier"])
        .ends(1)
        .says(&["list:1", "--format urls"]);
    place
        .crawler(["import", "list", "-o", "crawl", "--strict"])
        .ends(4)
        .says(&["list:2", "mailto"]);
    let said = place.crawler(["import", "list", "-o", "crawl"]).ends(0);
    assert_eq!(
        (said.number("accepted"), said.number("duplicate")),
        (0, 1),
        "what came before stays"
    );
    place.crawler(["export", "-o", "none"]).ends(1).says(&["no crawl in none"]);
    place.crawler(["import", "none", "-o", "crawl"]).ends(1).says(&["cannot read none"]);

    let text = place.crawler(["export", "-o", "crawl"]).ends(0).text();
    let cut = &text[..=text.trim_end().rfind('\n').unwrap()];
    place.write("cut", cut);
    place
        .crawler(["import", "cut", "-o", "new"])
        .ends(1)
        .says(&["cut short", "nothing was imported"]);
    place.write("whole", &text);
    place
        .crawler(["import", "whole", "-o", "new", "--as", "seen"])
        .ends(1)
        .says(&["--as is for lists"]);
    place.crawler(["import", "whole", "-o", "new"]).ends(0);
}

#[test]
fn an_import_cut_off_is_recognised() {
    let place = Place::new();
    place.crawler(["import", "-", "-o", "crawl"]).stdin("http://a.example/\n").ends(0);
    let text = place.crawler(["export", "-o", "crawl"]).ends(0).text();
    place.write("whole", &text);
    fs::create_dir_all(place.path("new/store")).unwrap();
    place.write("new/store/RESTORING", "");
    for args in [&["import", "whole", "-o", "new"][..], &["-o", "new", "--progress", "off"]] {
        place.crawler(args).ends(17).says(&["import did not end", "delete this directory"]);
    }
    fs::remove_dir_all(place.path("new/store")).unwrap();
    place.crawler(["import", "whole", "-o", "new"]).ends(0);
}
