//! Robots rules between runs: what the store keeps, and back.

use std::sync::Arc;

use crawler_fetch::FailureKind;
use crawler_frontier::{Lease, RobotsMemory, RobotsText};
use crawler_politeness::UnixMillis;
use crawler_politeness::robots::{BODY_BYTES_MAX, RobotsConclusion, RobotsEntry, RobotsRules};
use crawler_url::Scheme;

use super::Shard;
use super::hosts::Closed;
use super::robots::RobotsReply;

impl Shard {
    /// Takes up what the store remembers of the host's robots.txt, once.
    pub(super) fn recall_robots(&mut self, lease: &Lease) {
        let (host, scheme) = (lease.fingerprint.host, lease.url.scheme());
        let context = self.hosts.entry(host);
        let recalled = &mut context.recalled[usize::from(scheme == Scheme::Https)];
        if std::mem::replace(recalled, true) || context.robots(scheme).is_some() {
            return;
        }
        let memory = match self.reader.robots(host, scheme) {
            Ok(Some(memory)) => memory,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(url = lease.url.as_str(), %error, "cannot recall robots.txt, asking for it again");
                return;
            }
        };
        let rules = rules(&memory.rules, &self.shared.config.product_token);
        let context = self.hosts.entry(host);
        *context.robots(scheme) = Some(RobotsEntry { rules, expires_at: memory.expires_at });
        context.closed = memory.closed.map(closed);
    }

    /// What is to be remembered of an answer that came at `now`.
    pub(super) fn robots_memory(
        &self,
        lease: &Lease,
        reply: &RobotsReply,
        now: UnixMillis,
    ) -> RobotsMemory {
        let conclusion = reply.answer().conclusion();
        let rules = match conclusion {
            RobotsConclusion::File(body) => {
                RobotsText::Body(body[..body.len().min(BODY_BYTES_MAX)].to_vec())
            }
            RobotsConclusion::AllowAll => RobotsText::AllowAll,
            RobotsConclusion::Unreachable => self.known_text(lease),
        };
        let closed = reply.closed().map(|closed| (closed.reason.to_owned(), closed.detail));
        RobotsMemory { expires_at: now + conclusion.ttl(reply.max_age()), rules, closed }
    }

    /// What the host said before, else that everything is forbidden.
    fn known_text(&self, lease: &Lease) -> RobotsText {
        let known = self.reader.robots(lease.fingerprint.host, lease.url.scheme());
        known.ok().flatten().map_or(RobotsText::DisallowAll, |memory| memory.rules)
    }
}

/// The rules for one product token.
pub(crate) fn rules(text: &RobotsText, product_token: &str) -> Arc<RobotsRules> {
    Arc::new(match text {
        RobotsText::Body(body) => RobotsRules::parse(body, product_token),
        RobotsText::AllowAll => RobotsRules::allow_all(),
        RobotsText::DisallowAll => RobotsRules::disallow_all(),
    })
}

fn closed((reason, detail): (String, String)) -> Closed {
    let reason = FailureKind::named(&reason).map_or("robots", FailureKind::as_str);
    Closed { reason, detail }
}
