//! The cursor against the reference.

use super::hostile::soup;
use super::reference::{self, Token};
use crate::attribute::TagEnd;
use crate::cursor::{Cursor, Tag};
use proptest::prelude::*;

fn tags(page: &[u8]) -> Vec<Token> {
    let mut cursor = Cursor::new(page);
    let mut tags = Vec::new();
    while let Some(tag) = cursor.next_tag() {
        let (is_end, name) = match tag {
            Tag::Start(name) => (false, name.bytes.to_vec()),
            Tag::End(name) => (true, name.bytes.to_vec()),
        };
        let mut attributes = Vec::new();
        let end = cursor.each_attribute(|name, value| {
            attributes.push((name.bytes.to_vec(), value.to_vec()));
        });
        if end != TagEnd::PageEnd {
            tags.push(Token { is_end, name, attributes });
        }
    }
    tags
}

/// Bytes that mean something to the tokenizer, densely.
fn signs() -> impl Strategy<Value = Vec<u8>> {
    let sign = prop::sample::select(b"<<<>>//==\"'  \n!--?ab".to_vec());
    prop::collection::vec(sign, 0..48)
}

fn scripts() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "<",
        ">",
        "/",
        "-",
        "--",
        "!",
        " ",
        "x",
        "<!--",
        "-->",
        "<script",
        "<script>",
        "</script",
        "</script>",
        "</SCRIPT ",
        "<scripts>",
        "</script/",
    ]);
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn tags_are_those_of_the_standard(page in signs()) {
        prop_assert_eq!(tags(&page), reference::tags(&page));
    }

    #[test]
    fn tags_of_soup_are_those_of_the_standard(page in soup()) {
        prop_assert_eq!(tags(&page), reference::tags(&page));
    }

    #[test]
    fn scripts_end_where_the_standard_says(script in scripts()) {
        let mut cursor = Cursor::new(&script);
        cursor.skip_script();
        prop_assert_eq!(cursor.at, reference::script_end(&script));
    }
}
