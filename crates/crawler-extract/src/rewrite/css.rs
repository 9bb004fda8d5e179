//! URLs in style sheets (CSS Syntax Level 3, sections 4.3.5 to 4.3.7; CSS Cascade 4, section 2; CSS Images 4,
//! section 2.4).

use super::{Replace, UrlRole};

/// Puts other URLs in the place of those in `url()`, `image-set()` and `@import`. `None` when none is replaced.
#[must_use]
pub fn rewrite_css(css: &str, replace: &mut Replace<'_>) -> Option<String> {
    let mut sheet = Sheet {
        css,
        at: 0,
        copied: 0,
        out: String::new(),
        is_import: false,
        image_set: 0,
        replace,
    };
    while let Some(byte) = sheet.peek() {
        sheet.token(byte);
    }
    (sheet.copied > 0).then(|| sheet.out + css.get(sheet.copied..).unwrap_or_default())
}

struct Sheet<'c, 'r, 'f> {
    css: &'c str,
    at: usize,
    /// Up to here the sheet is in `out`.
    copied: usize,
    out: String,
    /// Whether this is between `@import` and the end of its rule.
    is_import: bool,
    /// How many parentheses are open since `image-set(`, that one included: in the first, strings are URLs.
    image_set: u32,
    replace: &'r mut Replace<'f>,
}

impl<'c> Sheet<'c, '_, '_> {
    fn token(&mut self, byte: u8) {
        match byte {
            b'/' if self.rest().starts_with(b"/*") => {
                let end = memchr::memmem::find(&self.rest()[2..], b"*/");
                self.at = end.map_or(self.css.len(), |idx| self.at + 2 + idx + 2);
            }
            quote @ (b'"' | b'\'') => {
                let (from, url) = (self.at, self.string(quote));
                if std::mem::take(&mut self.is_import) {
                    self.found(from, url, UrlRole::Stylesheet);
                } else if self.image_set == 1 {
                    self.found(from, url, UrlRole::Image);
                }
            }
            b'\\' => self.skip_escape(),
            b'@' if self.begins_with("@import") => {
                self.is_import = true;
                self.at += "@import".len();
            }
            b'u' | b'U' if self.begins_with("url(") && !self.is_within_name() => {
                self.at += "url(".len();
                self.image_set += u32::from(self.image_set > 0);
                self.url();
            }
            b'-' | b'i' | b'I' if self.image_set == 0 && !self.is_within_name() => {
                let word = ["image-set(", "-webkit-image-set("]
                    .into_iter()
                    .find(|word| self.begins_with(word));
                self.image_set = u32::from(word.is_some());
                self.at += word.map_or(1, str::len);
            }
            _ => {
                let ends = matches!(byte, b';' | b'{' | b'}');
                self.is_import &= !ends;
                self.image_set = match byte {
                    b'(' if self.image_set > 0 => self.image_set.saturating_add(1),
                    b')' => self.image_set.saturating_sub(1),
                    _ if ends => 0,
                    _ => self.image_set,
                };
                self.at += 1;
            }
        }
    }

    /// Reads what stands in the parentheses.
    fn url(&mut self) {
        let is_import = std::mem::take(&mut self.is_import);
        let role = if is_import { UrlRole::Stylesheet } else { UrlRole::Other };
        self.skip_spaces();
        let from = self.at;
        if let Some(quote @ (b'"' | b'\'')) = self.peek() {
            let url = self.string(quote);
            return self.found(from, url, role);
        }
        while let Some(byte) = self.peek() {
            match byte {
                b')' => break,
                b'\\' => self.skip_escape(),
                _ => self.at += 1,
            }
        }
        let url = self.css.get(from..self.at).map(str::trim_ascii_end);
        self.at = from + url.map_or(0, str::len);
        self.found(from, url, role);
    }

    /// Reads a string, quotes included; `None` when it has no end.
    fn string(&mut self, quote: u8) -> Option<&'c str> {
        self.at += 1;
        let from = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.skip_escape(),
                // An unescaped line end ends a bad string.
                b'\n' => return None,
                byte if byte == quote => {
                    self.at += 1;
                    return self.css.get(from..self.at - 1);
                }
                _ => self.at += 1,
            }
        }
        None
    }

    /// Takes a URL that stands, with its quotes, from `from` up to here.
    fn found(&mut self, from: usize, url: Option<&str>, role: UrlRole) {
        let Some(url) = url.filter(|url| !url.trim_ascii().is_empty()) else { return };
        let Some(new) = (self.replace)(unescape(url).trim_ascii(), role) else { return };
        self.out.push_str(self.css.get(self.copied..from).unwrap_or_default());
        self.out.push('"');
        for c in new.chars() {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                '\n' | '\r' | '\x0C' => {}
                // `</style` would end the element around the sheet.
                '<' => self.out.push_str("%3C"),
                _ => self.out.push(c),
            }
        }
        self.out.push('"');
        self.copied = self.at;
    }

    fn begins_with(&self, word: &str) -> bool {
        let here = self.rest().get(..word.len());
        here.is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()))
    }

    /// Whether the byte before this one belongs to the same name.
    fn is_within_name(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.css.as_bytes().get(at));
        before.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    }

    fn skip_escape(&mut self) {
        self.at = (self.at + 2).min(self.css.len());
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.css.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'c [u8] {
        self.css.as_bytes().get(self.at..).unwrap_or_default()
    }
}

/// Undoes escapes: `\` with up to six hexadecimal digits and a space, or with any other character.
fn unescape(text: &str) -> String {
    const DIGITS_MAX: usize = 6;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = after.bytes().take(DIGITS_MAX).take_while(u8::is_ascii_hexdigit).count();
        let (number, mut behind) = after.split_at(digits);
        if digits > 0 {
            let c = u32::from_str_radix(number, 16).ok().and_then(char::from_u32);
            out.push(c.filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER));
            behind = behind.strip_prefix([' ', '\t', '\n']).unwrap_or(behind);
        } else if let Some(c) = behind.chars().next() {
            // A line end that is escaped is none.
            out.extend((c != '\n').then_some(c));
            behind = behind.get(c.len_utf8()..).unwrap_or_default();
        }
        rest = behind;
    }
    out + rest
}
