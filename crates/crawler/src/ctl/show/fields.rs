//! Any JSON as `key: value` lines.

use std::fmt::Write as _;

use serde_json::Value;

use super::time::date;
use crate::terminal::escape;

/// The fields of an object, those within others as `outer.inner`; a list has a line for each item.
pub(crate) fn fields(value: &Value) -> String {
    let mut text = String::new();
    put(&mut text, "", value);
    text
}

fn put(text: &mut String, key: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in fields {
                put(
                    text,
                    &if key.is_empty() { name.clone() } else { format!("{key}.{name}") },
                    value,
                );
            }
        }
        Value::Array(items) => items.iter().for_each(|item| put(text, key, item)),
        // Writing to a `String` cannot fail.
        scalar => drop(writeln!(text, "{}: {}", escape(key), shown(key, scalar))),
    }
}

/// A value in words; a time as a date.
fn shown(key: &str, scalar: &Value) -> String {
    match (scalar, scalar.as_u64()) {
        (Value::String(text), _) => escape(text).into_owned(),
        (_, Some(ms)) if key.ends_with("_at_ms") || key == "at_ms" => date(ms),
        (other, _) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fields;

    #[test]
    fn objects_become_lines() {
        let value = json!({"url": "http://a/\u{1b}", "scope": {"rule": "host", "reason": null},
            "next": {"host_at_ms": 0}, "notes": ["one", "two"], "n": 1.5});
        let text = "n: 1.5\nnext.host_at_ms: 1970-01-01T00:00:00Z\nnotes: one\nnotes: two\n\
                    scope.rule: host\nurl: http://a/\\u{1b}\n";
        assert_eq!(fields(&value), text);
    }
}
