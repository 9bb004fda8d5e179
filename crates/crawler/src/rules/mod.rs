//! Rules for fields of pages, as written in TOML files.

mod field;
mod file;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use crawler_content::Rules;

use crate::settings::{Problem, Problems};

/// The setting whose items are files with rules.
pub(crate) const SETTING: &str = "extract_rules";
/// The name of the tables.
pub(crate) const TABLES: &str = "extract";

/// Reads the rules of all files.
///
/// # Errors
/// All mistakes at once.
pub(crate) fn load(files: &[PathBuf]) -> Result<Rules, Problems> {
    let mut problems = Vec::new();
    let mut rules = Rules::default();
    let mut places: HashMap<String, String> = HashMap::new();
    for path in files {
        let name = path.display().to_string();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                problems.push(Problem {
                    place: name,
                    source_line: None,
                    what: format!("cannot be read: {error}"),
                    notes: Vec::new(),
                });
                continue;
            }
        };
        for (rule, problem) in file::read(&name, &text, &mut problems) {
            if let Some(place) = places.get(&rule.name) {
                problems.push(Problem {
                    what: format!("extract: there is a rule `{}` already", rule.name),
                    notes: vec![format!("it is at {place}")],
                    ..problem
                });
            } else {
                places.insert(rule.name.clone(), problem.place);
                rules.0.push(rule);
            }
        }
    }
    if problems.is_empty() {
        return Ok(rules);
    }
    Err(Problems { subject: "the extraction rules", problems })
}
