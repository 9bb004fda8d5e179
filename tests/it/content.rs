//! What pages say, and the fields that rules name, beside the crawl.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use parquet::file::reader::SerializedFileReader;
use parquet::record::Row;
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

/// The rows of `product` as Parquet.
fn table(data: &Path) -> Vec<String> {
    let folder = std::fs::read_dir(data.join("parquet/extracted/product")).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let rows = |path| SerializedFileReader::new(File::open(path).unwrap()).unwrap().into_iter();
    paths.into_iter().flat_map(rows).map(|row| fields(&row.unwrap())).collect()
}

fn fields(row: &Row) -> String {
    row.get_column_iter().find(|(name, _)| *name == "fields").unwrap().1.to_string()
}

#[test]
fn rows_of_rules_are_made_as_parquet_while_crawling_and_later() {
    let place = Place::new();
    place.write("crawler.toml", RULES);
    let url = format!("http://{}/", serve_site(shop));
    place.crawler(flags(&["--format", "parquet", &url])).ends(0);
    let product = |name: &str, price: &str| {
        format!("{{name: \"{name}\", price: {price}, more: \"{url}p/2\"}}")
    };
    let expected = [product("Lamp", "10.5"), product("Lantern", "null")];
    assert_eq!(table(&place.data()), expected);

    let lines = std::fs::read(place.data().join("extracted/product.jsonl")).unwrap();
    for folder in ["extracted", "parquet", "results"] {
        std::fs::remove_dir_all(place.data().join(folder)).unwrap();
    }
    place.crawler(["export", "extracted", "-o", "crawl"]).ends(0);
    assert_eq!(std::fs::read(place.data().join("extracted/product.jsonl")).unwrap(), lines);
    assert!(!place.data().join("parquet").exists());
    place.crawler(["export", "parquet", "-o", "crawl"]).ends(0);
    assert_eq!(table(&place.data()), expected);
    place.write("crawler.toml", "");
    place.crawler(["export", "extracted", "-o", "crawl"]).ends(1).says(&["there are no rules"]);
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

/// The part of `docs/content.md` between the fences of a language.
fn documented(language: &str) -> String {
    let doc = include_str!("../../docs/content.md");
    let (_, after) = doc.split_once(&format!("```{language}\n")).unwrap();
    after.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_documented_rules_make_the_documented_rows() {
    let place = Place::new();
    place.write("rules.toml", &documented("toml"));
    place.write("page.html", &documented("html"));
    let args = ["extract", "-c", "rules.toml", "--url", "https://shop.example/lamps/", "page.html"];
    let ended = place.crawler(args).ends(0);
    assert_eq!(ended.text(), documented("json"));
    assert_eq!(
        ended.stderr,
        "lamp: 2 rows of 1 pages\n  1 elements lack a required field\n  1 values are not of their type: \
         see `problems`\n"
    );
}

#[test]
fn rules_are_tried_on_stored_pages_on_warc_files_and_on_pages_yet_to_be_fetched() {
    let place = Place::new();
    place.write("crawler.toml", &format!("allow_private = true\n{RULES}"));
    let addr = serve_site(shop);
    let (one, two) = (format!("http://{addr}/p/1"), format!("http://{addr}/p/2"));
    let fetched = place.crawler(["extract", &one]).ends(0);
    assert_eq!(fetched.text().lines().count(), 2);
    assert!(!place.data().exists(), "a trial leaves nothing");

    place.crawler(flags(&["--scope", "page", &one])).ends(0);
    let stored = place.crawler(["extract", "--format", "table", &one, &two]).ends(0);
    assert!(stored.text().contains("  name   Lamp\n  price  10.5\n"), "{}", stored.text());
    for part in
        ["note: http", " as stored on ", "1 pages made no row: ", "values are not of their type"]
    {
        assert!(stored.stderr.contains(part), "{}", stored.stderr);
    }
    let warc =
        std::fs::read_dir(place.data().join("warc")).unwrap().next().unwrap().unwrap().path();
    let read = place.crawler(["extract", warc.to_str().unwrap()]).ends(0);
    let first = |text: &str| serde_json::from_str::<Value>(text.lines().next().unwrap()).unwrap();
    assert_eq!(first(&read.text())["fields"], first(&fetched.text())["fields"]);

    let missing = place.crawler(["extract", &format!("http://{addr}/nothing")]).ends(1);
    assert!(missing.stderr.contains("was answered with status 404"), "{}", missing.stderr);
}

#[test]
fn warc_files_of_other_programs_are_read() {
    let place = Place::new();
    place.write("rules.toml", RULES);
    let record = |url: &str, head: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}\r\n");
        let warc = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <{url}>\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n\
             WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype=response\r\n\
             Content-Length: {}\r\n\r\n{head}",
            head.len() + body.len()
        );
        [warc.as_bytes(), body, b"\r\n\r\n"].concat()
    };
    let page = |name: &str| format!("<div class=product><h2>{name}</h2>");
    let chunked = |body: &[u8]| {
        let (one, two) = body.split_at(7);
        let chunk =
            |part: &[u8]| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
        [chunk(one), chunk(two), b"0\r\n\r\n".to_vec()].concat()
    };
    // As gzip has it, without compression: RFC 1951 section 3.2.4, RFC 1952 section 2.3.
    let gzip = |body: &[u8]| {
        let length = u16::try_from(body.len()).unwrap();
        let block = [&[1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), body].concat();
        [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &block].concat()
    };
    let records = [
        record(
            "http://a.test/p/1",
            "Transfer-Encoding: chunked\r\n",
            &chunked(page("Lamp").as_bytes()),
        ),
        record(
            "http://a.test/p/2",
            "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n",
            &chunked(&gzip(page("Lantern").as_bytes())),
        ),
        record("http://a.test/p/3", "Transfer-Encoding: chunked\r\n", page("Torch").as_bytes()),
        record("http://a.test/p/4", "Content-Encoding: gzip\r\n", &gzip(page("Candle").as_bytes())),
    ];
    std::fs::write(place.path("other.warc"), records.concat()).unwrap();
    let ended = place.crawler(["extract", "-c", "rules.toml", "other.warc"]).ends(0);
    let names: Vec<Value> = ended
        .text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["fields"]["name"].clone())
        .collect();
    assert_eq!(names, ["Lamp", "Lantern", "Torch", "Candle"], "{}", ended.stderr);
}

#[test]
fn rules_that_find_nothing_are_told() {
    let place = Place::new();
    place.write("rules.toml", &RULES.replace("\"h2\"", "\"h7\"").replace("/p/", "/q/"));
    place.write("page.html", "<div class=product><b class=price>1</b></div>");
    let told = |args: &[&str]| {
        let args = [&["extract", "-c", "rules.toml"], args, &["page.html"]].concat();
        place.crawler(args).ends(0).stderr
    };
    let unknown = told(&[]);
    assert!(unknown.contains("field `name` was never found"), "{unknown}");
    let elsewhere = told(&["--url", "https://a.example/p/1"]);
    assert!(elsewhere.contains("its url (/q/) matches none of the 1 pages"), "{elsewhere}");
}

#[test]
fn a_stored_page_is_printed_as_text_and_markdown() {
    let place = Place::new();
    let article = "<nav><a href=/>home</a></nav><article><h1>Tides</h1><p>".to_owned()
        + &"The water comes, and it goes again, as the moon will have it. ".repeat(20)
        + "<a href=/tables>Tables</a></p></article><footer>Imprint</footer>";
    let addr = serve_site(move |target| (target == "/").then(|| (String::new(), article.clone())));
    let url = format!("http://{addr}/");
    place.crawler(flags(&["--depth", "0", &url])).ends(0);
    let text = place.crawler(["get", "-o", "crawl", "--text", &url]).ends(0).text();
    assert!(text.contains("The water comes") && !text.contains("Imprint"), "{text}");
    let markdown = place.crawler(["get", "-o", "crawl", "--markdown", &url]).ends(0).text();
    assert!(markdown.contains(&format!("[Tables]({url}tables)")), "{markdown}");
    let whole = place.crawler(["get", "-o", "crawl", "--text", "--whole", &url]).ends(0).text();
    assert!(whole.contains("home") && whole.contains("Imprint"), "{whole}");
    place.crawler(["get", "--text", "--raw", &url]).ends(2);
}
