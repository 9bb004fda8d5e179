//! What is read from an article.

use crawler_url::WireUrl;
use serde_json::{Value, json};

use crate::{Extent, Field, Fields, Page, read};

const ARTICLE: &str = include_str!("article.html");

fn page(html: &str) -> Page {
    let url = WireUrl::parse("https://news.example/2026/tides.html").unwrap();
    Page::parse(html.as_bytes(), Some("text/html; charset=utf-8"), &url)
}

fn row(html: &str, fields: &[Field], extent: Extent) -> Value {
    let fields: Fields = fields.iter().copied().collect();
    serde_json::to_value(read(page(html), fields, extent)).unwrap()
}

#[test]
fn the_main_part_is_without_navigation_and_footer() {
    let row = row(ARTICLE, &[Field::Text, Field::Markdown, Field::Language], Extent::Main);
    let text = row["text"].as_str().unwrap();
    assert_eq!(row["main"], true);
    assert_eq!(row["language"], "en");
    assert!(text.contains("The harbor was built"), "{text}");
    assert!(!text.contains("Subscribe") && !text.contains("Imprint"), "{text}");
    let markdown = row["markdown"].as_str().unwrap();
    assert!(markdown.contains("## Spring tides"), "{markdown}");
    assert!(
        markdown.contains("[tide tables](https://news.example/2026/tables#today)"),
        "links are joined: {markdown}"
    );
    assert!(markdown.contains("- **Neap**"), "{markdown}");
    assert!(!markdown.contains("Imprint"), "{markdown}");
}

#[test]
fn the_whole_page_has_all_but_scripts() {
    let row = row(ARTICLE, &[Field::Text, Field::Markdown], Extent::Page);
    assert_eq!(row["main"], false);
    for field in ["text", "markdown"] {
        let text = row[field].as_str().unwrap();
        assert!(text.contains("Subscribe") && text.contains("Imprint"), "{text}");
        assert!(!text.contains("tracker") && !text.contains("font-family"), "{text}");
    }
    assert!(row["markdown"].as_str().unwrap().contains("](https://news.example/imprint)"));
}

#[test]
fn metadata_comes_from_all_that_tells_it() {
    let row = row(ARTICLE, &[Field::Metadata], Extent::Main);
    let expected = json!({
        "title": "Tides of the harbor – Coast News",
        "description": "Why the water comes twice a day.",
        "author": "Ann Shore",
        "published": "2026-03-04T05:06:07Z",
        "modified": "2026-03-05",
        "og": {"title": "Tides", "image": "https://news.example/a.png"},
        "twitter": {"card": "summary"},
        "jsonld": [{
            "@context": "https://schema.org",
            "@graph": [{"@type": "NewsArticle", "datePublished": "2026-03-04T07:06:07+02:00",
                        "author": [{"@type": "Person", "name": "Ann Shore"}]}],
        }],
        "jsonld_broken": 1,
    });
    assert_eq!(row, expected);
}

#[test]
fn headings_and_links_are_in_document_order() {
    let row = row(ARTICLE, &[Field::Headings, Field::Links], Extent::Main);
    let headings: Vec<_> = row["headings"].as_array().unwrap().iter().map(|h| &h["text"]).collect();
    assert_eq!(headings, ["Tides of the harbor", "Spring tides", "Neap tides"]);
    assert_eq!(row["headings"][1]["level"], 2);
    let expected = json!([
        {"url": "https://news.example/", "text": "Coast News"},
        {"url": "https://news.example/subscribe", "text": "Subscribe", "rel": "nofollow"},
        {"url": "https://news.example/2026/tables", "text": "tide tables"},
        {"url": "https://news.example/imprint", "text": "Imprint"},
    ]);
    assert_eq!(row["links"], expected);
}

#[test]
fn what_was_not_asked_for_is_left_out() {
    assert_eq!(row(ARTICLE, &[], Extent::Main), json!({}));
    let row = row("<p>short", &[Field::Text, Field::Language], Extent::Main);
    assert_eq!(row["text"], "short");
    assert!(row.get("language").is_none());
}

#[test]
fn other_charsets_and_bases_are_understood() {
    let url = WireUrl::parse("https://a.example/x").unwrap();
    let html = b"<base href=/b/><title>\xfcber</title><a href='c?q=\xfc'>\xe4</a>";
    let page = Page::parse(html, Some("text/html; charset=iso-8859-1"), &url);
    let fields = [Field::Metadata, Field::Links].into_iter().collect();
    let row = serde_json::to_value(read(page, fields, Extent::Main)).unwrap();
    assert_eq!(row["title"], "über");
    assert_eq!(row["links"][0], json!({"url": "https://a.example/b/c?q=%FC", "text": "ä"}));
}
