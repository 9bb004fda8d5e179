//! What programs are told of captures and their times: RFC 7089 (Memento), link format of RFC 6690.

use std::fmt::Write as _;

use crawler_store::IndexRow;

use crate::capture_time::http_date;
use crate::web_path::{Modifier, PREFIX, path_of};

/// The media type of [`time_map`].
pub(crate) const LINK_FORMAT: &str = "application/link-format";

/// The `Link` header of a capture or of a redirect to one (RFC 7089 section 2.2).
pub(crate) fn links(url: &str) -> String {
    let url = in_angles(url);
    format!(
        "<{url}>; rel=\"original\", <{PREFIX}{url}>; rel=\"timegate\", \
         <{PREFIX}timemap/link/{url}>; rel=\"timemap\"; type=\"{LINK_FORMAT}\""
    )
}

/// All captures of a URL (RFC 7089 section 5).
pub(crate) fn time_map(url: &str, rows: &[IndexRow]) -> String {
    let own = in_angles(url);
    let mut map = format!(
        "<{own}>; rel=\"original\",\n<{PREFIX}{own}>; rel=\"timegate\",\n\
         <{PREFIX}timemap/link/{own}>; rel=\"self\"; type=\"{LINK_FORMAT}\""
    );
    for row in rows {
        let path = in_angles(&path_of(&row.timestamp, Modifier::Page, &row.url));
        let date = http_date(&row.timestamp).unwrap_or_default();
        let _ = write!(map, ",\n<{path}>; rel=\"memento\"; datetime=\"{date}\"");
    }
    map.push('\n');
    map
}

fn in_angles(url: &str) -> String {
    url.replace('>', "%3E").replace('<', "%3C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_are_listed_with_their_times() {
        let url = "http://a.example/?b=>";
        let row = IndexRow {
            key: "example,a)/".into(),
            timestamp: "20261121230000".into(),
            url: url.into(),
            status: Some(200),
            mime: None,
        };
        let map = time_map(url, &[row.clone(), row]);
        let lines: Vec<&str> = map.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], "<http://a.example/?b=%3E>; rel=\"original\",");
        assert_eq!(
            lines[4],
            "</web/20261121230000/http://a.example/?b=%3E>; rel=\"memento\"; \
             datetime=\"Sat, 21 Nov 2026 23:00:00 GMT\""
        );
        assert!(
            links(url).contains("</web/timemap/link/http://a.example/?b=%3E>; rel=\"timemap\"")
        );
    }
}
