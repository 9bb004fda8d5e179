//! What users write by mistake, and what they are told.

/// Text of a configuration file, and the whole complaint about it.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "host_concurency = 4",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: there is no setting `host_concurency`\n\
             \x20     | host_concurency = 4\n\
             \x20     = did you mean `host_concurrency`?",
    ),
    (
        "frobnicate = 4",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: there is no setting `frobnicate`\n\
             \x20     | frobnicate = 4\n\
             \x20     = `crawler config` lists all settings",
    ),
    (
        "# polite\ndelay = \"fast\"\nmax_body = \"16X\" # big\n",
        "2 problems in the configuration\n\
             \x20 crawler.toml:2: delay: `fast` is not a duration\n\
             \x20     | delay = \"fast\"\n\
             \x20     = accepted: a duration such as 500ms, 2s, 1m30s or 1h, or a number of seconds\n\
             \x20 crawler.toml:3: max_body: `16X` is not a size\n\
             \x20     | max_body = \"16X\" # big\n\
             \x20     = accepted: a size such as 512K, 16M or 2G, or a number of bytes",
    ),
    (
        "robots = \"obay\"",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: robots: `obay` is not one of its words\n\
             \x20     | robots = \"obay\"\n\
             \x20     = accepted: obey, ignore\n\
             \x20     = did you mean `obey`?",
    ),
    (
        "delay = 2\n[[host]]\nmatch = \"*.example\"\ndelai = 3\nmax_bytes = \"5X\"\n\n[[host]]\n\
         delay = 3\n[[host]]\nmatch = \"a.example:80\"\ndelay = [3]\n",
        "5 problems in the configuration\n\
             \x20 crawler.toml:4: host: a rule for hosts has no `delai`\n\
             \x20     | delai = 3\n\
             \x20     = accepted: delay, max_crawl_delay, concurrency, max_pages, max_bytes, max_errors, \
             robots, blocked\n\
             \x20     = did you mean `delay`?\n\
             \x20 crawler.toml:5: host: max_bytes: `5X` is not a size\n\
             \x20     | max_bytes = \"5X\"\n\
             \x20     = accepted: a size such as 512K, 16M or 2G, or a number of bytes\n\
             \x20 crawler.toml:7: host: the rule has no `match`\n\
             \x20     | [[host]]\n\
             \x20     = add match = \"*.example.com\"\n\
             \x20 crawler.toml:10: host: `a.example:80` is not a pattern of host names\n\
             \x20     | match = \"a.example:80\"\n\
             \x20     = accepted: a host, or a pattern such as *.example.com; a name with other letters \
             in its xn-- form; no port\n\
             \x20 crawler.toml:11: host: `delay` takes one word\n\
             \x20     | delay = [3]",
    ),
    (
        "host_rule = [\"*.example delay=2s\", \"a.example delay\"]",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: host_rule: `delay` has no `=`\n\
             \x20     | host_rule = [\"*.example delay=2s\", \"a.example delay\"]\n\
             \x20     = accepted: HOSTS KEY=VALUE …",
    ),
    (
        "adaptive_delay = -1",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: adaptive_delay: `-1` is not a factor\n\
             \x20     | adaptive_delay = -1\n\
             \x20     = accepted: 0 to 1000, such as 2.5",
    ),
    (
        "workers = 0",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: workers: `0` is not a number of cores\n\
             \x20     | workers = 0\n\
             \x20     = accepted: auto, or 1 to 1024",
    ),
    (
        "allow_net = [\"10.0.0.0/8\", \"10.1.2.3/16\"]",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: allow_net: 10.1.2.3 is an address within 10.1.0.0/16, not the first one\n\
             \x20     | allow_net = [\"10.0.0.0/8\", \"10.1.2.3/16\"]\n\
             \x20     = accepted: 10.1.0.0/16, or 10.1.2.3 alone",
    ),
    (
        "retries = [1, 2]",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: `retries` takes one value, not a list\n\
             \x20     | retries = [1, 2]",
    ),
    (
        "retries = 1979-05-27",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: `retries` cannot be a datetime\n\
             \x20     | retries = 1979-05-27",
    ),
    (
        "[fetch]\ntimeout = 3\n",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: there is no table `[fetch]`\n\
             \x20     | [fetch]\n\
             \x20     = settings are not grouped: write each key at the top level, but for [[host]] \
             and [[extract]]",
    ),
    (
        "[delay]\nmin = 3\n",
        "1 problem in the configuration\n\
             \x20 crawler.toml:1: `delay` is not a table\n\
             \x20     | [delay]",
    ),
    (
        "include = [\n  \"/ok/\",\n  \"(\",\n]\n",
        "1 problem in the configuration\n\
             \x20 crawler.toml:3: include: `(` is not a pattern: unclosed group\n\
             \x20     | \"(\",\n\
             \x20     = accepted: a regular expression, or glob:PATTERN",
    ),
];
