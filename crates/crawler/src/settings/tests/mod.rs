mod manners;
mod mistakes;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crawler_engine::{Ceilings, HostRule, Limits, RobotsPolicy};
use crawler_fetch::Http2;
use crawler_politeness::BreakerConfig;
use crawler_url::scope::{Pattern, ScopeKind};

use super::file::read_toml;
use super::table::Form;
use super::*;

/// Sources with nothing in them but what a test adds.
fn sources(files: &[&std::path::Path], env: &[(&str, &str)], set: &[&str]) -> Sources {
    Sources {
        files: files.iter().map(|path| path.to_path_buf()).collect(),
        env: env.iter().map(|(k, v)| (OsString::from(k), OsString::from(v))).collect(),
        overrides: set.iter().map(|text| (*text).to_owned()).collect(),
        ..Sources::default()
    }
}

fn flag(key: &str, texts: &[&str]) -> (&'static Setting, Vec<Entry>) {
    let place = format!("--{}", key.replace('_', "-"));
    let entries = texts.iter().map(|text| Entry::new(*text, place.as_str())).collect();
    (table::find(key).unwrap(), entries)
}

fn file(dir: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// All that is wrong with a configuration file of this text, as the user reads it.
fn complaint(text: &str) -> String {
    let mut problems = Vec::new();
    let layer = read_toml("crawler.toml", text, &mut problems);
    problems.extend(check(&layer));
    Problems { subject: "the configuration", problems }.to_string()
}

#[test]
fn the_defaults_are_understood() {
    let loaded = load(&Sources::default()).unwrap();
    let settings = loaded.settings;
    assert_eq!(settings.delay, Duration::from_secs(1));
    assert_eq!(settings.output, PathBuf::from("crawl"));
    assert_eq!(settings.scope, ScopeKind::Host);
    assert_eq!(settings.limits, Limits::default());
    let ceilings = Ceilings {
        free_disk_bytes: 256 << 20,
        memory_bytes: settings.ceilings.memory_bytes,
        ..Ceilings::default()
    };
    assert_eq!(settings.ceilings, ceilings);
    assert_eq!(settings.depth, None);
    assert_eq!(settings.max_body, 16 << 20);
    assert_eq!(settings.user_agent(), format!("crawler/{}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn later_layers_win() {
    let dir = tempfile::tempdir().unwrap();
    let text = "delay = 1\nretries = 1\ntimeout = \"1s\"\nmax_pages = 1\nmax_redirects = 1\n";
    let first = file(&dir, "a.toml", text);
    let second =
        file(&dir, "b.toml", "retries = 2\ntimeout = 2\nmax_pages = 2\nmax_redirects = 2\n");
    let env =
        [("CRAWLER_TIMEOUT", "3"), ("CRAWLER_MAX_PAGES", "3"), ("CRAWLER_MAX_REDIRECTS", "3")];
    let mut sources = sources(&[&first, &second], &env, &["max_pages=4", "max_redirects=4"]);
    sources.flags = vec![flag("max_redirects", &["5"])];
    let Loaded { raw, settings, .. } = load(&sources).unwrap();
    assert_eq!(settings.delay, Duration::from_secs(1));
    assert_eq!(settings.retries, 2);
    assert_eq!(settings.timeout, Duration::from_secs(3));
    assert_eq!(settings.limits.pages, Some(4));
    assert_eq!(settings.max_redirects, 5);
    for (key, place) in [
        ("delay", format!("{}:1", first.display())),
        ("retries", format!("{}:1", second.display())),
        ("timeout", "CRAWLER_TIMEOUT".to_owned()),
        ("max_pages", "-s max_pages".to_owned()),
        ("max_redirects", "--max-redirects".to_owned()),
        ("concurrency", "default".to_owned()),
    ] {
        assert_eq!(raw.entries(table::find(key).unwrap())[0].place, place);
    }
}

#[test]
fn a_later_list_replaces_an_earlier_one_and_files_are_expanded() {
    let dir = tempfile::tempdir().unwrap();
    let list = file(&dir, "list", "# comment\n\n/one/\n  /two/  \n");
    let config = file(&dir, "a.toml", "include = [\"/a/\", \"/b/\"]\nexclude = \"/c/\"\n");
    let exclude = format!("@{}\n/three/", list.display());
    let sources = sources(&[&config], &[("CRAWLER_EXCLUDE", &exclude)], &[]);
    let settings = load(&sources).unwrap().settings;
    let texts = |patterns: &[Pattern]| -> Vec<String> {
        patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect()
    };
    assert_eq!(texts(&settings.include), ["/a/", "/b/"]);
    assert_eq!(texts(&settings.exclude), ["/one/", "/two/", "/three/"]);
}

#[test]
fn every_mistake_in_a_file_is_told_with_its_line() {
    for (text, expected) in mistakes::FILES {
        assert_eq!(complaint(text), *expected);
    }
}

#[test]
fn text_that_is_not_toml_is_told_with_its_line() {
    let text = complaint("delay = 1\nretries = = 3\n");
    assert!(text.contains("crawler.toml:2: not TOML: "), "{text}");
    assert!(text.contains("    | retries = = 3"), "{text}");
    assert!(
        complaint("delay = 1\ndelay = 2\n").contains("crawler.toml:2: not TOML: duplicate key")
    );
}

#[test]
fn mistakes_outside_files_are_told_too() {
    let env = [("CRAWLER_DEALY", "1"), ("CRAWLER_TIMEOUT", "soon"), ("CRAWLER_HOME", "/x")];
    let set = ["retries", "retrys=1", "header=X"];
    let mut sources = sources(&[std::path::Path::new("/nonexistent/crawler.toml")], &env, &set);
    sources.flags =
        vec![flag("host_concurrency", &["many"]), flag("dns_server", &["9.9.9.9", "dns"])];
    let text = load(&sources).unwrap_err().to_string();
    assert_eq!(
        text,
        "8 problems in the configuration\n\
         \x20 /nonexistent/crawler.toml: cannot read the configuration file: No such file or directory (os error 2)\n\
         \x20 CRAWLER_DEALY: there is no such setting\n\
         \x20     = did you mean `CRAWLER_DELAY`?\n\
         \x20 -s: `retries` has no `=`\n\
         \x20     = accepted: -s KEY=VALUE, such as -s delay=2s\n\
         \x20 -s retrys: there is no setting `retrys`\n\
         \x20     = did you mean `retries`?\n\
         \x20 CRAWLER_TIMEOUT: `soon` is not a duration\n\
         \x20     = accepted: a duration such as 500ms, 2s, 1m30s or 1h, or a number of seconds\n\
         \x20 -s header: `X` has no colon\n\
         \x20     = accepted: NAME: VALUE, such as `Accept-Language: en`\n\
         \x20 --dns-server: `dns` is not the address of a name server\n\
         \x20     = accepted: an IP address such as 9.9.9.9, 127.0.0.1:5353 or [::1]:53\n\
         \x20 --host-concurrency: `many` is not a whole number\n\
         \x20     = accepted: 1 to 1024"
    );
}

#[test]
fn a_hidden_mistake_is_still_a_mistake() {
    let mut sources = sources(&[], &[("CRAWLER_DELAY", "fast")], &[]);
    sources.flags = vec![flag("delay", &["2s"])];
    assert_eq!(load(&sources).unwrap_err().problems.len(), 1);
}

#[test]
fn variables_of_other_programs_are_only_warned_about() {
    let loaded = load(&sources(&[], &[("CRAWLER_HOME", "/x"), ("PATH", "/bin")], &[])).unwrap();
    assert_eq!(loaded.warnings, ["environment variable CRAWLER_HOME is not a setting; ignored"]);
}

#[test]
fn contradictions_are_refused() {
    for (set, expected) in [
        (&["fresh=true", "recrawl=true"][..], "fresh, recrawl: both are set"),
        (
            &["concurrency=2", "host_concurrency=3"],
            "host_concurrency: 3 is more than concurrency = 2",
        ),
        (&["format=warc,warc.zst"], "format: both warc and warc.zst are asked for"),
        (&["user_agent=007"], "user_agent: robots.txt rules cannot name it"),
    ] {
        let text = load(&sources(&[], &[], set)).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
    load(&sources(&[], &[], &["user_agent=007", "robots_agent=bond"])).unwrap();
}

#[test]
fn special_values() {
    for (set, expected) in [
        ("header=Host: x", "header `Host` cannot be set: it follows from the URL"),
        ("header=a b: x", "`a b` is not the name of a header"),
        ("contact=mé", "`mé` cannot be sent in a header"),
        ("robots_agent=a/1", "`a/1` cannot stand in a robots.txt"),
        ("log_level=loud", "`loud` is not a log level"),
        ("output=", "the directory's name is empty"),
        ("assets=yes", "`yes` is not one of its words"),
        ("include=glob:**.pdf", "`glob:**.pdf` is not a pattern: `**` must stand alone"),
        ("timeout=0", "`0` is out of range"),
        ("warc_size=1K", "`1K` is out of range"),
        ("max_rss=2", ", or unlimited, or auto"),
        ("max_disk=lots", "`lots` is not a size"),
    ] {
        let text = load(&sources(&[], &[], &[set])).unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
    for set in
        ["log_level=info,crawler_fetch=debug", "log_level=WARN", "dns_server=::1", "contact="]
    {
        load(&sources(&[], &[], &[set])).unwrap();
    }
}

#[test]
fn foreign_text_cannot_act_on_the_terminal() {
    let text = complaint("delay = \"\\u001b[2J\"\n\"a\\u001b[2Jb\" = 1\n");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn who_we_are() {
    for (set, user_agent, token) in [
        (&["contact=me@example.com"][..], "crawler/0.1.0 (+me@example.com)", "crawler"),
        (&["user_agent=ExampleBot/2.0 (x)"], "ExampleBot/2.0 (x)", "ExampleBot"),
        (
            &["user_agent=Mozilla/5.0 (compatible; ExampleBot/1.0; +https://example.com/bot)"],
            "Mozilla/5.0 (compatible; ExampleBot/1.0; +https://example.com/bot)",
            "ExampleBot",
        ),
        (&["user_agent=A/1", "robots_agent=B"], "A/1", "B"),
    ] {
        let settings = load(&sources(&[], &[], set)).unwrap().settings;
        let config = resolve(settings, Vec::new());
        assert_eq!(config.fetch.user_agent, user_agent);
        assert_eq!(config.product_token, token);
        assert_eq!(config.store.user_agent, user_agent);
    }
}

#[test]
fn settings_reach_the_engine() {
    let set = [
        "scope=prefix",
        "depth=3",
        "assets=true",
        "fresh=true",
        "delay=2s",
        "max_crawl_delay=9s",
        "ip_delay=7ms",
        "robots=ignore",
        "max_body=1M",
        "http2=off",
        "allow_private=true",
        "allow_net=10.1.0.0/16",
        "connect_timeout=4s",
        "max_bytes=2G",
        "header=X-A: b",
        "output=somewhere",
        "workers=3",
        "max_rss=2G",
        "max_disk=3G",
        "max_frontier=500M",
        "min_free_disk=0",
    ];
    let config = resolve(load(&sources(&[], &[], &set)).unwrap().settings, Vec::new());
    assert_eq!(config.scope.kind, ScopeKind::Prefix);
    assert_eq!(config.scope.depth_max, Some(3));
    assert_eq!(config.assets, crawler_extract::Assets::Include);
    assert_eq!(config.start, crawler_engine::Start::Fresh);
    assert_eq!(config.pace.delay, Duration::from_secs(2));
    assert_eq!(config.pace.crawl_delay_max, Duration::from_secs(9));
    assert_eq!(config.ip_interval, Duration::from_millis(7));
    assert_eq!(config.robots, RobotsPolicy::Ignore);
    assert_eq!(config.fetch.body_bytes_max, 1 << 20);
    assert_eq!(config.fetch.http2, Http2::Off);
    assert_eq!(config.fetch.address_policy, crawler_fetch::AddressPolicy::AllowPrivate);
    assert_eq!(config.fetch.connect_timeout, Duration::from_secs(4));
    assert_eq!(config.fetch.tls_timeout, Duration::from_secs(4));
    assert_eq!(config.limits.bytes, Some(2 << 30));
    assert_eq!(config.fetch.headers.len(), 1);
    assert_eq!(config.data_dir, PathBuf::from("somewhere"));
    assert_eq!(config.workers.get(), 3);
    let ceilings = Ceilings {
        memory_bytes: Some(2 << 30),
        disk_bytes: Some(3 << 30),
        frontier_bytes: Some(500 << 20),
        free_disk_bytes: 0,
    };
    assert_eq!(config.ceilings, ceilings);
}

#[test]
fn memory_is_limited_unless_told_otherwise() {
    let ceiling =
        |set: &[&str]| load(&sources(&[], &[], set)).unwrap().settings.ceilings.memory_bytes;
    let part = crawler_engine::usable_memory_bytes().map(|bytes| bytes / 100 * 80);
    for (set, expected) in [
        (&[][..], part),
        (&["max_rss=auto"], part),
        (&["max_rss=unlimited"], None),
        (&["max_rss=64M"], Some(64 << 20)),
    ] {
        assert_eq!(ceiling(set), expected, "{set:?}");
    }
}

/// `config/crawler.toml` is made from the table; `CRAWLER_TEST_UPDATE=1 cargo test -p crawler`
/// writes it anew.
#[test]
fn the_example_file_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/crawler.toml");
    if std::env::var_os("CRAWLER_TEST_UPDATE").is_some() {
        fs::write(path, example()).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), example());
}

#[test]
fn the_example_file_changes_nothing_even_when_it_is_put_in_force() {
    let dir = tempfile::tempdir().unwrap();
    let example = example();
    let active: String = example
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with([' ', '#']) && !line.is_empty())
        .flat_map(|line| [line, "\n"])
        .collect();
    assert_eq!(active.lines().count(), table::all().count());
    let path = file(&dir, "crawler.toml", &active);
    let loaded = load(&sources(&[&path], &[], &[])).unwrap();
    let defaults = load(&Sources::default()).unwrap();
    assert_eq!(format!("{:?}", loaded.settings), format!("{:?}", defaults.settings));
}

#[test]
fn the_settings_in_force_are_a_configuration_file() {
    let dir = tempfile::tempdir().unwrap();
    let set = ["delay=2s", "include=a\"b\\.c", "max_pages=7", "assets=true", "contact=x"];
    let loaded = load(&sources(&[], &[], &set)).unwrap();
    let text = effective(&loaded.raw);
    assert!(text.contains("delay = \"2s\"                             # -s delay\n"), "{text}");
    let again = load(&sources(&[&file(&dir, "crawler.toml", &text)], &[], &[])).unwrap();
    assert_eq!(format!("{:?}", again.settings), format!("{:?}", loaded.settings));
}

#[test]
fn the_table_is_in_order() {
    let keys: Vec<&str> = table::all().map(|setting| setting.key).collect();
    for (idx, key) in keys.iter().enumerate() {
        assert!(!keys[..idx].contains(key), "{key} is there twice");
        assert!(key.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()));
    }
    for setting in table::all() {
        assert!(!setting.help.ends_with('.'), "{}", setting.key);
        if setting.form == Form::Switch {
            assert_eq!(setting.default, "false", "{}", setting.key);
        }
    }
}

#[test]
fn what_the_engine_tells_of_another_configuration_are_settings() {
    for name in crawler_engine::Reconfigured::settings() {
        let is_known = name == super::host_rules::TABLES || table::find(name).is_some();
        assert!(is_known, "{name}");
    }
}
