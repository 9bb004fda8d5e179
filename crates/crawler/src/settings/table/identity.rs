//! What is sent to some hosts only.

use crawler_fetch::HostHeader;

use super::Setting;
use crate::settings::credentials::{auth_rule, host_patterns};
use crate::settings::read::header;
use crate::settings::value::{Refusal, put};

pub(super) const SETTINGS: &[Setting] = &[
    Setting::list(
        "host_header",
        "HOSTS=NAME: VALUE",
        |s, given| put(&mut s.host_headers, given.each(host_header)),
        "Header for these hosts only (names, *.DOMAIN, *, separated by commas), instead of one of that name \
         for all. Authorization, Cookie, X-Api-Key and the like are treated as --auth treats them. \
         Repeatable",
    ),
    Setting::list(
        "auth",
        "HOSTS=SCHEME SOURCE",
        |s, given| put(&mut s.auth, given.each(auth_rule)),
        "Credentials for these hosts: `basic` with USER:PASSWORD or `bearer` with a token, in env:NAME or \
         file:PATH. Sent over https only (or to this machine itself); stored requests have *** instead. \
         Repeatable",
    ),
    Setting::switch(
        "cookies",
        |s, given| put(&mut s.cookies, given.switch()),
        "Keep the cookies that a host sets and send them back to it alone: up to 50 of 8K, in memory, until \
         the crawl ends",
    ),
];

fn host_header(text: &str) -> Result<HostHeader, Refusal> {
    let refusal = |problem: String| Refusal {
        problem,
        accepted: Some("HOSTS=NAME: VALUE, such as `*.example.org=Accept-Language: en`".to_owned()),
    };
    let Some((hosts, rest)) = text.split_once('=') else {
        return Err(refusal("it names no hosts".to_owned()));
    };
    let hosts = host_patterns(hosts).map_err(refusal)?;
    let (name, value) = header(rest)?;
    Ok(HostHeader { hosts, name, value })
}
