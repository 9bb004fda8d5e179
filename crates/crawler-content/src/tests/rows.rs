//! Rows that rules make.

use crawler_url::WireUrl;
use serde_json::{Value, json};

use crate::{FieldRule, FieldValue, Page, Rows, Rule, Take, ValueType};

const SHOP: &str = "
    <h1>Lamps</h1>
    <div class=item data-id=7><h2> Reading <b>lamp</b> </h2><span class=price>EUR 1,049.50</span>
      <a href=/lamps/7?ref=x#top>more</a><time datetime='2026-11-21 10:00'>today</time>
      <i>tall</i><i>black</i><dl><dt>Watt<dd>7<dt>Volt<dd>230</dl></div>
    <div class=item data-id=x><h2>Lantern</h2><span class=price>ask us</span></div>
    <div class=item><span class=price>EUR 3</span></div>";

fn field(name: &str, select: &str, is: ValueType) -> FieldRule {
    FieldRule {
        name: name.to_owned(),
        select: (!select.is_empty()).then(|| select.parse().unwrap()),
        list: false,
        required: false,
        default: None,
        value: FieldValue::One { take: Take::Text, pattern: None, is },
    }
}

fn from(mut field: FieldRule, take: Take, pattern: Option<&str>) -> FieldRule {
    if let FieldValue::One { take: place, pattern: wanted, .. } = &mut field.value {
        *place = take;
        *wanted = pattern.map(|pattern| pattern.parse().unwrap());
    }
    field
}

fn attribute(name: &str) -> Take {
    Take::Attribute(name.to_owned())
}

fn rows(each: Option<&str>, fields: Vec<FieldRule>) -> Rows {
    let url = WireUrl::parse("https://shop.example/lamps/").unwrap();
    let each = each.map(|select| select.parse().unwrap());
    let rule = Rule { name: "lamp".to_owned(), urls: Vec::new(), each, fields };
    rule.rows(&Page::parse(SHOP.as_bytes(), None, &url))
}

fn objects(rows: &Rows) -> Vec<Value> {
    rows.rows.iter().map(|row| Value::Object(row.fields.clone())).collect()
}

#[test]
fn each_element_makes_a_typed_row() {
    let made = rows(
        Some(".item"),
        vec![
            from(field("id", "", ValueType::Integer), attribute("data-id"), None),
            FieldRule { required: true, ..field("name", "h2", ValueType::String) },
            from(field("price", ".price", ValueType::Number), Take::Text, Some(r"EUR ([\d.,]+)")),
            from(field("url", "a", ValueType::Url), attribute("href"), None),
            from(field("at", "time", ValueType::Date), attribute("datetime"), None),
            FieldRule { list: true, ..field("traits", "i", ValueType::String) },
            FieldRule { default: Some(json!(1)), ..field("stock", ".stock", ValueType::Integer) },
        ],
    );
    let expected = [
        json!({"id": 7, "name": "Reading lamp", "price": 1049.5, "url": "https://shop.example/lamps/7?ref=x",
               "at": "2026-11-21T10:00:00Z", "traits": ["tall", "black"], "stock": 1}),
        json!({"id": null, "name": "Lantern", "price": null, "url": null, "at": null, "traits": [], "stock": 1}),
    ];
    assert_eq!(objects(&made), expected);
    assert_eq!(made.rows[1].problems, ["id: `x` is no integer"]);
    assert_eq!(made.incomplete, 1);
}

#[test]
fn objects_nest() {
    let watts = field("watt", "dd:first-of-type", ValueType::Integer);
    let facts = FieldRule {
        value: FieldValue::Object(vec![watts, field("odd", "dt", ValueType::Number)]),
        list: true,
        ..field("facts", "dl", ValueType::String)
    };
    let made = rows(None, vec![field("title", "h1", ValueType::String), facts]);
    assert_eq!(objects(&made), [json!({"title": "Lamps", "facts": [{"watt": 7, "odd": null}]})]);
    assert_eq!(made.rows[0].problems, ["facts.odd: `Watt` is no number"]);
}

#[test]
fn html_and_all_matches_of_a_pattern_are_taken() {
    let made = rows(
        Some(".item"),
        vec![
            from(field("html", "h2", ValueType::String), Take::Html, None),
            FieldRule {
                list: true,
                ..from(field("words", "h2", ValueType::String), Take::Text, Some(r"\w+"))
            },
        ],
    );
    assert_eq!(
        objects(&made)[0],
        json!({"html": "Reading <b>lamp</b>", "words": ["Reading", "lamp"]})
    );
}

#[test]
fn what_is_no_selector_pattern_or_type_is_refused_with_the_reason() {
    let refused = |error: crate::FieldError| error.to_string();
    assert_eq!(
        refused("a >".parse::<crate::Select>().unwrap_err()),
        "`a >` is not a CSS selector: dangling combinator"
    );
    for selector in ["", "a[", "p:nope", "..a"] {
        assert!(refused(selector.parse::<crate::Select>().unwrap_err()).contains("not a CSS"));
    }
    assert_eq!(
        refused("(a".parse::<crate::Capture>().unwrap_err()),
        "`(a` is not a regular expression: unclosed group"
    );
    assert!(refused("(a)(b)".parse::<crate::Capture>().unwrap_err()).contains("several groups"));
    assert_eq!(refused("int".parse::<ValueType>().unwrap_err()), "there is no type `int`");
}
