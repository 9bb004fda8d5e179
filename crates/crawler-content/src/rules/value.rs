//! Types of values, and how texts are read as them.

use std::str::FromStr;

use serde_json::{Number, Value};

use super::field::FieldError;
use crate::dates;
use crate::page::Page;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// Any text.
    String,
    /// A whole number of 64 bits. Thousands may be set apart by `,`, `'`, `_` or a blank.
    Integer,
    /// A number with a decimal point, likewise.
    Number,
    /// `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case.
    Boolean,
    /// A date, or a date with a time, in a common form; it becomes RFC 3339.
    Date,
    /// A URL, joined with the page's.
    Url,
}

const NAMES: [(&str, ValueType); 6] = [
    ("string", ValueType::String),
    ("integer", ValueType::Integer),
    ("number", ValueType::Number),
    ("boolean", ValueType::Boolean),
    ("date", ValueType::Date),
    ("url", ValueType::Url),
];

impl FromStr for ValueType {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let found = NAMES.iter().find(|(name, _)| *name == text);
        found
            .map(|(_, is)| *is)
            .ok_or_else(|| FieldError::new(format!("there is no type `{text}`")))
    }
}

impl ValueType {
    /// Names of all types.
    pub const NAMES: [&'static str; 6] =
        [NAMES[0].0, NAMES[1].0, NAMES[2].0, NAMES[3].0, NAMES[4].0, NAMES[5].0];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, is)| *is == self).map_or("", |(name, _)| name)
    }

    /// Reads a text; none when it is not of this type.
    pub(super) fn read(self, text: &str, page: &Page) -> Option<Value> {
        match self {
            Self::String => Some(Value::from(text)),
            Self::Integer => ungrouped(text)?.parse::<i64>().ok().map(Value::from),
            Self::Number => number(&ungrouped(text)?),
            Self::Boolean => boolean(text).map(Value::from),
            Self::Date => dates::rfc3339(text).map(Value::from),
            Self::Url => page.join(text).map(Value::from),
        }
    }

    /// Whether a default is of this type.
    #[must_use]
    pub fn has(self, value: &Value) -> bool {
        match self {
            Self::Integer => value.is_i64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::String | Self::Date | Self::Url => value.is_string(),
        }
    }
}

fn number(text: &str) -> Option<Value> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number = text.parse::<f64>().ok().filter(|_| is_plain)?;
    Number::from_f64(number).map(Value::Number)
}

fn boolean(text: &str) -> Option<bool> {
    let is_of = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_of(["true", "yes", "on", "1"]) {
        Some(true)
    } else {
        is_of(["false", "no", "off", "0"]).then_some(false)
    }
}

/// A number without the marks between its groups of three digits.
fn ungrouped(text: &str) -> Option<String> {
    let is_mark = |c: char| matches!(c, ',' | '\'' | '’' | '_') || c.is_whitespace();
    let text = text.trim();
    let (whole, rest) = text.split_at(text.find(['.', 'e', 'E']).unwrap_or(text.len()));
    let mut groups = whole.split(is_mark);
    let mut plain = groups.next()?.to_owned();
    for group in groups {
        let is_group = group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
        if !is_group || !plain.ends_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        plain.push_str(group);
    }
    Some(plain + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_grouped() {
        let table = [
            ("1234", Some("1234")),
            (" -1,234,567.5 ", Some("-1234567.5")),
            ("1 234", Some("1234")),
            ("1\u{202f}234", Some("1234")),
            ("1'234", Some("1234")),
            ("1,5", None),
            (",123", None),
            ("12 34", None),
        ];
        for (text, plain) in table {
            assert_eq!(ungrouped(text).as_deref(), plain, "{text}");
        }
        assert_eq!(number("1.5e3"), Some(Value::from(1500.0)));
        for text in ["", "inf", "NaN", "1x", "€5", "."] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn words_for_yes_and_no() {
        assert_eq!(boolean("YES"), Some(true));
        assert_eq!(boolean("0"), Some(false));
        assert_eq!(boolean("maybe"), None);
    }
}
