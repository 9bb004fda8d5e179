//! Rules as they are written, and every mistake in them with its place.

use std::fs;
use std::path::PathBuf;

use crawler_content::{FieldValue, Take, ValueType};

use super::load;

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rules.toml");
    fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn rules_are_read_in_the_order_of_the_file() {
    let (_dir, path) = written(
        "delay = 2\n[[extract]]\nname = \"lamp\"\nurl = [\"/lamps/\", \"glob:https://b.example/**\"]\n\
         each = \".item\"\n[extract.fields]\ntitle = \"h2\"\n\
         price = { select = \".price\", pattern = \"([0-9.]+)\", type = \"number\", default = 0 }\n\
         [extract.fields.links]\nselect = \"a\"\nlist = true\n\
         fields = { to = { attribute = \"HREF\", type = \"url\", required = true } }\n\
         [[extract]]\nname = \"all\"\nfields.body = { select = \"body\", html = true }\n",
    );
    let rules = load(&[path]).unwrap().0;
    let [lamp, all] = &rules[..] else { panic!("{rules:?}") };
    assert!(lamp.is_for("https://a.example/lamps/1") && lamp.is_for("https://b.example/x/y"));
    assert!(!lamp.is_for("https://a.example/") && all.is_for("https://a.example/"));
    let names: Vec<&str> = lamp.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(names, ["title", "price", "links"]);
    assert!(matches!(lamp.fields[1].value, FieldValue::One { is: ValueType::Number, .. }));
    let FieldValue::Object(inner) = &lamp.fields[2].value else { panic!("{lamp:?}") };
    assert!(inner[0].required && lamp.fields[2].list);
    let href = Take::Attribute("href".to_owned());
    assert!(matches!(&inner[0].value, FieldValue::One { take, .. } if *take == href));
    assert!(matches!(&all.fields[0].value, FieldValue::One { take: Take::Html, .. }));
}

#[test]
fn all_mistakes_are_told_with_their_lines() {
    let (_dir, path) = written(
        "nmae = 1\n[[extract]]\nname = \"a b\"\nurl = \"(\"\neahc = \"x\"\nfields = { a = \"..b\" }\n\
         [[extract]]\nname = \"ok\"\n[[extract]]\nname = \"x\"\n[extract.fields]\n\
         n = { type = \"int\", list = 1 }\no = { fields = { p = \"a[\" }, type = \"url\" }\n\
         d = { default = \"x\", type = \"integer\" }\ne = { default = 1, required = true }\nf = 3\n",
    );
    let name = path.display().to_string();
    let told = load(&[path]).unwrap_err();
    assert_eq!(told.subject, "the extraction rules");
    let told: Vec<String> = told
        .problems
        .iter()
        .map(|problem| format!("{}: {}", &problem.place[name.len()..], problem.what))
        .collect();
    let expected = [
        ":1: there is no `nmae` here",
        ":3: extract: `a b` cannot name a file",
        ":4: extract: error: unclosed group",
        ":5: extract: there is no `eahc`",
        ":6: extract.a: `..b` is not a CSS selector: class needs ident",
        ":7: extract: the rule has no `fields`",
        ":12: extract.n: there is no type `int`",
        ":12: extract.n: true or false belongs here",
        ":13: extract.o.p: `a[` is not a CSS selector: end of input",
        ":13: extract.o: a field with `fields` is an object, not a value",
        ":14: extract.d: `default` is no integer",
        ":15: extract.e: `default` goes with neither `list` nor `required`",
        ":16: extract.f: a field is a CSS selector or a table",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_name_is_used_once_and_files_must_be_there() {
    let text = "[[extract]]\nname = \"a\"\nfields = { t = \"h1\" }\n";
    let (_dir, path) = written(&format!("{text}{text}"));
    let told = load(&[path, PathBuf::from("missing.toml")]).unwrap_err().to_string();
    assert!(told.contains("rules.toml:4: extract: there is a rule `a` already"), "{told}");
    assert!(
        told.contains("rules.toml:1") && told.contains("missing.toml: cannot be read"),
        "{told}"
    );
}
