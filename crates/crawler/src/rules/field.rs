//! Fields of a rule: `name = "selector"`, or a table.

use crawler_content::{Capture, FieldRule, FieldValue, Take, ValueType};
use serde_json::Value as Json;
use toml_edit::{Item, TableLike, Value};

use super::file::Reader;

const KEYS: [&str; 9] =
    ["select", "attribute", "html", "pattern", "type", "list", "required", "default", "fields"];

/// A field as far as it was read.
struct Written {
    rule: FieldRule,
    take: Take,
    pattern: Option<Capture>,
    is: Option<ValueType>,
    fields: Vec<FieldRule>,
}

impl Reader<'_> {
    /// All fields of a table, in the order in which they are written.
    pub(super) fn fields(&mut self, item: &Item) -> Vec<FieldRule> {
        let Some(table) = item.as_table_like() else {
            self.refuse(item, "`fields` is a table", "write fields = { title = \"h1\" }");
            return Vec::new();
        };
        let outer = self.whose.clone();
        let mut fields = Vec::new();
        for (name, item) in table.iter() {
            self.whose = format!("{outer}.{name}");
            fields.extend(self.field(name, item));
        }
        self.whose = outer;
        fields
    }

    fn field(&mut self, name: &str, item: &Item) -> Option<FieldRule> {
        let mut written = Written {
            rule: FieldRule {
                name: name.to_owned(),
                select: None,
                list: false,
                required: false,
                default: None,
                value: FieldValue::Object(Vec::new()),
            },
            take: Take::Text,
            pattern: None,
            is: None,
            fields: Vec::new(),
        };
        if let Some(table) = item.as_table_like() {
            for (key, item) in table.iter() {
                self.key(&mut written, table, key, item);
            }
        } else if item.is_str() {
            written.rule.select = self.parsed(item);
        } else {
            self.refuse(item, "a field is a CSS selector or a table", "");
            return None;
        }
        self.finished(written, item)
    }

    fn key(&mut self, written: &mut Written, table: &dyn TableLike, key: &str, item: &Item) {
        match key {
            "select" => written.rule.select = self.parsed(item),
            "attribute" => {
                if let Some(name) = self.text(item) {
                    written.take = Take::Attribute(name.to_ascii_lowercase());
                }
            }
            "html" => {
                if self.switch(item) && !table.contains_key("attribute") {
                    written.take = Take::Html;
                }
            }
            "pattern" => written.pattern = self.parsed(item),
            "type" => written.is = self.type_of(item),
            "list" => written.rule.list = self.switch(item),
            "required" => written.rule.required = self.switch(item),
            "default" => written.rule.default = self.default(item),
            "fields" => written.fields = self.fields(item),
            _ => self.unknown(table.key(key), item, key, &KEYS),
        }
    }

    fn type_of(&mut self, item: &Item) -> Option<ValueType> {
        let text = self.text(item)?;
        let parsed = text.parse::<ValueType>();
        if let Err(error) = &parsed {
            let note = format!("accepted: {}", ValueType::NAMES.join(", "));
            self.refuse(item, &error.to_string(), &note);
        }
        parsed.ok()
    }

    fn default(&mut self, item: &Item) -> Option<Json> {
        match item.as_value() {
            Some(Value::String(text)) => Some(Json::from(text.value().as_str())),
            Some(Value::Integer(number)) => Some(Json::from(*number.value())),
            Some(Value::Float(number)) => Some(Json::from(*number.value())),
            Some(Value::Boolean(yes)) => Some(Json::from(*yes.value())),
            _ => {
                self.refuse(item, "`default` is one text, number, true or false", "");
                None
            }
        }
    }

    /// Checks what only the whole field tells.
    fn finished(&mut self, written: Written, item: &Item) -> Option<FieldRule> {
        let Written { mut rule, take, pattern, is, fields } = written;
        let n_before = self.problems();
        let takes_value = take != Take::Text || pattern.is_some() || is.is_some();
        if !fields.is_empty() && (takes_value || rule.default.is_some()) {
            let note = "attribute, html, pattern, type and default belong to the inner fields";
            self.refuse(item, "a field with `fields` is an object, not a value", note);
        }
        let is = is.unwrap_or(ValueType::String);
        if let Some(default) = &rule.default {
            if rule.list || rule.required {
                let note =
                    "a list is empty when nothing is found, and what is required is never missing";
                self.refuse(item, "`default` goes with neither `list` nor `required`", note);
            } else if !is.has(default) {
                self.refuse(item, &format!("`default` is no {}", is.name()), "");
            }
        }
        rule.value = if fields.is_empty() {
            FieldValue::One { take, pattern, is }
        } else {
            FieldValue::Object(fields)
        };
        (self.problems() == n_before).then_some(rule)
    }
}
