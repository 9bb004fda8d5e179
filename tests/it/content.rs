//! What pages say, and the fields that rules name, beside the crawl.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::Place;
use crate::site::serve_site;

const RULES: &str = r#"
[[extract]]
name = "product"
url = "/p/"
each = ".product"
fields.name = "h2"
fields.price = { select = ".price", type = "number" }
fields.more = { select = "a", attribute = "href", type = "url" }
"#;

/// A shop of three pages; the last of them has no product.
fn shop(target: &str) -> Option<(String, String)> {
    let product = |name: &str, price: &str| {
        format!(
            "<div class=product><h2>{name}</h2><b class=price>{price}</b><a href=/p/2>x</a></div>"
        )
    };
    let body = match target {
        "/" => "<title>Shop</title><a href=/p/1>one</a> <a href=/p/2>two</a>".to_owned(),
        "/p/1" => product("Lamp", "10.50") + &product("Lantern", "ask"),
        "/p/2" => "<title>Nothing</title><p>Sold out.".to_owned(),
        _ => return None,
    };
    Some((String::new(), body))
}

fn rows(place: &Place, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(place.data().join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn flags<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let usual =
        ["--allow-private", "--robots", "ignore", "--delay", "0", "--workers", "2", "-o", "crawl"];
    [&usual, more].concat()
}

#[test]
fn pages_and_rules_make_rows_beside_the_crawl() {
    let place = Place::new();
    place.write("rules.toml", RULES);
    let url = format!("http://{}/", serve_site(shop));
    let args = ["--format", "warc,content", "--content", "metadata,text", "--extract-rules"];
    let args = [&args[..], &["rules.toml", &url]].concat();
    place.crawler(flags(&args)).ends(0);

    let said: BTreeMap<String, Value> = rows(&place, "content/content.jsonl")
        .into_iter()
        .map(|row| (row["url"].as_str().unwrap()[url.len() - 1..].to_owned(), row))
        .collect();
    assert_eq!(said.keys().collect::<Vec<_>>(), ["/", "/p/1", "/p/2"]);
    assert_eq!(said["/"]["title"], "Shop");
    assert_eq!(said["/p/2"]["text"], "Sold out.");
    assert!(said["/"].get("markdown").is_none());

    let products = rows(&place, "extracted/product.jsonl");
    assert_eq!(products.len(), 2);
    assert_eq!(products[0]["fields"]["price"], 10.5);
    assert_eq!(products[0]["fields"]["more"], format!("{url}p/2"));
    assert_eq!(products[1]["fields"]["price"], Value::Null);
    assert_eq!(products[1]["problems"][0], "price: `ask` is no number");
}

#[test]
fn rules_asked_for_later_are_applied_to_what_is_stored() {
    let place = Place::new();
    let url = format!("http://{}/", serve_site(shop));
    place.crawler(flags(&[&url])).ends(0);
    assert!(!place.data().join("extracted").exists());
    // Tables in the configuration file count too.
    place.write("crawler.toml", RULES);
    place.crawler(flags(&["--format", "content", &url])).ends(0);
    assert_eq!(rows(&place, "extracted/product.jsonl").len(), 2);
    assert_eq!(rows(&place, "content/content.jsonl").len(), 3);
}

#[test]
fn mistakes_in_rules_are_told_before_anything_is_fetched() {
    let place = Place::new();
    place.write(
        "rules.toml",
        "[[extract]]\nname = \"x\"\nfields.a = \"a[\"\nfields.b = { tpye = 1 }\n",
    );
    let ended =
        place.crawler(flags(&["--extract-rules", "rules.toml", "http://127.0.0.1:9/"])).ends(4);
    for part in ["rules.toml:3: extract.a: `a[` is not a CSS selector", "rules.toml:4", "`type`?"] {
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }
    assert!(!place.data().exists());
}
