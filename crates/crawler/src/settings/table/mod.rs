//! The one table of settings: everything that knows a key, a default or a flag reads it here.

mod admin;
mod canonical;
mod ceilings;
mod content;
mod discovery;
mod fetching;
mod identity;
mod limits;
mod output;
mod politeness;
mod proxies;
mod retries;
mod scope;
mod seeds;
mod sinks;

use super::Settings;
use super::value::{BadValue, Given};

/// A thing the user can set: in a file, in the environment, by `-s` or by a flag.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name: the TOML key; the flag is the same with dashes.
    pub(crate) key: &'static str,
    /// How it is written.
    pub(crate) form: Form,
    /// What holds when nothing is written; empty for "none" and for an empty list. The items of a
    /// list stand between blanks.
    pub(crate) default: &'static str,
    /// One or two sentences for `--help` and the example file.
    pub(crate) help: &'static str,
    /// Whether the short help shows it.
    pub(crate) is_common: bool,
    /// One-letter flag.
    pub(crate) short: Option<char>,
    /// Other names of the flag, which users of other crawlers know.
    pub(crate) aliases: &'static [&'static str],
    /// Understands what was written.
    pub(crate) read: fn(&mut Settings, Given<'_>) -> Result<(), BadValue>,
}

/// How a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `--flag` or `key = true`.
    Switch,
    /// `--flag VALUE` or `key = "value"`.
    Value {
        /// What the help calls the value.
        name: &'static str,
    },
    /// `--flag VALUE` more than once, or `key = ["value", …]`.
    List {
        /// What the help calls one item.
        name: &'static str,
    },
}

impl Form {
    /// What the help calls the value.
    pub(crate) fn value_name(self) -> Option<&'static str> {
        match self {
            Self::Switch => None,
            Self::Value { name } | Self::List { name } => Some(name),
        }
    }

    /// Whether it can be written more than once.
    pub(crate) fn is_list(self) -> bool {
        matches!(self, Self::List { .. })
    }
}

/// Settings that belong together, with their heading.
#[derive(Debug)]
pub(crate) struct Group {
    /// Heading in the help and in the example file.
    pub(crate) heading: &'static str,
    /// Its settings, in reading order.
    pub(crate) settings: &'static [Setting],
}

/// The table.
pub(crate) static GROUPS: [Group; 15] = [
    Group { heading: "Seeds", settings: seeds::SETTINGS },
    Group { heading: "What to crawl", settings: scope::SETTINGS },
    Group { heading: "Sitemaps", settings: discovery::SETTINGS },
    Group { heading: "Same URL", settings: canonical::SETTINGS },
    Group { heading: "When to stop", settings: limits::SETTINGS },
    Group { heading: "Politeness", settings: politeness::SETTINGS },
    Group { heading: "Fetching", settings: fetching::SETTINGS },
    Group { heading: "Retries", settings: retries::SETTINGS },
    Group { heading: "Headers and credentials for some hosts", settings: identity::SETTINGS },
    Group { heading: "Proxies", settings: proxies::SETTINGS },
    Group { heading: "Memory and disk", settings: ceilings::SETTINGS },
    Group { heading: "Output", settings: output::SETTINGS },
    Group { heading: "Content of pages", settings: content::SETTINGS },
    Group { heading: "Where pages are sent", settings: sinks::SETTINGS },
    Group { heading: "Service", settings: admin::SETTINGS },
];

/// The positional argument's key: it has no flag.
pub(crate) const POSITIONAL: &str = "urls";

/// All settings, in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = &'static Setting> {
    GROUPS.iter().flat_map(|group| group.settings)
}

/// The setting of a key.
pub(crate) fn find(key: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.key == key)
}

type Read = fn(&mut Settings, Given<'_>) -> Result<(), BadValue>;

impl Setting {
    const fn switch(key: &'static str, read: Read, help: &'static str) -> Self {
        Self::new(key, Form::Switch, "false", read, help)
    }

    const fn value(
        key: &'static str,
        name: &'static str,
        default: &'static str,
        read: Read,
        help: &'static str,
    ) -> Self {
        Self::new(key, Form::Value { name }, default, read, help)
    }

    const fn list(key: &'static str, name: &'static str, read: Read, help: &'static str) -> Self {
        Self::new(key, Form::List { name }, "", read, help)
    }

    const fn new(
        key: &'static str,
        form: Form,
        default: &'static str,
        read: Read,
        help: &'static str,
    ) -> Self {
        Self { key, form, default, help, is_common: false, short: None, aliases: &[], read }
    }

    const fn default_items(mut self, items: &'static str) -> Self {
        self.default = items;
        self
    }

    /// What stands written when nothing is: one text, or the items of a list.
    pub(crate) fn default_texts(&self) -> Vec<&'static str> {
        if self.form.is_list() {
            self.default.split_whitespace().collect()
        } else {
            vec![self.default]
        }
    }

    const fn common(mut self) -> Self {
        self.is_common = true;
        self
    }

    const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}
