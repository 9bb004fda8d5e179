//! Options made from the table of settings, and read back into sources.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::settings::table::{self, Form, GROUPS, Setting};
use crate::settings::{ENV_CONFIG, Entry, Sources};

/// Read when no other configuration file is named.
const DEFAULT_FILE: &str = "crawler.toml";
const CONFIG: &str = "config";
const SET: &str = "set";
const VERBOSE: &str = "verbose";
const QUIET: &str = "quiet";
const LOG_LEVEL: &str = "log_level";

/// The options of a crawl.
pub(super) fn crawl_options(command: Command) -> Command {
    // Of a flag given twice the later one holds, as in other tools.
    let command = command.args_override_self(true);
    let command = GROUPS.iter().fold(command, |command, group| {
        let heading = command.next_help_heading(group.heading);
        heading.args(group.settings.iter().map(option))
    });
    command
        .arg(
            Arg::new(VERBOSE)
                .short('v')
                .long(VERBOSE)
                .action(ArgAction::Count)
                .hide_short_help(true)
                .conflicts_with_all([QUIET, LOG_LEVEL])
                .help("Log more: -v for debug, -vv for trace"),
        )
        .arg(
            Arg::new(QUIET)
                .short('q')
                .long(QUIET)
                .action(ArgAction::Count)
                .hide_short_help(true)
                .conflicts_with(LOG_LEVEL)
                .help("Log less: -q for warnings, -qq for errors only"),
        )
        .next_help_heading("Settings")
        .arg(config_file())
        .arg(
            Arg::new(SET)
                .short('s')
                .long(SET)
                .value_name("KEY=VALUE")
                .action(ArgAction::Append)
                .hide_short_help(true)
                .help("Set any option by its key. Repeatable"),
        )
}

/// `--config FILE`.
fn config_file() -> Arg {
    Arg::new(CONFIG)
        .short('c')
        .long(CONFIG)
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .action(ArgAction::Append)
        .help("Configuration file, instead of ./crawler.toml. Repeatable, later ones win")
}

fn option(setting: &'static Setting) -> Arg {
    let help = match (setting.form, setting.default) {
        (Form::Switch, _) | (_, "") => setting.help.to_owned(),
        (_, default) => format!("{} [default: {default}]", setting.help),
    };
    let arg = Arg::new(setting.key).help(help).hide_short_help(!setting.is_common);
    let arg = match setting.form {
        Form::Switch => arg.action(ArgAction::SetTrue),
        Form::Value { name } => arg.value_name(name).action(ArgAction::Set),
        Form::List { name } => arg.value_name(name).action(ArgAction::Append),
    };
    if setting.key == table::POSITIONAL {
        return arg.num_args(0..);
    }
    let arg = arg.long(flag_name(setting)).visible_aliases(setting.aliases);
    match setting.short {
        Some(short) => arg.short(short),
        None => arg,
    }
}

fn flag_name(setting: &Setting) -> String {
    setting.key.replace('_', "-")
}

/// What the command line, the environment and the usual file say.
pub(super) fn sources(matches: &ArgMatches) -> Sources {
    let given = matches.get_many::<PathBuf>(CONFIG).unwrap_or_default().cloned().collect();
    Sources {
        files: config_files(given),
        env: std::env::vars_os().collect(),
        ..flags_only(matches)
    }
}

/// What the command line alone says.
pub(super) fn flags_only(matches: &ArgMatches) -> Sources {
    let overrides = matches.get_many::<String>(SET).unwrap_or_default().cloned().collect();
    let mut flags: Vec<_> = table::all().filter_map(|setting| given(matches, setting)).collect();
    flags.extend(verbosity(matches));
    Sources { overrides, flags, ..Sources::default() }
}

/// The files of the settings: those given, else those in the environment, else the usual one.
pub(super) fn config_files(given: Vec<PathBuf>) -> Vec<PathBuf> {
    if !given.is_empty() {
        return given;
    }
    if let Ok(files) = std::env::var(ENV_CONFIG) {
        return files.lines().filter(|line| !line.trim().is_empty()).map(PathBuf::from).collect();
    }
    let usual = Path::new(DEFAULT_FILE);
    if usual.is_file() { vec![usual.to_owned()] } else { Vec::new() }
}

fn given(
    matches: &ArgMatches,
    setting: &'static Setting,
) -> Option<(&'static Setting, Vec<Entry>)> {
    let place = match setting.key {
        table::POSITIONAL => "command line".to_owned(),
        _ => format!("--{}", flag_name(setting)),
    };
    let texts: Vec<String> = match setting.form {
        Form::Switch if matches.get_flag(setting.key) => vec!["true".to_owned()],
        Form::Switch => return None,
        _ => matches.get_many::<String>(setting.key)?.cloned().collect(),
    };
    Some((setting, texts.into_iter().map(|text| Entry::new(text, place.as_str())).collect()))
}

fn verbosity(matches: &ArgMatches) -> Option<(&'static Setting, Vec<Entry>)> {
    let (flag, level) = match (matches.get_count(VERBOSE), matches.get_count(QUIET)) {
        (0, 0) => return None,
        (1, _) => ("-v", "debug"),
        (2.., _) => ("-vv", "trace"),
        (0, 1) => ("-q", "warn"),
        (0, 2..) => ("-qq", "error"),
    };
    Some((table::find(LOG_LEVEL)?, vec![Entry::new(level, flag)]))
}
