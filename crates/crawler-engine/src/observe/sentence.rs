//! Why a crawl is not faster, in one plain sentence.

use super::{CapacityUse, IdleReason, QueueHolders};

/// A second reason is told from this share on.
const SECOND_SHARE_MIN: f64 = 0.2;

/// The largest reason, and the second if it counts.
pub(crate) fn sentence(spent: &CapacityUse, held_by: Option<QueueHolders>) -> String {
    let shares = spent.shares();
    let Some((why, share)) = shares.first() else {
        return "nothing was measured yet".to_owned();
    };
    let mut text = format!("{} of capacity {}", percent(*share), told(*why));
    if let Some((why, share)) = shares.get(1).filter(|(_, share)| *share >= SECOND_SHARE_MIN) {
        text = format!("{text}, {} {}", percent(*share), told(*why));
    }
    let waits_for_hosts = |(why, share): &(IdleReason, f64)| {
        *why == IdleReason::Politeness && *share >= SECOND_SHARE_MIN
    };
    match held_by.filter(|_| shares.iter().take(2).any(waits_for_hosts)) {
        Some(QueueHolders { hosts: 1, share }) => {
            text + &format!(": 1 host holds {} of the queue", percent(share))
        }
        Some(QueueHolders { hosts, share }) => {
            text + &format!(": {hosts} hosts hold {} of the queue", percent(share))
        }
        None => text,
    }
}

fn told(why: IdleReason) -> &'static str {
    match why {
        IdleReason::Dns => "waits for name servers",
        IdleReason::Connect => "waits for connections",
        IdleReason::Tls => "waits for TLS handshakes",
        IdleReason::FirstByte => "waits for servers to answer",
        IdleReason::Body => "waits for bodies to come in",
        IdleReason::Politeness => "waits for politeness",
        IdleReason::Empty => "has nothing to fetch",
        IdleReason::Imbalance => "has no hosts while other shards are at their limit",
        IdleReason::Rate => "is kept back by the limit on requests or bytes per second",
        IdleReason::Budget => "is kept back by the limit on pages",
        IdleReason::Store => "waits for the disk",
        IdleReason::Pressure => "is kept back because memory or disk is short",
        IdleReason::Files => "is kept back because open files are short",
        IdleReason::Paused => "is paused",
        IdleReason::Cpu => "waits for the processor",
    }
}

/// Whole per cents; all but nothing is not nothing, all but all not all.
fn percent(share: f64) -> String {
    let rounded = (share * 100.0).round();
    let shown = if share < 1.0 { rounded.min(99.0) } else { rounded };
    format!("{:.0} %", shown.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    /// Seconds by reason, who holds the queue, and what is told.
    type Row = (&'static [(IdleReason, f64)], Option<QueueHolders>, &'static str);

    use IdleReason::{Connect, Cpu, Empty, FirstByte, Politeness};

    #[test]
    fn the_sentence_names_what_counts_most() {
        let held = |hosts, share| Some(QueueHolders { hosts, share });
        let table: &[Row] = &[
            (&[], None, "nothing was measured yet"),
            (&[(Cpu, 3.0)], held(1, 1.0), "100 % of capacity waits for the processor"),
            (
                &[(Politeness, 82.0), (FirstByte, 18.0)],
                held(14, 0.96),
                "82 % of capacity waits for politeness: 14 hosts hold 96 % of the queue",
            ),
            (
                &[(Politeness, 999.0), (Cpu, 1.0)],
                held(1, 1.0),
                "99 % of capacity waits for politeness: 1 host holds 100 % of the queue",
            ),
            (
                &[(Connect, 60.0), (Empty, 40.0)],
                held(1, 1.0),
                "60 % of capacity waits for connections, 40 % has nothing to fetch",
            ),
            (
                &[(FirstByte, 50.0), (Politeness, 30.0), (Cpu, 20.0)],
                held(3, 0.5),
                "50 % of capacity waits for servers to answer, 30 % waits for politeness: \
                 3 hosts hold 50 % of the queue",
            ),
            (
                &[(FirstByte, 90.0), (Politeness, 10.0)],
                held(3, 0.5),
                "90 % of capacity waits for servers to answer",
            ),
        ];
        for (secs, held_by, expected) in table {
            let spent = secs.iter().copied().collect();
            assert_eq!(sentence(&spent, *held_by), *expected);
        }
    }

    #[test]
    fn every_reason_has_words_of_its_own() {
        let told: std::collections::BTreeSet<_> = IdleReason::ALL.map(told).into();
        assert_eq!(told.len(), IdleReason::ALL.len());
    }
}
