//! Which captures the WARC files hold: a few bytes for each, however many there are.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The captures of all files, in the order of files and offsets.
#[derive(Debug, Default)]
pub(super) struct Captures {
    /// Names of the WARC files, sorted.
    files: Vec<String>,
    places: Vec<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// Number of the file in the list.
    file: u32,
    offset: u64,
    /// Hash of the URL, as long as the process lives.
    url: u64,
}

impl Captures {
    /// Goes on with a file whose name sorts behind those before.
    pub(super) fn begin_file(&mut self, name: &str) {
        self.files.push(name.to_owned());
    }

    /// Adds a capture of the file last begun, behind those before.
    pub(super) fn push(&mut self, offset: u64, url: &str) {
        let file = self.files.len().saturating_sub(1) as u32;
        self.places.push(Place { file, offset, url: hash(url) });
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Number of the capture that a row speaks of; `None` when there is no such capture there.
    pub(super) fn find(&self, file: &str, offset: u64, url: &str) -> Option<usize> {
        let file = self.files.binary_search_by(|name| name.as_str().cmp(file)).ok()? as u32;
        let at = self.places.binary_search_by_key(&(file, offset), |it| (it.file, it.offset));
        let at = at.ok()?;
        (self.places.get(at)?.url == hash(url)).then_some(at)
    }

    /// File and offset of a capture.
    pub(super) fn place(&self, number: usize) -> Option<(&str, u64)> {
        let place = self.places.get(number)?;
        Some((self.files.get(place.file as usize)?, place.offset))
    }
}

fn hash(url: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_are_found_by_all_that_a_row_says() {
        let mut captures = Captures::default();
        for file in ["a", "b", "d"] {
            captures.begin_file(file);
            for n in 0..3 {
                captures.push(n * 100, &format!("http://{file}/{n}"));
            }
        }
        assert_eq!(captures.len(), 9);
        let n = captures.find("b", 200, "http://b/2").unwrap();
        assert_eq!(captures.place(n), Some(("b", 200)));
        for (file, offset, url) in
            [("b", 200, "http://b/1"), ("b", 201, "http://b/2"), ("c", 200, "http://b/2")]
        {
            assert_eq!(captures.find(file, offset, url), None, "{file} {offset} {url}");
        }
        assert_eq!(captures.place(9), None);
    }
}
