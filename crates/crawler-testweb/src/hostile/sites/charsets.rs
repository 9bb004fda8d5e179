//! Links in the letters of twelve charsets, and letters of another charset than declared.

use crate::hostile::site::{Site, answer, html, status};

/// Label, bytes of a letter, the same letter in UTF-8 as a URL has it.
const LETTERS: [(&str, &[u8], &str); 12] = [
    ("windows-1252", b"\xe9", "%C3%A9"),
    ("iso-8859-2", b"\xb3", "%C5%82"),
    ("windows-1251", b"\xe6", "%D0%B6"),
    ("koi8-r", b"\xd6", "%D0%B6"),
    ("iso-8859-7", b"\xeb", "%CE%BB"),
    ("windows-1255", b"\xf9", "%D7%A9"),
    ("windows-1256", b"\xd3", "%D8%B3"),
    ("shift_jis", b"\x93\xfa", "%E6%97%A5"),
    ("euc-jp", b"\xc6\xfc", "%E6%97%A5"),
    ("gbk", b"\xd6\xd0", "%E4%B8%AD"),
    ("big5", b"\xa4\xa4", "%E4%B8%AD"),
    ("euc-kr", b"\xc7\xd1", "%ED%95%9C"),
];

pub(super) fn sites() -> Vec<Site> {
    let labels = [
        "charset-windows-1252",
        "charset-iso-8859-2",
        "charset-windows-1251",
        "charset-koi8-r",
        "charset-iso-8859-7",
        "charset-windows-1255",
        "charset-windows-1256",
        "charset-shift-jis",
        "charset-euc-jp",
        "charset-gbk",
        "charset-big5",
        "charset-euc-kr",
    ];
    let declared = LETTERS
        .iter()
        .zip(labels)
        .map(|((charset, letter, escaped), label)| lettered(label, charset, letter, escaped));
    let wrongly = [
        lettered("mojibake", "utf-8", b"caf\xe9", "caf%EF%BF%BD"),
        lettered("unknown-charset", "x-klingon", "é".as_bytes(), "%C3%A9"),
    ];
    declared.chain(wrongly).collect()
}

fn lettered(label: &'static str, charset: &str, letter: &[u8], escaped: &str) -> Site {
    let mut body = b"<title>x</title><a href='/".to_vec();
    body.extend_from_slice(letter);
    body.extend_from_slice(b".html'>x</a>");
    let headers = format!("Content-Type: text/html; charset={charset}\r\n");
    Site::new(label, answer("200 OK", &headers, body), status(200)).page(
        &format!("/{escaped}.html"),
        html("found"),
        status(200),
    )
}
