//! What a file to be imported may be.

use clap::ValueEnum;

/// Form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// What the first line looks like
    Auto,
    /// What `crawler export` writes
    Frontier,
    /// A URL on each line, or JSON with a field `url`, such as pages.jsonl
    Urls,
    /// An index of web archives: key, time and JSON with a field `url`
    Cdxj,
}

impl Format {
    /// The format itself, or for [`Format::Auto`] that of a file that begins with `line`.
    pub(crate) fn or_that_of(self, line: &str) -> Self {
        match self {
            Self::Auto if line.starts_with(r#"{"frontier":"#) => Self::Frontier,
            Self::Auto if is_cdxj(line) => Self::Cdxj,
            Self::Auto => Self::Urls,
            given => given,
        }
    }
}

/// Some indexes begin with lines about themselves.
pub(super) fn is_index_header(line: &str) -> bool {
    line.starts_with('!') || line.starts_with("CDX ")
}

/// The JSON of an index row.
pub(super) fn cdxj_fields(line: &str) -> Option<&str> {
    let mut parts = line.splitn(3, ' ');
    let (_key, time, json) = (parts.next()?, parts.next()?, parts.next()?);
    let is_time = time.len() >= 4 && time.bytes().all(|byte| byte.is_ascii_digit());
    (is_time && json.starts_with('{')).then_some(json)
}

fn is_cdxj(line: &str) -> bool {
    is_index_header(line) || cdxj_fields(line).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_the_format() {
        for (line, format) in [
            (r#"{"frontier":{"version":1}}"#, Format::Frontier),
            (r#"{"url":"http://a.example/"}"#, Format::Urls),
            ("http://a.example/", Format::Urls),
            ("http://a.example/ 2020 x", Format::Urls),
            ("", Format::Urls),
            (r#"example,a)/ 20200101000000 {"url":"http://a.example/"}"#, Format::Cdxj),
            (r#"!meta {"x":1}"#, Format::Cdxj),
        ] {
            assert_eq!(Format::Auto.or_that_of(line), format, "{line}");
        }
        assert_eq!(Format::Urls.or_that_of("!"), Format::Urls);
    }
}
