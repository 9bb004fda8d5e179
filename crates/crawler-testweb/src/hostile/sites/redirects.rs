//! Redirects: without end, in circles, to where nobody may go.

use crate::hostile::site::Outcome::Skipped;
use crate::hostile::site::{FORBIDDEN, Site, answer, redirect, status};

/// How many redirects in a row a crawl follows unless told otherwise.
const FOLLOWED: u32 = 10;

pub(super) fn sites() -> Vec<Site> {
    let hop = |n: u32| redirect(&format!("/hop/{n}"));
    let endless = Site::new("endless-redirects", hop(1), status(302));
    let endless = (1..=FOLLOWED)
        .fold(endless, |site, n| site.page(&format!("/hop/{n}"), hop(n + 1), status(302)));
    let trap = format!("{FORBIDDEN}trap.html");
    let alone = |label, location: &str| Site::new(label, redirect(location), status(302));
    vec![
        endless,
        alone("redirect-loop", "/other").page("/other", redirect("/"), status(302)),
        alone("redirect-to-self", "/"),
        alone("redirect-to-forbidden", &trap).page(&trap, redirect("/"), Skipped("robots")),
        alone("redirect-to-file", "file:///etc/passwd"),
        alone("redirect-to-script", "javascript:alert(1)"),
        alone("redirect-to-nowhere", "http://[::bad"),
        alone("redirect-far-too-long", &"/long".repeat(3000)),
        Site::new("redirect-without-target", answer("302 Found", "", ""), status(302)),
        // Their targets are in `elsewhere`.
        alone("redirect-to-private", PRIVATE[0]),
        alone("redirect-to-metadata", PRIVATE[1]),
        alone("redirect-to-mapped", PRIVATE[2]),
    ]
}

/// Where the last three lead: a correct crawl refuses the addresses.
pub(crate) const PRIVATE: [&str; 3] =
    ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:7f00:1]/"];
