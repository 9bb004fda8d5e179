//! Pages that were made to break readers, and pages of random bytes.

use crawler_url::WireUrl;
use proptest::prelude::*;

use crate::{Content, Cut, Extent, Field, Fields, Page, read};

fn everything(body: &[u8], extent: Extent) -> Content {
    let url = WireUrl::parse("https://a.example/b").unwrap();
    let fields: Fields = [
        Field::Text,
        Field::Markdown,
        Field::Metadata,
        Field::Headings,
        Field::Links,
        Field::Language,
    ]
    .into_iter()
    .collect();
    read(Page::parse(body, None, &url), fields, extent)
}

#[test]
fn nesting_without_end_is_read() {
    let tags = [
        ("div", 100_000),
        ("b", 5_000),
        ("ul><li", 5_000),
        ("table><tr><td", 5_000),
        ("q><font", 5_000),
    ];
    for (tag, times) in tags {
        let html = format!("<title>t</title>{}words", format!("<{tag}>").repeat(times));
        let content = everything(html.as_bytes(), Extent::Main);
        assert!(content.text.is_some_and(|text| text.contains("words")), "{tag}");
        assert_eq!(content.cut, Some(Cut::Depth), "{tag}");
    }
}

#[test]
fn nested_lists_do_not_blow_markdown_up() {
    let html = format!("{}{}", "<blockquote><ul><li>".repeat(300), "x<br>".repeat(2_000));
    let content = everything(html.as_bytes(), Extent::Page);
    assert!(content.markdown.unwrap().len() < html.len() * 300);
}

#[test]
fn long_pages_are_cut() {
    let html = format!("<p>{}", "word ".repeat(1_800_000));
    let content = everything(html.as_bytes(), Extent::Page);
    assert_eq!(content.cut, Some(Cut::Bytes));
    assert!(content.text.unwrap().len() <= crate::main_part::TEXT_BYTES_MAX);
}

#[test]
fn json_without_end_is_counted() {
    let html = format!("<script type=application/ld+json>{}</script>", "[".repeat(100_000));
    assert_eq!(everything(html.as_bytes(), Extent::Main).metadata.unwrap().jsonld_broken, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn bytes_of_any_kind_are_read(body in prop::collection::vec(any::<u8>(), 0..2_000)) {
        everything(&body, Extent::Main);
    }

    #[test]
    fn tags_in_any_order_are_read(parts in prop::collection::vec(part(), 0..80)) {
        everything(parts.concat().as_bytes(), Extent::Main);
        everything(parts.concat().as_bytes(), Extent::Page);
    }
}

fn part() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<b>",
        "</b>",
        "<p>",
        "</p>",
        "<a href=x>",
        "</a>",
        "<template>",
        "</template>",
        "<svg>",
        "<title>",
        "</title>",
        "<math>",
        "<select>",
        "<br><br>",
        "<img alt=x src=y>",
        "<noscript><img src=z></noscript>",
        "<pre>",
        "<code>",
        "`",
        "words, ",
        "<ul><li>",
        "</ul>",
        "<ol start=-9>",
        "<blockquote>",
        "<h1>",
        "</h2>",
        "<font>",
        "\0",
        "<!--",
        "-->",
        "<script type=application/ld+json>",
        "{}",
        "</script>",
        "<base href=//b>",
        "<frameset>",
        "<html lang=x>",
        "<body>",
        "</body>",
        "</html>",
        "<meta name=date content=2026-01-01>",
        "é",
        "<article>",
        "<div class=comment>",
        "</div>",
        "<th rowspan=99999>",
        "<col span=99999>",
    ])
}
