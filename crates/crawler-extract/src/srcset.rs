//! `srcset` (WHATWG HTML 4.8.4.2.2, parse a srcset attribute).

/// URLs of the candidates. Descriptors are skipped unjudged: which image fits is not our matter.
pub(crate) fn srcset_urls(srcset: &str) -> impl Iterator<Item = &str> {
    let mut rest = srcset;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == ',');
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|char: char| char.is_ascii_whitespace()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let url = word.trim_end_matches(',');
        // A comma at its end finishes the candidate; commas within belong to the URL.
        rest = if url.len() < word.len() { after } else { after_descriptors(after) };
        Some(url)
    })
}

/// What follows the comma that ends the descriptors; commas in parentheses do not.
fn after_descriptors(text: &str) -> &str {
    let mut in_parentheses = false;
    for (idx, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => in_parentheses = true,
            b')' => in_parentheses = false,
            b',' if !in_parentheses => return &text[idx + 1..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::srcset_urls;

    #[test]
    fn candidates() {
        let table: &[(&str, &[&str])] = &[
            ("a.png", &["a.png"]),
            ("a.png 1x, b.png 2x", &["a.png", "b.png"]),
            ("a.png, b.png", &["a.png", "b.png"]),
            ("a.png,b.png", &["a.png,b.png"]),
            ("a.png 100w,b.png 200w,", &["a.png", "b.png"]),
            (" ,, a,b.png 1x,,c.png", &["a,b.png", "c.png"]),
            ("a.png,,, b.png", &["a.png", "b.png"]),
            ("a.png f(1, 2) 2x, b.png", &["a.png", "b.png"]),
            ("a.png (1, b.png", &["a.png"]),
            ("data:,a ( , data:,b 1x, ), data:,c", &["data:,a", "data:,c"]),
            ("", &[]),
            (" , ", &[]),
        ];
        for (srcset, urls) in table {
            assert_eq!(srcset_urls(srcset).collect::<Vec<_>>(), *urls, "{srcset}");
        }
    }
}
