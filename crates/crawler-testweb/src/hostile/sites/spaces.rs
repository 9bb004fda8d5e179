//! Spaces without end: only limits of depth or number end a crawl of them.

use crate::hostile::site::{Site, Step, html, status};

pub(super) fn sites() -> Vec<Site> {
    vec![
        Site::new("calendar", calendar("/day/0"), status(200)).space("/day/", calendar),
        Site::new("deeper", deeper("/"), status(200)).space("/down/", deeper),
        Site::new("sessions", sessions("/"), status(200)).space("/page?sid=", sessions),
    ]
}

/// Each day links to the next one, and to the same one in other orders.
fn calendar(target: &str) -> Vec<Step> {
    let day = target.trim_start_matches("/day/").split('?').next().unwrap_or_default();
    let next = day.parse::<u64>().unwrap_or(0) + 1;
    html(format!("<a href='/day/{next}'>next</a> <a href='/day/{next}?order=up'>sorted</a>"))
}

/// A relative link without a way back.
fn deeper(target: &str) -> Vec<Step> {
    let link = if target == "/" { "down/" } else { "again/" };
    html(format!("<a href='{link}'>deeper</a>"))
}

/// Every link has a new session.
fn sessions(target: &str) -> Vec<Step> {
    let session = target
        .bytes()
        .fold(7_u64, |hash, byte| hash.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    html(format!(
        "<a href='/page?sid={session:x}'>next</a> <a href='/page?sid={session:x}a'>other</a>"
    ))
}
