//! A plain link finder: tags, comments, raw text, attributes, a few character references.

/// Start tag: name in lower case, attributes decoded, first of each name.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    attrs: Vec<(String, String)>,
}

impl Tag {
    pub(super) fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(attr, _)| attr == name).map(|(_, value)| value.as_str())
    }
}

const RAW_TEXT: &[&str] = &["script", "style", "textarea", "title", "iframe"];

pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let (tag, after) = start_tag(rest);
            rest = after;
            if RAW_TEXT.contains(&tag.name.as_str()) {
                let end = rest.to_ascii_lowercase().find(&format!("</{}", tag.name));
                rest = end.map_or("", |end| &rest[end..]);
            }
            tags.push(tag);
        }
    }
    tags
}

fn start_tag(text: &str) -> (Tag, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap();
    let name = text[..end].to_ascii_lowercase();
    let mut rest = &text[end..];
    let mut attrs: Vec<(String, String)> = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix('>') {
            return (Tag { name, attrs }, after);
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || "=>".contains(c)).unwrap();
        let attr = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.trim_ascii_start().strip_prefix('=') {
            rest = after.trim_ascii_start();
            (value, rest) = match rest.as_bytes()[0] {
                quote @ (b'"' | b'\'') => rest[1..].split_once(char::from(quote)).unwrap(),
                _ => {
                    rest.split_at(rest.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap())
                }
            };
        }
        if attrs.iter().all(|(known, _)| *known != attr) {
            attrs.push((attr, decode(value)));
        }
    }
}

fn decode(value: &str) -> String {
    let known = [("&#47;", "/"), ("&#46;", "."), ("&#x3d;", "="), ("&amp;", "&")];
    known.iter().fold(value.to_owned(), |value, (from, to)| value.replace(from, to))
}
