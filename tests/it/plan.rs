//! `crawler plan`, and the rules it speaks of put in force.

use crate::data::{page_urls, skipped};
use crate::harness::Place;
use crate::site::serve_site;

/// `/` leads to ten items in two spellings each, to `/tmp/` and to another host.
fn page(target: &str) -> Option<(String, String)> {
    let items = |n: u32| format!("<a href='/item?a={n}&b=1'></a><a href='/item?b=1&a={n}'></a>");
    let body = match target {
        "/" => {
            let away = "<a href=/tmp/a></a><a href=/tmp/b></a><a href=http://elsewhere.test/></a>";
            (0..10).map(items).collect::<Vec<_>>().concat() + away
        }
        "/robots.txt" => return None,
        _ => "nothing".to_owned(),
    };
    Some((String::new(), body))
}

#[test]
fn a_plan_comes_true() {
    let (addr, place) = (serve_site(page), Place::new());
    let seed = format!("http://{addr}/");
    let fixed = ["--allow-private", "--delay", "0", "--ip-delay", "0", "--progress", "off"];
    let crawl =
        |more: &[&str]| place.crawler([&fixed[..], &[seed.as_str()], more].concat()).ends(0);
    place.crawler(["plan"]).ends(1).says(&["there is no crawl in crawl"]);
    crawl(&["--max-pages", "1", "--list-refused"]);
    let same = place.crawler(["plan"]).ends(0);
    assert_eq!(
        ["queued", "dropped", "merged", "readmitted"].map(|key| same.stat(key)),
        ["22 URLs of 1 hosts", "0", "0", "0"]
    );
    assert_eq!(same.number("refused_links_listed"), 1);

    place.write(
        "new.toml",
        "query_order = \"sort\"\nscope_rule = [\"+test,elsewhere,\",\n  \"-regex:/tmp/\"]\n",
    );
    let plan = place.crawler(["plan", "--config", "new.toml"]).ends(0);
    assert_eq!(plan.number("dropped"), 2);
    assert_eq!(plan.number("  scope_rule: scope_rule = \"-regex:/tmp/\" [new.toml:3]"), 2);
    assert_eq!(plan.number("merged"), 10);
    assert_eq!(plan.number("readmitted"), 1);
    assert!(plan.text().contains("http://elsewhere.test/ was out_of_scope"), "{}", plan.text());
    let urls = place.crawler(["plan", "--config", "new.toml", "--readmitted"]).ends(0).text();
    assert_eq!(urls, "http://elsewhere.test/\n");

    // Without --rescope what is queued is fetched, with it the plan's number is skipped.
    let rule = ["--scope-rule", "+test,elsewhere,", "--scope-rule=-regex:/tmp/"];
    let ended = crawl(&[&rule[..], &["--rescope"]].concat());
    assert_eq!(ended.number("skipped/rescoped"), 2);
    assert_eq!(ended.stat("accounting_error"), "0");
    assert_eq!(page_urls(&place.data()).len(), 21);
    let rows = skipped(&place.data());
    let dropped: Vec<_> = rows.iter().filter(|row| row["reason"] == "rescoped").collect();
    assert_eq!(dropped.len(), 2);
    assert!(dropped.iter().all(|row| row["detail"] == "scope_rule"));
}
