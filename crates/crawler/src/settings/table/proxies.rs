//! Fetching through other machines.

use crawler_fetch::{Proxy, ProxyRule};

use super::Setting;
use crate::settings::credentials::host_patterns;
use crate::settings::value::{Refusal, put};

/// What stands for no proxy.
const DIRECT: &str = "direct";

pub(super) const SETTINGS: &[Setting] = &[
    Setting::list(
        "proxy",
        "[HOSTS=]URL",
        |s, given| put(&mut s.proxies, given.each(rule)),
        "Fetch through a proxy: http://[USER:PASSWORD@]HOST:PORT (by CONNECT, for http URLs too), \
         socks5://… or socks5h://…, or `direct`. With HOSTS (names, *.DOMAIN, *, separated by commas) only \
         those; the first rule for a host holds. socks5h looks names up itself, so that private addresses \
         behind them cannot be refused. Repeatable",
    ),
    Setting::switch(
        "proxy_resolves",
        |s, given| put(&mut s.proxy_resolves, given.switch()),
        "Have http proxies look names up too, where only they can; private addresses behind names cannot \
         be refused then",
    ),
];

fn rule(text: &str) -> Result<ProxyRule, Refusal> {
    let refusal = |problem: String| Refusal {
        problem,
        accepted: Some("[HOSTS=]http://HOST:PORT, socks5://…, socks5h://… or direct".to_owned()),
    };
    let (hosts, url) = match text.split_once('=').filter(|(hosts, _)| !hosts.contains("://")) {
        Some((hosts, url)) => (hosts, url.trim()),
        None => ("*", text.trim()),
    };
    let hosts = host_patterns(hosts).map_err(refusal)?;
    if url == DIRECT {
        return Ok(ProxyRule { hosts, proxy: None });
    }
    let proxy: Proxy =
        url.parse().map_err(|error: crawler_fetch::ProxyError| refusal(error.to_string()))?;
    Ok(ProxyRule { hosts, proxy: Some(proxy) })
}
