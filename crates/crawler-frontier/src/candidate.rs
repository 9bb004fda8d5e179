//! What is offered to the frontier.

use crawler_url::{Fingerprint, WireUrl};
use std::fmt;

/// A URL in scope that may be new.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The URL as it will be requested.
    pub url: WireUrl,
    /// Fingerprint of its canonical form: what "the same URL" means.
    pub fingerprint: Fingerprint,
    /// The page it was found on. Longer than a URL may be: left out.
    pub via: Option<Box<str>>,
    /// Hops from a seed.
    pub depth: u16,
    /// Redirects followed in a row to get here.
    pub redirects: u8,
    /// Kinds of the hops from the seed.
    pub hops: Hops,
    /// How it was found: decides its priority.
    pub source: Source,
}

/// How a URL was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Given by the operator.
    Seed,
    /// Listed in a sitemap.
    Sitemap,
    /// Found in a page, or the target of a redirect.
    Link,
}

/// One hop of a discovery path, written as the letter web archives use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hop {
    /// `L`: a link the reader would follow.
    Link,
    /// `R`: a redirect.
    Redirect,
    /// `E`: something the page embeds.
    Embed,
    /// `M`: an entry of a sitemap.
    Manifest,
    /// `P`: needed before another URL may be fetched, such as robots.txt.
    Prerequisite,
}

impl Hop {
    /// The hop's letter.
    #[must_use]
    pub fn letter(self) -> char {
        char::from(self.byte())
    }

    fn byte(self) -> u8 {
        match self {
            Self::Link => b'L',
            Self::Redirect => b'R',
            Self::Embed => b'E',
            Self::Manifest => b'M',
            Self::Prerequisite => b'P',
        }
    }
}

/// Discovery path: one letter per hop from the seed, the last [`Hops::LEN_MAX`] kept. Empty for a
/// seed. Held in place, so that copying a path allocates nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hops {
    letters: [u8; Self::LEN_MAX],
    len: u8,
}

impl Hops {
    /// Letters kept; the oldest are dropped first.
    pub const LEN_MAX: usize = 50;

    /// The path of something found by one more `hop`.
    #[must_use]
    pub fn then(mut self, hop: Hop) -> Self {
        self.push(hop.byte());
        self
    }

    /// The letters, oldest first.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.letters.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// From letters stored earlier; `None` when they are none or too many.
    pub(crate) fn from_letters(letters: &[u8]) -> Option<Self> {
        if letters.len() > Self::LEN_MAX || !letters.iter().all(u8::is_ascii_alphabetic) {
            return None;
        }
        let mut hops = Self::default();
        for &letter in letters {
            hops.push(letter);
        }
        Some(hops)
    }

    fn push(&mut self, letter: u8) {
        if usize::from(self.len) == Self::LEN_MAX {
            self.letters.rotate_left(1);
            self.len -= 1;
        }
        self.letters[usize::from(self.len)] = letter;
        self.len += 1;
    }
}

impl Default for Hops {
    fn default() -> Self {
        Self { letters: [0; Self::LEN_MAX], len: 0 }
    }
}

impl fmt::Display for Hops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Hops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hops({:?})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_fifty_hops_are_kept() {
        let mut hops = Hops::default();
        assert_eq!(hops.as_str(), "");
        for _ in 0..Hops::LEN_MAX {
            hops = hops.then(Hop::Link);
        }
        assert_eq!(hops.as_str(), "L".repeat(50));
        hops = hops.then(Hop::Redirect).then(Hop::Embed);
        assert_eq!(hops.as_str(), format!("{}RE", "L".repeat(48)));
    }

    #[test]
    fn stored_letters_are_checked() {
        let all = [Hop::Link, Hop::Redirect, Hop::Embed, Hop::Manifest, Hop::Prerequisite];
        let hops = all.into_iter().fold(Hops::default(), Hops::then);
        assert_eq!(hops.as_str(), "LREMP");
        assert_eq!(Hops::from_letters(b"LREMP"), Some(hops));
        assert_eq!(Hops::from_letters(b"L1"), None);
        assert_eq!(Hops::from_letters(&[b'L'; 51]), None);
    }
}
