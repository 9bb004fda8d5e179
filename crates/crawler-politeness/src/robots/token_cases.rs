//! Bodies read by several product tokens: what the tests of Google's parser ask, in words of our
//! own. Every verdict was compared with that parser's.

/// A token, and its verdicts as in the other table.
type Told = (&'static str, &'static str);

/// Section or origin; body; what each token is told.
pub(super) const TOKEN_CASES: &[(&str, &str, &[Told])] = &[
    (
        "2.1 no name, no file",
        "user-agent: alpha\ndisallow: /\n",
        &[("alpha", "2:/"), ("", "-:/"), ("beta", "-:/")],
    ),
    ("2.1 an empty file", "", &[("alpha", "-:/"), ("", "-:/")]),
    ("2.1 records of other names", "agent: alpha\nforbid: /\n", &[("alpha", "-:/a/b")]),
    (
        "2.1 groups, joined and apart; rules outside any",
        "allow: /free\n\nuser-agent: alpha\ndisallow: /\nallow: /p/\nuser-agent: beta\ndisallow: /\n\
         allow: /q/\n\n\nallow: /r/\nuser-agent: gamma\n\nuser-agent: alpha\nallow: /s/\ndisallow: /\n",
        &[
            ("alpha", "-:/p/1 4:/q/1 -:/s/1 4:/free/"),
            ("beta", "-:/q/1 -:/r/1 7:/s/1 7:/free/"),
            ("gamma", "-:/s/1 16:/free/ 16:/p/1"),
        ],
    ),
    (
        "2.2.4 a sitemap between agents",
        "user-agent: beta\nsitemap: https://a.example/map\nuser-agent: *\ndisallow: /\n",
        &[("alpha", "4:/"), ("beta", "4:/")],
    ),
    (
        "2.2.4 an unknown record between agents",
        "user-agent: alpha\nstay-away: yes\nuser-agent: *\ndisallow: /\n",
        &[("alpha", "4:/"), ("beta", "4:/")],
    ),
    (
        "2.2.1 case of keys and tokens",
        "uSER-aGENT: ALpha\naLLOW: /p/\ndISALLOW: /\n",
        &[("alpha", "-:/p/1 3:/q"), ("ALPHA", "-:/p/1 3:/q"), ("alphabet", "-:/q")],
    ),
    (
        "2.2.1 a name of two words means its first",
        "user-agent: *\ndisallow: /\nuser-agent: alpha tester\nallow: /p/\ndisallow: /\n",
        &[("alpha", "-:/p/1 5:/q"), ("tester", "2:/p/1")],
    ),
    (
        "2.2.1 everyone, unless named",
        "user-agent: *\nallow: /\nuser-agent: alpha\ndisallow: /\n",
        &[("alpha", "4:/p"), ("beta", "-:/p")],
    ),
    (
        "2.2.1 nobody else is meant",
        "user-agent: alpha\nallow: /\nuser-agent: beta\ndisallow: /\n",
        &[("gamma", "-:/p"), ("beta", "4:/p")],
    ),
    (
        "2.2.2 both empty",
        "user-agent: alpha\ndisallow:\nallow:\n",
        &[("alpha", "-:/ -:/p/page.html")],
    ),
    (
        "2.2.2 a longer allow",
        "user-agent: alpha\nallow: /p/page.\ndisallow: /*.html\n",
        &[("alpha", "-:/p/page.html 3:/p/other.html")],
    ),
    (
        "2.2.2 the file closed, what is below it open",
        "user-agent: alpha\ndisallow: /p\nallow: /p/\n",
        &[("alpha", "2:/p -:/p/")],
    ),
    (
        "2.2.2 a query within the query",
        "user-agent: alpha\ndisallow: /\nallow: /go?a=b&to=http://a.example?c&d\n",
        &[("alpha", "-:/go?a=b&to=http://a.example?c&d 2:/go?a=b")],
    ),
    (
        "2.2.3 the end, within what is allowed",
        "user-agent: alpha\ndisallow: /p/q$\nallow: /p/q/r\n",
        &[("alpha", "2:/p/q -:/p/q/r -:/p/q/ -:/p/q/s")],
    ),
    (
        "2.2.3 a comment within a rule",
        "user-agent: alpha\n# disallow: /\ndisallow: /p/q#r\nallow: /\n",
        &[("alpha", "-:/p/r 3:/p/q")],
    ),
    (
        "2.2.3 wildcards in the middle, and their case",
        "user-agent: alpha\ndisallow: /\nallow: /fish*.php\n",
        &[("alpha", "-:/fish.php -:/fishes/cat.php?d 2:/Fish.PHP 2:/fish")],
    ),
    (
        "Google: an index file opens its directory",
        "user-agent: *\nallow: /open/index.html\nallow: /*/index.htm\ndisallow: /\n",
        &[("alpha", "-:/open/ -:/a/b/ -:/open/index.html 4:/open 4:/ 4:/open/other 4:/open/?a")],
    ),
    (
        "Google: but closes only itself",
        "user-agent: *\ndisallow: /open/index.html\n",
        &[("alpha", "-:/open/ 2:/open/index.html")],
    ),
    (
        "Google: what is behind an octet 0 is not read",
        "user-agent: *\0x\ndisallow: /p\0q # r\ndis\0allow: /s\n",
        &[("alpha", "2:/p 2:/pr -:/s")],
    ),
    (
        "Google: a mark with blanks for a colon, and a form feed",
        "user-agent: *\ndisallow \x0C\t/p\ndisallow \t/q\n",
        &[("alpha", "-:/p 3:/q")],
    ),
];
