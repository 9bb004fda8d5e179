//! Where settings are written: files, environment, `-s` and flags, each a layer over the one before.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use config::{ConfigError, Map, Source, Value};

use super::file::read_toml;
use super::problem::Problem;
use super::suggest::nearest;
use super::table::{self, Setting};
use crate::rules;

/// Prefix of the environment variables.
pub(crate) const ENV_PREFIX: &str = "CRAWLER_";
/// The variable that names configuration files, one per line; it is not itself a setting.
pub(crate) const ENV_CONFIG: &str = "CRAWLER_CONFIG";
/// The variable that holds the token for a running crawl; no setting either.
pub(crate) const ENV_TOKEN: &str = "CRAWLER_ADMIN_TOKEN";
/// A list file is read whole: this bounds it.
const LIST_FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// One written value, or one item of a list, with the place where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The value as text.
    pub(crate) text: String,
    /// `crawler.toml:4`, `CRAWLER_DELAY`, `--delay`, `default`.
    pub(crate) place: String,
    /// The line of the file it stands on.
    pub(crate) source_line: Option<String>,
}

impl Entry {
    /// A value that does not stand in a file.
    pub(crate) fn new(text: impl Into<String>, place: impl Into<String>) -> Self {
        Self { text: text.into(), place: place.into(), source_line: None }
    }
}

/// What one source says, by key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer {
    /// Written values; only keys of the table.
    pub(crate) entries: BTreeMap<&'static str, Vec<Entry>>,
}

/// Everything the user wrote, before it is understood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// Configuration files, later ones over earlier ones.
    pub(crate) files: Vec<PathBuf>,
    /// The environment.
    pub(crate) env: Vec<(OsString, OsString)>,
    /// `-s KEY=VALUE`.
    pub(crate) overrides: Vec<String>,
    /// Flags and positional URLs, by key.
    pub(crate) flags: Vec<(&'static Setting, Vec<Entry>)>,
    /// What was laid over all of it while the crawl runs.
    pub(crate) overlays: Vec<Overlay>,
}

/// A configuration file that was read when it came.
#[derive(Debug, Clone)]
pub(crate) struct Overlay {
    /// What it was called.
    pub(crate) name: String,
    /// TOML.
    pub(crate) text: String,
}

/// What was found while reading the layers.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Mistakes, which end the program.
    pub(crate) problems: Vec<Problem>,
    /// Oddities that are told and tolerated.
    pub(crate) warnings: Vec<String>,
}

/// All layers, the weakest first.
pub(crate) fn layers(sources: &Sources, findings: &mut Findings) -> Vec<Layer> {
    let mut layers = vec![defaults()];
    layers.extend(sources.files.iter().map(|path| file_layer(path, findings)));
    layers.push(env_layer(&sources.env, findings));
    layers.push(override_layer(&sources.overrides, findings));
    let flags = sources.flags.iter().map(|(setting, entries)| (setting.key, entries.clone()));
    layers.push(Layer { entries: flags.collect() });
    let overlays = sources.overlays.iter();
    layers.extend(overlays.map(|own| overlay_layer(own, &mut findings.problems)));
    for layer in &mut layers {
        expand_list_files(layer, &mut findings.problems);
    }
    layers
}

fn defaults() -> Layer {
    let entry = |setting: &'static Setting| {
        let texts = setting.default_texts().into_iter();
        (setting.key, texts.map(|text| Entry::new(text, "default")).collect())
    };
    Layer { entries: table::all().map(entry).collect() }
}

/// What an operator has laid over the rest. Extraction rules are read from files when a crawl starts,
/// and an overlay is none.
fn overlay_layer(own: &Overlay, problems: &mut Vec<Problem>) -> Layer {
    let mut layer = read_toml(&own.name, &own.text, problems);
    if let Some(entries) = layer.entries.get_mut(rules::SETTING) {
        for tables in entries.extract_if(.., |entry| entry.text == own.name) {
            problems.push(Problem {
                place: tables.place,
                source_line: tables.source_line,
                what: "extraction rules cannot be laid over a running crawl".to_owned(),
                notes: vec![
                    "put them into a file, say extract_rules = [\"FILE\"] here, and restart; rows of pages \
                     that are stored already are made by `crawler export extracted`"
                        .to_owned(),
                ],
            });
        }
    }
    layer
}

fn file_layer(path: &Path, findings: &mut Findings) -> Layer {
    match fs::read_to_string(path) {
        Ok(text) => read_toml(&path.display().to_string(), &text, &mut findings.problems),
        Err(error) => {
            findings.problems.push(Problem {
                place: path.display().to_string(),
                source_line: None,
                what: format!("cannot read the configuration file: {error}"),
                notes: Vec::new(),
            });
            Layer::default()
        }
    }
}

fn env_layer(env: &[(OsString, OsString)], findings: &mut Findings) -> Layer {
    let mut layer = Layer::default();
    let mut ours: Vec<_> =
        env.iter().filter_map(|(name, value)| Some((name.to_str()?, value))).collect();
    ours.retain(|(name, _)| name.starts_with(ENV_PREFIX) && !is_no_setting(name));
    ours.sort_unstable();
    for (name, value) in ours {
        let key = name[ENV_PREFIX.len()..].to_ascii_lowercase();
        let Some(setting) = table::find(&key) else {
            unknown_variable(name, &key, findings);
            continue;
        };
        let Some(text) = value.to_str() else {
            findings.problems.push(problem(name, "its value is not UTF-8", Vec::new()));
            continue;
        };
        layer.entries.insert(setting.key, split_items(setting, text, name));
    }
    layer
}

/// Variables that are ours but no settings.
fn is_no_setting(name: &str) -> bool {
    matches!(name, ENV_CONFIG | ENV_TOKEN)
        || crawler_faults::BUILT_IN && name == crawler_faults::VARIABLE
}

/// A variable that is nearly ours is a slip; another program may own any other.
fn unknown_variable(name: &str, key: &str, findings: &mut Findings) {
    match nearest(key, table::all().map(|setting| setting.key)) {
        Some(near) => {
            let mend = format!("did you mean `{}`?", variable(near));
            findings.problems.push(problem(name, "there is no such setting", vec![mend]));
        }
        None => {
            findings
                .warnings
                .push(format!("environment variable {name} is not a setting; ignored"));
        }
    }
}

/// The environment variable of a setting.
pub(crate) fn variable(key: &str) -> String {
    format!("{ENV_PREFIX}{}", key.to_ascii_uppercase())
}

fn override_layer(overrides: &[String], findings: &mut Findings) -> Layer {
    let mut layer = Layer::default();
    for text in overrides {
        let Some((key, value)) = text.split_once('=') else {
            let notes = vec!["accepted: -s KEY=VALUE, such as -s delay=2s".to_owned()];
            findings.problems.push(problem("-s", &format!("`{text}` has no `=`"), notes));
            continue;
        };
        let (key, place) = (key.trim(), format!("-s {}", key.trim()));
        let Some(setting) = table::find(key) else {
            findings.problems.push(unknown_key(&place, None, key));
            continue;
        };
        let entries = split_items(setting, value.trim(), &place);
        let before = layer.entries.entry(setting.key).or_default();
        if !setting.form.is_list() {
            before.clear();
        }
        before.extend(entries);
    }
    layer
}

/// The problem of a key that is not in the table.
pub(crate) fn unknown_key(place: &str, source_line: Option<String>, key: &str) -> Problem {
    let mend = match nearest(key, table::all().map(|setting| setting.key)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`crawler config` lists all settings".to_owned(),
    };
    Problem {
        place: place.to_owned(),
        source_line,
        what: format!("there is no setting `{key}`"),
        notes: vec![mend],
    }
}

fn problem(place: &str, what: &str, notes: Vec<String>) -> Problem {
    Problem { place: place.to_owned(), source_line: None, what: what.to_owned(), notes }
}

/// Text that is one value, or one list item per line.
fn split_items(setting: &Setting, text: &str, place: &str) -> Vec<Entry> {
    if !setting.form.is_list() {
        return vec![Entry::new(text, place)];
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| Entry::new(line, place)).collect()
}

/// Replaces each list item `@FILE` by the lines of the file, without blanks and `#` comments.
fn expand_list_files(layer: &mut Layer, problems: &mut Vec<Problem>) {
    for (key, entries) in &mut layer.entries {
        let is_list = table::find(key).is_some_and(|setting| setting.form.is_list());
        if !is_list || !entries.iter().any(|entry| entry.text.starts_with('@')) {
            continue;
        }
        let mut expanded = Vec::new();
        for entry in entries.drain(..) {
            match entry.text.strip_prefix('@') {
                Some(path) => expanded.extend(list_file(path, &entry.place, problems)),
                None => expanded.push(entry),
            }
        }
        *entries = expanded;
    }
}

fn list_file(path: &str, place: &str, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let too_long = |len: u64| std::io::Error::other(format!("{len} bytes are too many for a list"));
    let text = fs::metadata(path).and_then(|meta| match meta.len() {
        0..=LIST_FILE_BYTES_MAX => fs::read_to_string(path),
        len => Err(too_long(len)),
    });
    match text {
        Ok(text) => (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
            .map(|(n, line)| Entry {
                text: line.trim().to_owned(),
                place: format!("{path}:{n}"),
                source_line: Some(line.to_owned()),
            })
            .collect(),
        Err(error) => {
            problems.push(problem(place, &format!("cannot read `@{path}`: {error}"), Vec::new()));
            Vec::new()
        }
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let value = |entry: &Entry| Value::new(Some(&entry.place), entry.text.as_str());
        // Every value travels as a list of its items: a later layer replaces a list as a whole.
        let list = |entries: &Vec<Entry>| {
            Value::new(None, entries.iter().map(value).collect::<Vec<Value>>())
        };
        Ok(self.entries.iter().map(|(key, entries)| ((*key).to_owned(), list(entries))).collect())
    }
}
