//! The ordinary pages of a host: a tree under `/` and the path of each page.
//!
//! Page 0 is `/`, the next are the sections `/s00/` …, all others are leaves dealt to the sections
//! in turn. Within a section the leaves form a tree of bounded fan-out, so that every page is
//! reachable from `/` and no page needs more links than its mix has.

use std::fmt::Write;

use crate::config::PageMix;

/// Shape of the tree; the same for all hosts of a web.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree {
    pub(crate) pages: u32,
    pub(crate) sections: u32,
    fan_out: u32,
}

/// Pages for each section, before the largest number of sections is reached.
const PAGES_PER_SECTION: u32 = 12;

impl Tree {
    pub(crate) fn new(pages: u32, mix: PageMix) -> Self {
        let (sections_max, fan_out) = match mix {
            PageMix::Tiny => (6, 6),
            PageMix::Docs => (16, 24),
            PageMix::Live => (12, 12),
        };
        let sections = (pages / PAGES_PER_SECTION).clamp(1, sections_max).min(pages - 1);
        Self { pages, sections, fan_out }
    }

    /// Appends the request target of a page.
    pub(crate) fn write_path(self, page: u32, out: &mut String) {
        if page == 0 {
            out.push('/');
            return;
        }
        let section = self.section(page);
        // Writing to a String cannot fail.
        let _ = if page <= self.sections {
            write!(out, "/s{section:02}/")
        } else {
            match page % 8 {
                3 => write!(out, "/s{section:02}/view?id={page}&lang=en"),
                6 => write!(out, "/s{section:02}/p{page:05}/"),
                _ => write!(out, "/s{section:02}/p{page:05}.html"),
            }
        };
    }

    pub(crate) fn path(self, page: u32) -> String {
        let mut path = String::with_capacity(32);
        self.write_path(page, &mut path);
        path
    }

    /// The page with exactly this request target.
    pub(crate) fn find(self, target: &str) -> Option<u32> {
        if target == "/" {
            return Some(0);
        }
        let (section, rest) = target.strip_prefix("/s")?.split_once('/')?;
        let page = if rest.is_empty() {
            section.parse::<u32>().ok()?.checked_add(1)?
        } else {
            let rest = rest.strip_prefix("view?id=").or_else(|| rest.strip_prefix('p'))?;
            let end = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].parse().ok()?
        };
        (page < self.pages && self.path(page) == target).then_some(page)
    }

    /// Section of a page that is not `/`, from 0.
    pub(crate) fn section(self, page: u32) -> u32 {
        if page <= self.sections { page - 1 } else { (page - 1 - self.sections) % self.sections }
    }

    /// The pages that only this page is sure to link to.
    pub(crate) fn children(self, page: u32) -> impl Iterator<Item = u32> {
        let (first, step, count) = if page == 0 {
            (1, 1, self.sections)
        } else {
            let section = u64::from(self.section(page));
            let leaves = u64::from(self.sections);
            // Place among the section's leaves, counted from 1; the section's own page is 0.
            let place =
                if page <= self.sections { 0 } else { (u64::from(page) - 1 - section) / leaves };
            let first = place * u64::from(self.fan_out) * leaves + 1 + leaves + section;
            (first, leaves, self.fan_out)
        };
        let pages = u64::from(self.pages);
        (0..u64::from(count))
            .map(move |nth| first + nth * step)
            .take_while(move |child| *child < pages)
            .map(|child| child as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_one_parent_and_a_path_that_leads_back() {
        for mix in [PageMix::Tiny, PageMix::Docs, PageMix::Live] {
            for pages in [1, 2, 3, 13, 24, 50, 500, 5000] {
                let tree = Tree::new(pages, mix);
                let mut reached = vec![0_u32; pages as usize];
                reached[0] = 1;
                for page in 0..pages {
                    assert_eq!(tree.find(&tree.path(page)), Some(page));
                    assert_eq!(reached[page as usize], 1, "{mix} {pages}: page {page}");
                    tree.children(page).for_each(|child| reached[child as usize] += 1);
                }
            }
        }
    }

    #[test]
    fn near_misses_find_nothing() {
        let tree = Tree::new(50, PageMix::Docs);
        for target in ["", "s00/", "/s0/", "/s99/", "/s00/p99999.html", "/s00/p00007.htm", "//"] {
            assert_eq!(tree.find(target), None, "{target}");
        }
        for target in ["/s00/view?id=11", "/s00/p4294967295.html", "/s00/pé.html", "/s/p"] {
            assert_eq!(tree.find(target), None, "{target}");
        }
    }
}
