//! Bodies, paths and verdicts, by the section of RFC 9309 that rules them. Our token is `foobot`.

/// Section or origin; body; verdicts, each the deciding line or `-` for "allowed", and the path.
pub(super) const CASES: &[(&str, &str, &str)] = &[
    // ---- groups
    ("2.1 no rules", "", "-:/ -:/x"),
    ("2.2.1 only others", "User-agent: other\nDisallow: /\n", "-:/"),
    ("2.2.1 everyone", "User-agent: *\nDisallow: /x\n", "2:/x -:/y"),
    (
        "2.2.1 ours instead of everyone's",
        "User-agent: *\nDisallow: /x\n\nUser-agent: foobot\nDisallow: /y\n",
        "-:/x 5:/y",
    ),
    (
        "2.2.1 ours, though empty, instead of everyone's",
        "User-agent: *\nDisallow: /\nUser-agent: foobot\n",
        "-:/x",
    ),
    ("2.2.1 case of the token", "User-Agent: FooBOT\nDisallow: /\n", "2:/"),
    (
        "2.2.1 groups of one token are one",
        "user-agent: foobot\ndisallow: /foo\ndisallow: /bar\n\nuser-agent: foobot\ndisallow: /baz\n",
        "2:/foo 3:/bar 6:/baz -:/qux",
    ),
    (
        "2.2.1 groups of everyone are one",
        "user-agent: *\ndisallow: /a\nuser-agent: x\ndisallow: /b\nuser-agent: *\ndisallow: /c\n",
        "2:/a -:/b 6:/c",
    ),
    (
        "2.2.1 several agents, one group",
        "user-agent: a\nuser-agent: foobot\nuser-agent: b\ndisallow: /x\n",
        "4:/x",
    ),
    (
        "2.2.1 us and everyone in one group, everyone alone in another",
        "user-agent: *\nuser-agent: foobot\ndisallow: /x\n\nuser-agent: *\ndisallow: /y\n",
        "3:/x -:/y",
    ),
    ("2.2.1 another token with ours in front", "user-agent: foobot-news\ndisallow: /\n", "-:/"),
    ("2.2.1 another token with ours behind", "user-agent: xfoobot\ndisallow: /\n", "-:/"),
    ("2.2.1 a shorter token", "user-agent: foo\ndisallow: /\n", "-:/"),
    ("2.2.1 token with version", "user-agent: foobot/2.1\ndisallow: /\n", "2:/"),
    ("2.2.1 token and more words", "user-agent: foobot the great\ndisallow: /\n", "2:/"),
    ("2.2.1 star and more words", "user-agent: * all\ndisallow: /\n", "2:/"),
    ("2.2.1 star within a word", "user-agent: *bot\ndisallow: /\n", "-:/"),
    ("2.2.1 an agent without name", "user-agent:\ndisallow: /\n", "-:/"),
    ("2.2.1 no agent in front", "disallow: /x\nuser-agent: *\ndisallow: /y\n", "-:/x 3:/y"),
    (
        "2.2.1 rules in front do not end a list of agents",
        "disallow: /x\nuser-agent: foobot\nuser-agent: b\ndisallow: /y\n",
        "-:/x 4:/y",
    ),
    (
        "2.2.4 other records do not end a list of agents",
        "user-agent: foobot\nsitemap: https://a/\ncrawl-delay: 3\nnoindex: /\nwhat?\n\nuser-agent: b\ndisallow: /x\n",
        "8:/x",
    ),
    (
        "2.2.4 other records do not end a list of rules",
        "user-agent: foobot\ndisallow: /x\nsitemap: https://a/\n# note\n\ndisallow: /y\n",
        "2:/x 6:/y",
    ),
    (
        "2.2.2 an empty rule ends the list of agents",
        "user-agent: foobot\ndisallow:\nuser-agent: b\ndisallow: /x\n",
        "-:/x",
    ),
    // ---- rules
    ("2.2.2 empty disallow", "user-agent: *\ndisallow:\n", "-:/ -:/x"),
    ("2.2.2 empty allow", "user-agent: *\nallow:\ndisallow: /\n", "3:/"),
    (
        "2.2.2 robots.txt",
        "user-agent: *\ndisallow: /\n",
        "-:/robots.txt -:/%72obots.txt 2:/robots.txt.bak 2:/a/robots.txt 2:/robots.txt?a",
    ),
    (
        "2.2.2 start of the path",
        "user-agent: *\ndisallow: /fish\n",
        "2:/fish 2:/fish.html 2:/fish/salmon 2:/fishheads 2:/fish?id=1 -:/Fish -:/catfish -:/?id=fish -:/fis",
    ),
    ("2.2.2 case of paths", "user-agent: *\ndisallow: /X/\n", "2:/X/ -:/x/"),
    (
        "2.2.2 slash at the end",
        "user-agent: *\ndisallow: /fish/\n",
        "2:/fish/ 2:/fish/?x -:/fish -:/fish.html",
    ),
    ("2.2.2 longest match", "user-agent: *\nallow: /p\ndisallow: /\n", "-:/page 3:/x"),
    (
        "2.2.2 longest match, other order",
        "user-agent: *\ndisallow: /x/page.html\nallow: /x/\n",
        "2:/x/page.html -:/x/other",
    ),
    (
        "2.2.2 allow wins ties",
        "user-agent: *\ndisallow: /folder\nallow: /folder\n",
        "-:/folder/page",
    ),
    (
        "2.2.2 allow wins ties of different patterns",
        "user-agent: *\ndisallow: /a*d\nallow: /ab*\n",
        "-:/abcd 2:/aXd",
    ),
    (
        "2.2.2 ties after normalizing",
        "user-agent: *\ndisallow: /%7Ejoe\nallow: /~joe\n",
        "-:/~joe -:/%7ejoe",
    ),
    (
        "2.2.2 octets after normalizing",
        "user-agent: *\nallow: /~joe/\ndisallow: /%7Ejoe\n",
        "-:/~joe/ 3:/~joe",
    ),
    ("2.2.2 first of equal lines", "user-agent: *\ndisallow: /x\ndisallow: /x\n", "2:/x"),
    (
        "2.2.2 wildcards weigh",
        "user-agent: *\nallow: /page\ndisallow: /*.htm\n",
        "3:/page.htm -:/page",
    ),
    (
        "2.2.2 pattern without slash",
        "user-agent: *\ndisallow: fish\ndisallow: https://a.example/x\n",
        "-:/fish -:/x",
    ),
    (
        "2.2.2 query",
        "user-agent: *\ndisallow: /*?*id=\ndisallow: /?\n",
        "2:/a?id=1 2:/a?b&id=1 3:/?x -:/a -:/",
    ),
    (
        "2.2.2 non-ASCII",
        "user-agent: *\ndisallow: /foo/bar/ツ\n",
        "2:/foo/bar/%E3%83%84 2:/foo/bar/%e3%83%84x 2:/foo/bar/ツ -:/foo/bar/%E3%83%85",
    ),
    (
        "2.2.2 encoded non-ASCII",
        "user-agent: *\ndisallow: /foo/bar/%e3%83%84\n",
        "2:/foo/bar/%E3%83%84 2:/foo/bar/ツ",
    ),
    (
        "2.2.2 encoded letters",
        "user-agent: *\ndisallow: /foo/bar/%62%61%7A\n",
        "2:/foo/bar/baz 2:/foo/bar/%62az",
    ),
    (
        "2.2.2 encoded letters in the path",
        "user-agent: *\ndisallow: /foo/bar/baz\n",
        "2:/foo/bar/%62%61%7A",
    ),
    (
        "2.2.2 query with a URL",
        "user-agent: *\ndisallow: /foo/bar?baz=https://foo.bar\n",
        "2:/foo/bar?baz=https://foo.bar",
    ),
    (
        "2.2.2 query with an encoded URL",
        "user-agent: *\ndisallow: /foo/bar?baz=https%3a%2f%2ffoo.bar\n",
        "2:/foo/bar?baz=https%3A%2F%2Ffoo.bar",
    ),
    (
        "2.2.2 reserved octets stay apart",
        "user-agent: *\ndisallow: /a%2Fb\ndisallow: /c/d\n",
        "2:/a%2fb -:/a/b 3:/c/d -:/c%2Fd",
    ),
    (
        "2.2.2 what no URL may hold plain",
        "user-agent: *\ndisallow: /a b\ndisallow: /{c}\ndisallow: /d%7Ce\n",
        "2:/a%20b 3:/%7Bc%7d 4:/d|e 4:/d%7ce",
    ),
    ("2.2.2 half an encoding", "user-agent: *\ndisallow: /%\n", "2:/%E3 2:/% -:/e"),
    // ---- special characters
    (
        "2.2.3 comment",
        "user-agent: *#x\ndisallow: /a # b\n#disallow: /c\ndisallow: /d#e\n",
        "2:/a -:/c 4:/d",
    ),
    (
        "2.2.3 end",
        "user-agent: *\nallow: /this/path/exactly$\ndisallow: /\n",
        "-:/this/path/exactly 3:/this/path/exactly/ 3:/this/path/exactly?q",
    ),
    ("2.2.3 root only", "user-agent: *\nallow: /$\ndisallow: /\n", "-:/ 3:/? 3:/page.htm"),
    (
        "2.2.3 any octets",
        "user-agent: *\nallow: /this/*/exactly\ndisallow: /\n",
        "-:/this/path/exactly -:/this/a/b/exactly -:/this//exactly 3:/this/exactly",
    ),
    (
        "2.2.3 any octets, then the end",
        "user-agent: *\ndisallow: /*.php$\n",
        "2:/a.php 2:/a/b.php 2:/a.php.php -:/a.php?x -:/a.php/ -:/a.php5 -:/a.PHP",
    ),
    (
        "2.2.3 any octets, no end",
        "user-agent: *\ndisallow: /*.php\n",
        "2:/a.php 2:/a.php?x 2:/x//a.phpx -:/php/",
    ),
    ("2.2.3 star at the end", "user-agent: *\ndisallow: /fish*\n", "2:/fish 2:/fishes -:/cat"),
    ("2.2.3 star at the start", "user-agent: *\ndisallow: *.gif$\n", "2:/a.gif -:/a.gif?"),
    ("2.2.3 star alone", "user-agent: *\ndisallow: *\n", "2:/ 2:/x"),
    ("2.2.3 stars alone", "user-agent: *\ndisallow: /**$\n", "2:/ 2:/x"),
    (
        "2.2.3 pieces do not overlap",
        "user-agent: *\ndisallow: /ab*ba$\n",
        "-:/aba 2:/abba 2:/abxba",
    ),
    (
        "2.2.3 last piece at the end, not first found",
        "user-agent: *\ndisallow: /*a*b$\n",
        "2:/abab 2:/abxb -:/ba",
    ),
    (
        "2.2.3 encoded star",
        "user-agent: *\ndisallow: /path/file-with-a-%2A.html\n",
        "2:/path/file-with-a-*.html 2:/path/file-with-a-%2a.html -:/path/file-with-a-b.html",
    ),
    (
        "2.2.3 encoded end",
        "user-agent: *\ndisallow: /path/foo-%24\n",
        "2:/path/foo-$ 2:/path/foo-$x -:/path/foo-",
    ),
    (
        "2.2.3 end in the middle",
        "user-agent: *\ndisallow: /a$b\ndisallow: /c$$\n",
        "2:/a$b -:/a 3:/c$ -:/c$$ -:/c",
    ),
    ("2.2.3 end alone", "user-agent: *\ndisallow: $\n", "-:/ -:/$"),
    ("2.2.3 star after the end", "user-agent: *\ndisallow: /a$*\n", "2:/a$ -:/a"),
    // ---- lines
    ("2.2 CR", "user-agent: *\rdisallow: /x\r", "2:/x"),
    ("2.2 CRLF", "user-agent: *\r\n\r\ndisallow: /x\r\n", "3:/x"),
    ("2.2 LF CR", "user-agent: *\n\rdisallow: /x\n\r", "3:/x"),
    ("2.2 no line end at the end", "user-agent: *\ndisallow: /x", "2:/x"),
    ("2.2 white space", " \tuser-agent \t:\t * \n\x0B disallow\t: /x \t\x0C\n", "2:/x"),
    ("2.2 no white space", "user-agent:*\ndisallow:/x\n", "2:/x"),
    ("2.2 case of keys", "USER-AGENT: *\nDisAllow: /\naLLOW: /x\n", "-:/x 2:/y"),
    ("2.2 byte order mark", "\u{FEFF}user-agent: *\ndisallow: /x\n", "2:/x"),
    ("2.2 byte order mark within", "user-agent: *\n\u{FEFF}disallow: /x\n", "-:/x"),
    ("2.2 colon in the value", "user-agent: *\ndisallow: /a:b\n", "2:/a:b -:/a"),
    ("2.2 no key", "user-agent: *\n: /x\n:\n", "-:/x"),
    // ---- slips of the pen that Google's parser forgives
    (
        "slips: disallow",
        "user-agent: *\ndissallow: /a\ndissalow: /b\ndisalow: /c\ndiasllow: /d\ndisallaw: /e\ndisallows: /f\n",
        "2:/a 3:/b 4:/c 5:/d 6:/e 7:/f",
    ),
    ("slips: not forgiven", "user-agent: *\ndis-allow: /a\ndeny: /b\nalow: /\n", "-:/a -:/b"),
    (
        "slips: useragent",
        "useragent: foobot\ndisallow: /x\nuseragent: *\ndisallow: /y\n",
        "2:/x -:/y",
    ),
    ("slips: user agent", "user agent: foobot\ndisallow: /x\n", "2:/x"),
    ("slips: no colon", "user-agent foobot\ndisallow /\nallow\t /x\n", "-:/x 2:/y"),
    ("slips: no colon, more words", "user-agent: *\ndisallow /a /b\ndisallow\n", "-:/a -:/b"),
    // ---- the examples of the RFC
    (
        "5.1 simple example, foobot",
        EXAMPLE_5_1,
        "-:/example/page.html -:/example/allowed.gif 6:/ 6:/publications/ 6:/example/",
    ),
    (
        "5.2 longest match",
        "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
        "-:/example/page/ 3:/example/page/disallowed.gif -:/example/page/disallow",
    ),
];

pub(super) const EXAMPLE_5_1: &str = "User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/
User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif
User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html
User-Agent: quxbot
";
