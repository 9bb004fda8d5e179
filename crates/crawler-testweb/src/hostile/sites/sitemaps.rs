//! Sitemaps that are bombs, circles or jokes; each is linked to, and named in robots.txt.

use std::io;

use super::codings::{gzip, gzip_bomb};
use crate::hostile::site::{Site, answer, authority, html, partial, status};

const XML: &str = "Content-Type: application/xml\r\n";
const NAMESPACE: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";

pub(super) fn sites(port: u16) -> io::Result<Vec<Site>> {
    let origin = format!("http://{}", authority("sitemaps", port));
    let circle = format!(
        "<sitemapindex {NAMESPACE}><sitemap><loc>{origin}/circle.xml</loc></sitemap></sitemapindex>"
    );
    let laughs = "<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                  <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]><urlset><url><loc>&c;</loc></url></urlset>";
    let file = gzip(&vec![b' '; 32 << 20])?;
    let targets = ["/bomb.xml", "/bomb.xml.gz", "/circle.xml", "/laughs.xml"];
    let rules = targets.map(|target| format!("Sitemap: {origin}{target}\n")).concat();
    let links = targets.map(|target| format!("<a href='{target}'>x</a>")).concat();
    let site = Site::new("sitemaps", html(links), status(200))
        .robots(answer("200 OK", "", rules))
        .page("/bomb.xml", gzip_bomb("application/xml")?, partial("limit"))
        .page(
            "/bomb.xml.gz",
            answer("200 OK", "Content-Type: application/gzip\r\n", file),
            status(200),
        )
        .page("/circle.xml", answer("200 OK", XML, circle), status(200))
        .page("/laughs.xml", answer("200 OK", XML, laughs), status(200));
    Ok(vec![site])
}
