//! The table written out as TOML: the example file, and the settings in force.

use std::fmt::Write as _;

use toml_edit::Value;

use super::RawConfig;
use super::layers::{Entry, variable};
use super::redact::redacted;
use super::table::{self, Form, GROUPS, POSITIONAL, Setting};
use crate::credentials::without_credentials;

/// Width of the example file's comments.
const COMMENT_COLUMNS_MAX: usize = 96;

const PREAMBLE: &str = "\
# Settings of `crawler`, each with its default. Copy what you change into ./crawler.toml, or give
# a file with --config FILE (repeatable, later files win).
#
# A setting can be written in four places; each wins over the ones before:
#   a configuration file        delay = \"2s\"
#   the environment             CRAWLER_DELAY=2s
#   an override                 crawler -s delay=2s
#   its flag                    crawler --delay 2s
# A list in a later place replaces the earlier list. In the environment a list has one item per
# line; an item @FILE stands for the lines of that file.
#
# Times: 500ms, 2s, 1m30s, 1h, or a number of seconds. Sizes: 512K, 16M, 2G, or a number of bytes.
# `crawler config` prints what is in force, and where it comes from.
";

/// `config/crawler.toml`: every setting with its help and default, commented out.
pub(crate) fn example() -> String {
    let mut text = PREAMBLE.to_owned();
    for group in &GROUPS {
        let _ = write!(text, "\n\n# ---- {} ----\n", group.heading);
        for setting in group.settings {
            text.push('\n');
            comment(&mut text, &format!("{}.", setting.help));
            let _ = writeln!(text, "# {}", written_as(setting));
            let _ = writeln!(text, "#{} = {}", setting.key, default_toml(setting));
        }
    }
    text
}

/// The settings in force as TOML, each with the place it comes from.
pub(crate) fn effective(raw: &RawConfig) -> String {
    let mut text = String::new();
    for group in &GROUPS {
        let _ = writeln!(text, "# {}", group.heading);
        for setting in group.settings {
            let entries = raw.entries(setting);
            let line = format!("{} = {}", setting.key, toml(setting, entries));
            let _ = writeln!(text, "{line:<40} # {}", places(entries));
        }
        text.push('\n');
    }
    text
}

fn written_as(setting: &Setting) -> String {
    let variable = variable(setting.key);
    if setting.key == table::POSITIONAL {
        return format!("URL …, {variable}");
    }
    let short = setting.short.map(|short| format!("-{short}, ")).unwrap_or_default();
    let flag = setting.key.replace('_', "-");
    let value = setting.form.value_name().map(|name| format!(" <{name}>")).unwrap_or_default();
    format!("{short}--{flag}{value}, {variable}")
}

fn default_toml(setting: &Setting) -> String {
    let entries = setting.default_texts().into_iter().map(|text| Entry::new(text, "default"));
    toml(setting, &entries.collect::<Vec<_>>())
}

fn toml(setting: &Setting, entries: &[Entry]) -> String {
    let is_url = setting.key == POSITIONAL;
    let quoted = |entry: &Entry| match &entry.text {
        url if is_url => Value::from(&*without_credentials(url)).to_string(),
        text => Value::from(&*redacted(text)).to_string(),
    };
    if setting.form.is_list() {
        return format!("[{}]", entries.iter().map(quoted).collect::<Vec<_>>().join(", "));
    }
    let is_number = |text: &str| text.parse::<u32>().is_ok_and(|n| n.to_string() == text);
    match entries.first() {
        Some(entry) if setting.form == Form::Switch || is_number(&entry.text) => entry.text.clone(),
        Some(entry) => quoted(entry),
        None => "\"\"".to_owned(),
    }
}

fn places(entries: &[Entry]) -> String {
    let mut places: Vec<&str> = entries.iter().map(|entry| entry.place.as_str()).collect();
    places.dedup();
    if places.is_empty() { "default".to_owned() } else { places.join(", ") }
}

/// Appends `words` as comment lines.
fn comment(text: &mut String, words: &str) {
    let mut line = String::from("#");
    for word in words.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > COMMENT_COLUMNS_MAX {
            let _ = writeln!(text, "{line}");
            line.truncate(1);
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
}
