//! One file: its `[[extract]]` tables.

use std::fmt::Display;
use std::str::FromStr;

use crawler_content::Rule;
use crawler_url::scope::Pattern;
use toml_edit::{Document, Item, Table, Value};

use super::TABLES;
use crate::settings::{File, Problem, nearest, table};

const KEYS: [&str; 4] = ["name", "url", "each", "fields"];
const NAME_CHARS_MAX: usize = 64;

/// The rules of a file, each with its place; mistakes are told and left out.
pub(super) fn read(name: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<(Rule, Problem)> {
    let mut reader = Reader { file: File::new(name, text), problems, whose: String::new() };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            reader.refuse_at(at, &format!("not TOML: {}", error.message().replace('\n', "; ")), "");
            return Vec::new();
        }
    };
    let mut rules = Vec::new();
    for (key, item) in document.as_table() {
        match item {
            Item::ArrayOfTables(tables) if key == TABLES => {
                rules.extend(tables.iter().filter_map(|table| reader.rule(table)));
            }
            // A configuration file may have rules too; its other parts were read as such.
            _ if table::find(key).is_some() || key == "host" => {}
            _ => {
                let at = document.as_table().key(key).and_then(toml_edit::Key::span);
                let at = at.map_or(0, |span| span.start);
                reader.refuse_at(
                    at,
                    &format!("there is no `{key}` here"),
                    "rules are [[extract]] tables",
                );
            }
        }
    }
    rules
}

/// Reads values, and notes what is wrong with them and where.
pub(super) struct Reader<'a> {
    file: File<'a>,
    problems: &'a mut Vec<Problem>,
    /// What is being read, for the problems.
    pub(super) whose: String,
}

impl Reader<'_> {
    fn rule(&mut self, table: &Table) -> Option<(Rule, Problem)> {
        let n_before = self.problems.len();
        let at = table.span().map_or(0, |span| span.start);
        TABLES.clone_into(&mut self.whose);
        let (mut name, mut urls, mut each, mut fields) = (None, Vec::new(), None, Vec::new());
        for (key, item) in table {
            match key {
                "name" => name = self.name(item),
                "url" => urls = self.patterns(item),
                "each" => each = self.parsed(item),
                "fields" => fields = self.fields(item),
                _ => self.unknown(table.key(key), item, key, &KEYS),
            }
        }
        let is_right = self.problems.len() == n_before;
        if is_right && name.is_none() {
            self.refuse_at(
                at,
                "the rule has no `name`",
                "add name = \"product\", the name of its file",
            );
        }
        if is_right && fields.is_empty() {
            self.refuse_at(at, "the rule has no `fields`", "add fields = { title = \"h1\" }");
        }
        let place = self.file.problem(at, String::new(), Vec::new());
        let is_right = self.problems.len() == n_before;
        let name = name.filter(|_| is_right)?;
        Some((Rule { name, urls, each, fields }, place))
    }

    fn name(&mut self, item: &Item) -> Option<String> {
        let name = self.text(item)?;
        let is_of_file = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !name.is_empty() && name.len() <= NAME_CHARS_MAX && name.chars().all(is_of_file) {
            return Some(name);
        }
        self.refuse(
            item,
            &format!("`{name}` cannot name a file"),
            "use letters, digits, `-` and `_`",
        );
        None
    }

    /// One pattern or a list of them.
    fn patterns(&mut self, item: &Item) -> Vec<Pattern> {
        let Some(Value::Array(array)) = item.as_value() else {
            return self.parsed(item).into_iter().collect();
        };
        let items: Vec<Item> = array.iter().map(|value| Item::Value(value.clone())).collect();
        items.iter().filter_map(|item| self.parsed(item)).collect()
    }

    /// What a text says.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, item: &Item) -> Option<T> {
        let text = self.text(item)?;
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                // Regular expressions are drawn over several lines; the last says what is wrong.
                let what = error.to_string();
                let first = what.lines().next().unwrap_or_default();
                let last = what.lines().last().unwrap_or_default().trim();
                let is_drawn = what.lines().count() > 1;
                self.refuse(item, if is_drawn { last } else { first }, "");
                None
            }
        }
    }

    /// How many mistakes there are so far.
    pub(super) fn problems(&self) -> usize {
        self.problems.len()
    }

    pub(super) fn text(&mut self, item: &Item) -> Option<String> {
        let text = item.as_str().map(str::to_owned);
        if text.is_none() {
            self.refuse(item, "a text belongs here", "");
        }
        text
    }

    pub(super) fn switch(&mut self, item: &Item) -> bool {
        if item.as_bool().is_none() {
            self.refuse(item, "true or false belongs here", "");
        }
        item.as_bool().unwrap_or_default()
    }

    pub(super) fn unknown(
        &mut self,
        written: Option<&toml_edit::Key>,
        item: &Item,
        key: &str,
        known: &[&str],
    ) {
        let at = written.and_then(toml_edit::Key::span).or(item.span()).map_or(0, |at| at.start);
        let mut notes = vec![format!("accepted: {}", known.join(", "))];
        if let Some(near) = nearest(key, known.iter().copied()) {
            notes.push(format!("did you mean `{near}`?"));
        }
        let what = format!("{}: there is no `{key}`", self.whose);
        self.problems.push(self.file.problem(at, what, notes));
    }

    pub(super) fn refuse(&mut self, item: &Item, what: &str, note: &str) {
        self.refuse_at(item.span().map_or(0, |span| span.start), what, note);
    }

    fn refuse_at(&mut self, at: usize, what: &str, note: &str) {
        let what = match &*self.whose {
            "" => what.to_owned(),
            whose => format!("{whose}: {what}"),
        };
        let notes = if note.is_empty() { Vec::new() } else { vec![note.to_owned()] };
        self.problems.push(self.file.problem(at, what, notes));
    }
}
