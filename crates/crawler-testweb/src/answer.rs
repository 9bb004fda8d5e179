//! What is answered to a request, before any transport.

use bytes::Bytes;

use crate::coding::Coding;
use crate::compose::{self, Piece};
use crate::content::link::Place;
use crate::content::{asset, listed, odd_page, page, sitemap};
use crate::draw::{Draw, label_of};
use crate::oddity::{self, Gives, OddTarget, Oddity, To};
use crate::robots::{self, RobotsRole};
use crate::web::{Resource, Web};

/// An answer to a GET.
#[derive(Debug)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, if the answer has one.
    pub content_type: Option<&'static str>,
    /// `Location` of a redirect, absolute or relative.
    pub location: Option<String>,
    /// `X-Robots-Tag`, if the answer has one.
    pub robots_tag: Option<&'static str>,
    /// Whether the body is announced with its length.
    pub framing: Framing,
    /// The body.
    pub body: AnswerBody<'a>,
    /// Hash for `ETag` and `Last-Modified`, if the answer has them.
    pub(crate) validator: Option<u64>,
}

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// `Content-Length` as it should be.
    Length,
    /// Chunked, in small chunks.
    Chunked,
    /// `Content-Length` is larger than the body by this many bytes.
    Short(u64),
}

/// The body of an [`Answer`].
#[derive(Debug)]
pub struct AnswerBody<'a>(Vec<Piece<'a>>);

impl AnswerBody<'_> {
    /// The body in this coding, as pieces to send one after the other.
    #[must_use]
    pub fn encode(&self, coding: Coding) -> Vec<Bytes> {
        if self.0.is_empty() { Vec::new() } else { compose::encode(&self.0, coding) }
    }

    /// The body as it is.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        self.encode(Coding::Identity).concat()
    }
}

pub(crate) fn of<'a>(web: &'a Web, host: u32, target: &str, resource: Resource) -> Answer<'a> {
    match resource {
        Resource::Page(page) => Answer {
            body: AnswerBody(page::pieces(web, host, page)),
            ..dated(HTML, web, host, target)
        },
        Resource::Odd(odd) => odd_answer(web, host, &oddity::TARGETS[odd]),
        Resource::Private(_) => {
            let text = "<!doctype html><title>private</title><a href=\"/\">home</a>\n";
            Answer { body: own(text), ..dated(HTML, web, host, target) }
        }
        Resource::Robots => robots_answer(web, host),
        Resource::RobotsMoved => rules_answer(web, host),
        Resource::Sitemap => {
            Answer { body: own(sitemap::xml(web, host)), ..dated(XML, web, host, target) }
        }
        Resource::SitemapPart(part) => {
            let text = sitemap::part_xml(web, host, part);
            Answer { body: own(text), ..dated(XML, web, host, target) }
        }
        Resource::MoreSitemap(_) | Resource::Listed(_) => {
            let (content_type, body) = listed::body(&web.origin(host), target);
            Answer { body: own(body), ..dated(content_type, web, host, target) }
        }
        Resource::Asset(asset) => {
            let (_, content_type) = asset::ASSETS[asset];
            let body = own(asset::body(content_type));
            Answer { body, ..dated(content_type, web, host, target) }
        }
        Resource::Unknown => status(404),
    }
}

/// What an error page says: a status, a line of text, a way home.
pub(crate) fn status(status: u16) -> Answer<'static> {
    let text =
        format!("<!doctype html><title>{status}</title><p>{status}. <a href=\"/\">home</a>\n");
    Answer { status, body: own(text), ..plain(HTML) }
}

const HTML: &str = "text/html; charset=utf-8";
const XML: &str = "application/xml";
const TEXT: &str = "text/plain; charset=utf-8";

fn robots_answer(web: &Web, host: u32) -> Answer<'_> {
    match web.robots_role(host) {
        RobotsRole::Missing => status(404),
        RobotsRole::Unreachable => status(500),
        RobotsRole::Moved => redirect(301, robots::MOVED_TARGET.to_owned()),
        RobotsRole::Open | RobotsRole::Private | RobotsRole::Delayed => rules_answer(web, host),
    }
}

fn rules_answer(web: &Web, host: u32) -> Answer<'_> {
    let rules = web.robots_role(host).rules(&web.origin(host)).unwrap_or_default();
    Answer { body: own(rules), ..plain(TEXT) }
}

fn odd_answer<'a>(web: &'a Web, host: u32, odd: &OddTarget) -> Answer<'a> {
    let mut draw = Draw::new(web.config().seed, &[label_of(odd.target), u64::from(host)]);
    let page = web.tree().path(draw.below(web.tree().pages));
    match odd.gives {
        Gives::Redirect(status, To::Page) => redirect(status, page),
        Gives::Redirect(status, To::Literal(location)) => redirect(status, location.to_owned()),
        Gives::Redirect(status, To::NextHost) => {
            redirect(status, web.url((host + 1) % web.config().hosts, "/"))
        }
        Gives::Status(code) => status(code),
        Gives::Pdf => {
            let text = "%PDF-1.4\n% <a href=\"/trap/from-pdf.html\">\n%%EOF\n";
            Answer { body: own(text), ..dated("application/pdf", web, host, odd.target) }
        }
        Gives::Bytes => {
            let count = draw.between(oddity::FILE_BYTES.start, oddity::FILE_BYTES.end);
            let bytes: Vec<u8> = (0..count).map(|_| draw.next() as u8).collect();
            let content_type = "application/octet-stream";
            Answer { body: own(bytes), ..dated(content_type, web, host, odd.target) }
        }
        Gives::Entry | Gives::Leaf | Gives::BusyOnce | Gives::Short => {
            let place = Place { origin: &web.origin(host), target: odd.target };
            let body = own(odd_page::html(odd, place, &page));
            Answer { body, ..odd_head(odd, dated(HTML, web, host, odd.target)) }
        }
    }
}

/// The head of an odd page, from that of an ordinary one.
fn odd_head<'a>(odd: &OddTarget, head: Answer<'a>) -> Answer<'a> {
    match (odd.gives, odd.oddity) {
        (Gives::Short, _) => {
            Answer { framing: Framing::Short(oddity::SHORT_MISSING_BYTES), ..head }
        }
        (Gives::Entry, Oddity::Chunked) => {
            // Meant for another crawler: this page's links count.
            let robots_tag = Some("otherbot: noindex, nofollow");
            Answer { framing: Framing::Chunked, robots_tag, ..head }
        }
        (Gives::Entry, Oddity::HeaderNofollow) => {
            Answer { robots_tag: Some("noarchive, nofollow"), ..head }
        }
        (Gives::Entry, Oddity::LegacyCharset) => {
            Answer { content_type: Some("text/html; charset=Windows-1251"), ..head }
        }
        (Gives::Entry, Oddity::NoContentType) => Answer { content_type: None, ..head },
        _ => head,
    }
}

fn redirect(status: u16, location: String) -> Answer<'static> {
    let text = "<!doctype html><title>moved</title>\n";
    Answer { status, location: Some(location), body: own(text), ..plain(HTML) }
}

/// A 200 whose validators depend on what it answers for.
fn dated(content_type: &'static str, web: &Web, host: u32, target: &str) -> Answer<'static> {
    let labels = [label_of("validator"), u64::from(host), label_of(target)];
    let hash = Draw::new(web.config().seed, &labels).next();
    Answer { validator: Some(hash), ..plain(content_type) }
}

fn plain(content_type: &'static str) -> Answer<'static> {
    Answer {
        status: 200,
        content_type: Some(content_type),
        location: None,
        robots_tag: None,
        framing: Framing::Length,
        body: AnswerBody(Vec::new()),
        validator: None,
    }
}

fn own<'a>(text: impl Into<Bytes>) -> AnswerBody<'a> {
    let text = text.into();
    AnswerBody(if text.is_empty() { Vec::new() } else { vec![Piece::Own(text)] })
}
