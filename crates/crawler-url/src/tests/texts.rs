//! Random texts that look like links.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces that the URL standard has rules about.
const PIECES: [&str; 74] = [
    "/",
    "/",
    "/",
    "//",
    "?",
    "&",
    "#",
    ":",
    "@",
    ".",
    "..",
    "./",
    "../",
    "/./",
    "/../",
    "/..",
    "%2e",
    "%2E",
    ".%2e",
    "%2F",
    "%20",
    "%c3%a9",
    "%",
    "%4",
    "%%36%31",
    "%6%31",
    "%7e",
    "%41",
    "a",
    "b",
    "index.html",
    "c:",
    "c|",
    "C:/",
    "foo",
    "Foo",
    "x=1",
    "y=2",
    "'",
    "\"",
    "`",
    "{",
    "}",
    "|",
    "^",
    "\\",
    "[",
    "]",
    "<",
    ">",
    " ",
    "\t",
    "\n",
    "é",
    "ß",
    "中",
    "\u{7f}",
    "\0",
    "http:",
    "https:",
    "http://",
    "HTTP://",
    "mailto:",
    "e.com",
    "www.",
    "localhost",
    "xn--",
    "1.2.3.4",
    "0x7f",
    "[::1]",
    ":80",
    ":443",
    ":8080",
    "~",
];

/// Hosts, odd ones among them.
const AUTHORITIES: [&str; 24] = [
    "example.com",
    "www.example.co.uk",
    "EXAMPLE.com",
    "example.com:80",
    "example.com:443",
    "example.com:8080",
    "example.com:0080",
    "example.com:",
    "example.com:70000",
    "example.com.",
    "example.com..",
    "a..b",
    "a_b.c-d",
    "bücher.example",
    "xn--bcher-kva.example",
    "xn--.example",
    "user:pass@example.com",
    "127.0.0.1",
    "127.1",
    "0x7f.1.",
    "1.2.3.4.5",
    "a.0x",
    "[2001:DB8::1]:8080",
    "ex%41mple.com",
];

/// Text made of pieces with a meaning in URLs.
pub(super) fn pieces() -> impl Strategy<Value = String> {
    vec(select(&PIECES[..]), 0..10).prop_map(|pieces| pieces.concat())
}

/// An absolute URL or nearly one.
pub(super) fn absolute() -> impl Strategy<Value = String> {
    (select(&["http://", "https://"][..]), select(&AUTHORITIES[..]), "[/?#]?", pieces()).prop_map(
        |(scheme, authority, delimiter, rest)| format!("{scheme}{authority}{delimiter}{rest}"),
    )
}

/// A link as a page may hold it: plausible, absolute or anything.
pub(super) fn href() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => pieces(),
        2 => "(\\.\\./|\\./|/)?[a-z]{1,4}(/[a-z0-9._-]{0,3}){0,3}(\\?[a-z=&%./]{0,6})?(#[a-z]{0,3})?",
        2 => absolute(),
        1 => any::<String>(),
    ]
}
