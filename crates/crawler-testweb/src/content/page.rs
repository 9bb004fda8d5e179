//! The ordinary pages.

use std::fmt::Write;

use bytes::Bytes;

use crate::compose::Piece;
use crate::config::PageMix;
use crate::content::asset::{ASSETS, IMAGES};
use crate::content::link::{Place, write_href};
use crate::draw::{Draw, label_of};
use crate::host;
use crate::oddity::{self, Found};
use crate::robots::{self, RobotsRole};
use crate::web::Web;

/// The pieces of an ordinary page: its head and navigation, filler, its links, the end.
pub(crate) fn pieces(web: &Web, host: u32, page: u32) -> Vec<Piece<'_>> {
    let labels = [label_of("page"), u64::from(host), u64::from(page)];
    let mut draw = Draw::new(web.config().seed, &labels);
    let (bytes, links) = plan(web.config().mix, &mut draw);
    let (origin, target) = (web.origin(host), web.tree().path(page));
    let mut writer = PageWriter {
        web,
        host,
        page,
        place: Place { origin: &origin, target: &target },
        draw,
        out: String::with_capacity(600 + 90 * links as usize),
        links_left: links,
    };
    writer.top();
    let top_end = writer.out.len();
    writer.bottom();
    let PageWriter { mut draw, out, .. } = writer;
    let own = Bytes::from(out);
    let filler = web.pool().fill(bytes.saturating_sub(own.len()), &mut draw);
    let mut pieces = Vec::with_capacity(filler.len() + 2);
    pieces.push(Piece::Own(own.slice(..top_end)));
    pieces.extend(filler.into_iter().map(Piece::Filler));
    pieces.push(Piece::Own(own.slice(top_end..)));
    pieces
}

/// Bytes and links a page should have; a page with more of its own to say has more.
fn plan(mix: PageMix, draw: &mut Draw) -> (usize, u32) {
    let (median, sigma, links_min, links_end) = match mix {
        PageMix::Tiny => (4096.0, 0.0, 14, 27),
        // Mean = median * exp(sigma^2 / 2): 38 KB.
        PageMix::Docs => (31_700.0, 0.6, 40, 141),
        // 138 KB and 242 KB.
        PageMix::Live => (138_000.0, 1.06, 20, 81),
    };
    let bytes = draw.log_normal(median, sigma).clamp(PAGE_BYTES_MIN, PAGE_BYTES_MAX);
    (bytes as usize, draw.between(links_min, links_end))
}

const PAGE_BYTES_MIN: f64 = 2048.0;
/// Far above the 99th percentile, so that the mean stays what it should be.
const PAGE_BYTES_MAX: f64 = 4_000_000.0;

/// Other hosts a page links to, at most.
const FOREIGN_LINKS_MAX: u32 = 4;

struct PageWriter<'a> {
    web: &'a Web,
    host: u32,
    page: u32,
    place: Place<'a>,
    draw: Draw,
    out: String,
    links_left: u32,
}

// Writing to a String cannot fail, so the results of `write!` are dropped.
impl PageWriter<'_> {
    /// Up to the place of the filler.
    fn top(&mut self) {
        let words = &self.web.pool().words;
        self.out.push_str(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
        );
        words.phrase(&mut self.draw, 4, &mut self.out);
        let Place { origin, target } = self.place;
        let target = target.replace('&', "&amp;");
        let _ = write!(
            self.out,
            " - {} of host {}</title>\n<link rel=\"canonical\" href=\"{origin}{target}\">\n\
             <link rel=\"stylesheet\" href=\"/assets/site.css\">\n\
             <script src=\"/assets/app.js\" defer></script>\n</head>\n<body>\n\
             <nav class=\"nav\"><ul>\n",
            self.page, self.host,
        );
        self.item(0);
        for section in 0..self.web.tree().sections {
            self.item(section + 1);
        }
        self.out.push_str("</ul></nav>\n<main>\n");
    }

    /// From the filler to the end.
    fn bottom(&mut self) {
        self.out.push_str("<section class=\"more\"><ul>\n");
        let tree = self.web.tree();
        for child in tree.children(self.page) {
            self.item(child);
        }
        self.out.push_str("</ul></section>\n<p>");
        if self.page == 0 {
            self.index_links();
        }
        self.foreign_links();
        self.out.push_str(
            "<a href=\"#top\">Top</a> <a href=\"mailto:info@example.com?subject=/trap/mail\">Mail</a> \
             <a href=\"javascript:void('/trap/javascript.html')\">Menu</a> \
             <a href=\"tel:+1555010\">Call</a> <a name=\"top\">Anchor</a>\n",
        );
        self.links_left = self.links_left.saturating_sub(5);
        while self.links_left > 0 {
            let page = self.draw.below(tree.pages);
            self.inline(page);
        }
        self.out.push_str("</p>\n</main>\n<footer>");
        let words = &self.web.pool().words;
        words.sentence(&mut self.draw, 12, &mut self.out);
        self.out.push_str("</footer>\n</body>\n</html>\n");
    }

    fn item(&mut self, page: u32) {
        self.out.push_str("<li class=\"item\">");
        self.anchor(page, 2);
        self.out.push_str("</li>\n");
    }

    fn inline(&mut self, page: u32) {
        let count = self.draw.between(2, 5);
        self.web.pool().words.phrase(&mut self.draw, count, &mut self.out);
        self.out.push(' ');
        self.anchor(page, 1);
        self.out.push_str(",\n");
    }

    fn anchor(&mut self, page: u32, words: u32) {
        self.links_left = self.links_left.saturating_sub(1);
        let target = self.web.tree().path(page);
        self.out.push_str("<a");
        if self.draw.percent(30) {
            self.out.push_str(" class=\"link\"");
        }
        write_href(&mut self.out, &mut self.draw, self.place, &target);
        match self.draw.below(100) {
            0..4 => self.out.push_str(" rel=nofollow"),
            4..8 => self.out.push_str(" target=_blank title=\"a > b\""),
            _ => {}
        }
        self.out.push('>');
        self.web.pool().words.phrase(&mut self.draw, words, &mut self.out);
        self.out.push_str("</a>");
    }

    /// Links to the index of other hosts.
    fn foreign_links(&mut self) {
        let hosts = self.web.config().hosts;
        for _ in 0..self.draw.between(1, FOREIGN_LINKS_MAX + 1).min(hosts - 1) {
            let host = self.draw.below(hosts);
            let page =
                if self.draw.percent(60) { 0 } else { self.draw.below(self.web.tree().pages) };
            let target = self.web.tree().path(page).replace('&', "&amp;");
            let origin = self.web.origin(host);
            let _ = write!(self.out, "<a href=\"{origin}{target}\">");
            self.web.pool().words.phrase(&mut self.draw, 2, &mut self.out);
            self.out.push_str("</a>\n");
            self.links_left = self.links_left.saturating_sub(1);
        }
    }

    /// What only the index leads to: oddities, pages that robots.txt disallows, all assets.
    fn index_links(&mut self) {
        let config = self.web.config();
        for (_, odd) in oddity::on_host(self.host, config) {
            if odd.found == Found::OnIndex {
                self.plain(odd.target);
            }
        }
        if RobotsRole::of(self.host, config.errors) == RobotsRole::Private {
            for (target, _) in robots::PRIVATE {
                self.plain(target);
            }
        }
        debug_assert!(ASSETS.len() == 2 + 2 * IMAGES as usize, "css, script and images");
        for nth in 0..IMAGES {
            let _ = writeln!(
                self.out,
                "<img src=\"/assets/img-{nth:02}.png\" srcset=\"/assets/img-{nth:02}@2x.png 2x\" alt=\"\">"
            );
        }
        let _ = write!(self.out, "<!-- <a href=\"/trap/{}\"> -->", host::DOMAIN);
    }

    fn plain(&mut self, target: &str) {
        let _ = writeln!(self.out, "<a href=\"{}\">odd</a>", target.replace('&', "&amp;"));
        self.links_left = self.links_left.saturating_sub(1);
    }
}
