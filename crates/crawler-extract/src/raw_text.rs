//! Elements whose content is not markup (WHATWG HTML 13.2.5.2, 13.2.5.3 and 13.2.5.15 on).

use crate::classes::{TAG_NAME_END, is};
use crate::cursor::Cursor;
use memchr::{memchr, memchr2};

impl<'a> Cursor<'a> {
    /// Passes over the content of an element that ends only with its own end tag, and stops at
    /// that tag, or at the end of the page.
    pub(crate) fn skip_raw_text(&mut self, name: &[u8]) -> &'a [u8] {
        let rest = self.rest();
        let mut at = 0;
        while let Some(idx) = memmem_slash(&rest[at..]) {
            at += idx;
            if is_tag_name(&rest[at + b"</".len()..], name) {
                self.at += at;
                return &rest[..at];
            }
            at += b"</".len();
        }
        self.at = self.bytes.len();
        rest
    }

    /// Passes over a script. Within `<!--`, a `<script>` hides the next `</script>`.
    pub(crate) fn skip_script(&mut self) {
        while let Some(idx) = memchr(b'<', self.rest()) {
            self.at += idx;
            let here = self.rest();
            if is_script_end(here) {
                return;
            }
            if here.starts_with(b"<!--") {
                return self.skip_escaped_script();
            }
            self.at += 1;
        }
        self.at = self.bytes.len();
    }

    fn skip_escaped_script(&mut self) {
        let mut state = Script::Plain;
        while let Some(idx) = memchr2(b'<', b'>', self.rest()) {
            let at = self.at + idx;
            let here = &self.bytes[at..];
            self.at = at + 1;
            match state {
                Script::Plain if here.starts_with(b"<!--") => {
                    // `<!-->` opens and closes at once: the dashes count for both.
                    state = Script::Escaped { dashes: at + b"<!".len() };
                }
                Script::Escaped { dashes } | Script::DoubleEscaped { dashes }
                    if here.starts_with(b">")
                        && self.bytes.get(dashes..at).is_some_and(|text| text.ends_with(b"--")) =>
                {
                    state = Script::Plain;
                }
                Script::Escaped { dashes } if is_tag_name(&here[1..], b"script") => {
                    state = Script::DoubleEscaped { dashes };
                }
                Script::DoubleEscaped { dashes } if is_script_end(here) => {
                    state = Script::Escaped { dashes };
                }
                Script::Plain | Script::Escaped { .. } if is_script_end(here) => {
                    self.at = at;
                    return;
                }
                _ => {}
            }
        }
        self.at = self.bytes.len();
    }
}

/// Script data states; `dashes` is where the dashes of `<!--` are.
#[derive(Clone, Copy)]
enum Script {
    Plain,
    Escaped { dashes: usize },
    DoubleEscaped { dashes: usize },
}

fn is_script_end(text: &[u8]) -> bool {
    text.strip_prefix(b"</").is_some_and(|rest| is_tag_name(rest, b"script"))
}

/// Whether `text` begins with `name` as a whole tag name.
fn is_tag_name(text: &[u8], name: &[u8]) -> bool {
    text.split_at_checked(name.len()).is_some_and(|(found, after)| {
        found.eq_ignore_ascii_case(name)
            && after.first().is_some_and(|&byte| is(byte, TAG_NAME_END))
    })
}

/// Where the next `</` is.
fn memmem_slash(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr(b'<', &text[at..])?;
        if text.get(at + 1) == Some(&b'/') {
            return Some(at);
        }
        at += 1;
    }
}
