use clap::ArgMatches;

use super::{COMMANDS, args, command};
use crate::settings::table::{self, Form};
use crate::settings::{self, Sources};

fn flags(line: &str) -> Sources {
    let matches: ArgMatches = command().try_get_matches_from(line.split(' ')).unwrap();
    args::flags_only(&matches)
}

#[test]
fn the_command_line_is_consistent() {
    command().debug_assert();
    let mut names: Vec<String> =
        command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names.push("help".to_owned());
    names.sort_unstable();
    let mut commands = COMMANDS.map(str::to_owned);
    commands.sort_unstable();
    assert_eq!(names, commands);
}

#[test]
fn every_setting_has_a_flag_and_every_flag_a_setting() {
    /// Flags that say where settings are, or are short for `log_level`.
    const OTHER_FLAGS: [&str; 4] = ["config", "set", "verbose", "quiet"];
    let command = command();
    let mut flags: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
    flags.retain(|flag| !OTHER_FLAGS.contains(flag));
    let keys: Vec<String> = flags.iter().map(|flag| flag.replace('-', "_")).collect();
    let settings = table::all().map(|setting| setting.key).filter(|key| *key != table::POSITIONAL);
    assert_eq!(keys, settings.collect::<Vec<_>>());
    assert!(command.get_positionals().all(|arg| arg.get_id() == table::POSITIONAL));
}

#[test]
fn help_tells_every_default_and_fits() {
    for columns in [80, 100] {
        let help = command().term_width(columns).render_long_help().to_string();
        for line in help.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for setting in table::all() {
            assert!(words.contains(setting.help), "{}", setting.key);
            if setting.form != Form::Switch && !setting.default.is_empty() {
                let default = format!("{} [default: {}]", setting.help, setting.default);
                assert!(words.contains(&default), "{}", setting.key);
            }
        }
        assert!(words.contains("Exit codes:") && words.contains("Examples:"));
    }
}

#[test]
fn flags_become_settings() {
    let sources = flags(
        "crawler -d 2 --wait 3s --level 4 -o out -U Bot/1 -H A:b -H C:d --fresh -s retries=9 -vv a.example b.example",
    );
    let loaded = settings::load(&sources).unwrap();
    let settings = loaded.settings;
    assert_eq!(settings.urls.len(), 2);
    assert_eq!(settings.urls[0].place, "command line");
    assert_eq!(settings.delay.as_secs(), 3);
    assert_eq!(settings.depth, Some(4));
    assert_eq!(settings.headers.len(), 2);
    assert_eq!(settings.user_agent.as_deref(), Some("Bot/1"));
    assert_eq!(settings.log_level, "trace");
    assert_eq!(settings.retries, 9);
    assert!(settings.fresh && !settings.recrawl);
}

#[test]
fn what_is_not_given_is_not_set() {
    assert!(flags("crawler").flags.is_empty());
    let given: Vec<&str> =
        flags("crawler --assets -q -").flags.iter().map(|(setting, _)| setting.key).collect();
    assert_eq!(given, ["urls", "assets", "log_level"]);
}

#[test]
fn a_command_is_a_command_and_a_url_a_url() {
    let name = |line: &str| {
        let matches = command().try_get_matches_from(line.split(' ')).unwrap();
        matches.subcommand_name().map(str::to_owned)
    };
    assert_eq!(name("crawler stats --json").as_deref(), Some("stats"));
    assert_eq!(name("crawler stats.example"), None);
    assert_eq!(name("crawler config --delay 2s").as_deref(), Some("config"));
}

#[test]
fn the_url_of_a_command_is_not_that_of_the_crawl() {
    let line = "crawler ctl explain https://a.example/ --url 127.0.0.1:7070 --json";
    let matches = command().try_get_matches_from(line.split(' ')).unwrap();
    let (_, ctl) = matches.subcommand().unwrap();
    let (_, explain) = ctl.subcommand().unwrap();
    assert_eq!(explain.get_one::<String>("url").unwrap(), "https://a.example/");
    assert_eq!(ctl.get_one::<String>("admin_url").unwrap(), "127.0.0.1:7070");
    let both = "crawler ctl --url 127.0.0.1:7070 -o crawl status";
    assert!(command().try_get_matches_from(both.split(' ')).is_err());
}
