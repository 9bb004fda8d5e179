//! Cookies of hosts, if they are kept at all.

use crawler_fetch::Response;
use crawler_frontier::Lease;
use http::HeaderValue;
use http::header::SET_COOKIE;

use super::Shard;
use crate::clock;
use crate::config::Cookies;

impl Shard {
    /// What the lease's host wants to be told with the request.
    pub(super) fn cookies_for(&mut self, lease: &Lease) -> Option<HeaderValue> {
        if self.live.config.cookies == Cookies::Ignore {
            return None;
        }
        let jar = self.hosts.entry(lease.fingerprint.host).cookies.as_ref()?;
        jar.header(&lease.url, now_secs())
    }

    /// Keeps what a response asks to be told again.
    pub(super) fn take_cookies(&mut self, lease: &Lease, response: &Response) {
        let is_kept = self.live.config.cookies == Cookies::Keep;
        if is_kept && response.headers.contains_key(SET_COOKIE) {
            let jar = &mut self.hosts.entry(lease.fingerprint.host).cookies;
            jar.get_or_insert_default().take(&lease.url, &response.headers, now_secs());
        }
    }
}

fn now_secs() -> i64 {
    i64::try_from(clock::now().0 / 1000).unwrap_or(i64::MAX)
}
