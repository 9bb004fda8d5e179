use std::fs;

use super::*;

#[test]
fn seeds_are_completed() {
    for (text, url) in [
        ("https://example.com/a", "https://example.com/a"),
        ("HTTP://EXAMPLE.com", "http://example.com/"),
        ("example.com", "https://example.com/"),
        ("example.com/a?b=c", "https://example.com/a?b=c"),
        ("example.com:8080/a", "https://example.com:8080/a"),
        ("example.com/a:b", "https://example.com/a:b"),
        ("localhost", "http://localhost/"),
        ("localhost:8000/x", "http://localhost:8000/x"),
        ("app.localhost", "http://app.localhost/"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("[::1]:8000/x", "http://[::1]:8000/x"),
        ("[::1]", "http://[::1]/"),
        ("bücher.example", "https://xn--bcher-kva.example/"),
        ("example.com/#part", "https://example.com/"),
    ] {
        assert_eq!(parse_seed(text).unwrap().as_str(), url, "{text}");
    }
}

#[test]
fn credentials_are_dropped_and_never_quoted() {
    let text =
        "https://user:secret@example.com/a\nhttps://user:secret@/\nuser:secret@example.com\n";
    let mut seeds = Seeds::default();
    seeds.read_lines("seeds.txt", text.as_bytes()).unwrap();
    assert_eq!(
        seeds.urls.iter().map(WireUrl::as_str).collect::<Vec<_>>(),
        ["https://example.com/a"]
    );
    assert_eq!((seeds.with_credentials, seeds.bad_count()), (1, 2));
    let shown = seeds.into_problems().unwrap().to_string();
    assert!(shown.contains("`https:///`") && !shown.contains("secret"), "{shown}");
}

#[test]
fn bad_seeds_are_explained() {
    for (text, reason, mend) in [
        ("ftp://example.com/", "has the scheme `ftp`: only http and https are crawled", None),
        ("mailto:me@example.com", "has the scheme `mailto`: only http and https are crawled", None),
        ("https://", "has no host", None),
        ("two words.com", "has a blank in it", Some("one URL per line; write a blank as %20")),
        (
            "/page",
            "has no host",
            Some("a page is named by its URL, such as https://example.com/page"),
        ),
        ("stat", "is a word, not a URL", Some("did you mean the command `crawler stats`?")),
        (
            "intranet",
            "is a word, not a URL",
            Some(
                "write https://intranet/ for a host without a dot, or --seeds intranet for a file",
            ),
        ),
    ] {
        let expected = BadSeed { reason: reason.to_owned(), mend: mend.map(str::to_owned) };
        assert_eq!(parse_seed(text), Err(expected), "{text}");
    }
    let long = format!("https://example.com/{}", "a".repeat(100_000));
    assert!(parse_seed(&long).unwrap_err().reason.contains("bytes, more than"));
}

#[test]
fn files_hold_comments_blanks_and_marks() {
    let text = "\u{feff}https://a.example/\r\n\n# comment\n  b.example  # why\nc.example/#frag\n\
                d.example/\t# tab";
    let mut seeds = Seeds::default();
    seeds.read_lines("seeds.txt", text.as_bytes()).unwrap();
    let urls: Vec<&str> = seeds.urls.iter().map(WireUrl::as_str).collect();
    let expected =
        ["https://a.example/", "https://b.example/", "https://c.example/", "https://d.example/"];
    assert_eq!(urls, expected);
    assert!(seeds.into_problems().is_none());
}

#[test]
fn all_bad_lines_are_listed_with_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("seeds.txt").display().to_string();
    fs::write(&path, b"https://a.example/\nftp://b.example/\n\xff\xfe.example x\n").unwrap();
    let urls = [Entry::new("c.example", "command line"), Entry::new("word", "command line")];
    let seeds = Seeds::read(&urls, &[Entry::new(path.as_str(), "--seeds")]).unwrap();
    assert_eq!(seeds.urls.len(), 2);
    assert_eq!(seeds.bad_count(), 3);
    let text = seeds.into_problems().unwrap().to_string();
    let expected = format!(
        "3 problems in the seeds\n\
         \x20 command line: `word` is a word, not a URL\n\
         \x20     = write https://word/ for a host without a dot, or --seeds word for a file\n\
         \x20 {path}:2: `ftp://b.example/` has the scheme `ftp`: only http and https are crawled\n\
         \x20 {path}:3: `\u{fffd}\u{fffd}.example x` has a blank in it\n\
         \x20     = one URL per line; write a blank as %20"
    );
    assert_eq!(text, expected);
}

#[test]
fn a_flood_of_bad_lines_is_bounded() {
    let text = "ftp://x/\n".repeat(1000);
    let mut seeds = Seeds::default();
    seeds.read_lines("f", text.as_bytes()).unwrap();
    assert_eq!(seeds.bad_count(), 1000);
    let problems = seeds.into_problems().unwrap();
    assert_eq!(problems.problems.len(), BAD_SEEDS_LISTED_MAX + 1);
    assert!(problems.to_string().ends_with("and: 980 more lines are not URLs"));
}

#[test]
fn an_endless_line_is_not_read_into_memory() {
    let mut text = "x".repeat(200_000);
    text.push_str("\nhttps://a.example/\n");
    let mut seeds = Seeds::default();
    seeds.read_lines("f", text.as_bytes()).unwrap();
    assert_eq!(seeds.urls.len(), 1);
    let text = seeds.into_problems().unwrap().to_string();
    assert!(text.contains("f:1: the line is longer than 65536 bytes"), "{text}");
}

#[test]
fn a_missing_file_is_an_error_of_its_own() {
    let files = [Entry::new("/nonexistent/a", "--seeds"), Entry::new("/nonexistent/b", "--seeds")];
    let problems = Seeds::read(&[], &files).unwrap_err();
    assert_eq!(problems.problems.len(), 2);
    assert!(problems.to_string().contains("--seeds: cannot read the seed file `/nonexistent/a`: "));
}
