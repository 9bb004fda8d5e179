//! An explanation for people.

use std::fmt::{Display, Write as _};

use crawler_engine::StoredUrl;

use super::Explanation;
use crate::terminal::escape;

/// What became of the URL, in a sentence.
pub(super) fn answer(it: &Explanation, stored: Option<&StoredUrl>) -> String {
    if let Some(queue) = &it.queue {
        return match queue.ahead {
            0 => "queued: it is the next one of its host".to_owned(),
            1 => "queued: one URL of its host comes before it".to_owned(),
            ahead => format!("queued: {ahead} URLs of its host come before it"),
        };
    }
    // Of two rows the later one tells how it is now; both times are written alike.
    let page_is_newer = match (&it.page, &it.skipped) {
        (Some(page), Some(skipped)) => page.ts >= skipped.ts,
        (page, _) => page.is_some(),
    };
    if let Some(page) = it.page.as_ref().filter(|_| page_is_newer) {
        return format!("fetched at {} with status {}", page.ts, page.status);
    }
    if let Some(row) = &it.skipped {
        let detail = row.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        return format!("not fetched: {}{detail}", row.reason);
    }
    if stored.is_some_and(|stored| stored.is_undecided) {
        return "found, and not yet compared with what was seen".to_owned();
    }
    if stored.is_some_and(|stored| stored.is_seen) {
        return "remembered as seen, without a page: it was imported as seen, or a repair could not \
                save more"
            .to_owned();
    }
    if let Some(reason) = it.scope.reason {
        return format!("not fetched: the scope refuses it ({reason})");
    }
    match &it.robots {
        Some(robots) if !robots.allowed => "not found yet; robots.txt would forbid it".to_owned(),
        _ => "not found yet: no page that was fetched leads to it".to_owned(),
    }
}

impl Display for Explanation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut lines = Lines(String::new());
        lines.put("url", &self.url);
        lines.put("answer", &self.answer);
        lines.put("canonical", &self.canonical);
        if let Some(fingerprint) = &self.fingerprint {
            lines.put("fingerprint", fingerprint);
        }
        lines.put("surt", &self.surt);
        lines.put("host", format!("{}, slot {}", self.host, self.slot));
        let verdict = match self.scope.reason {
            None => "accepted by".to_owned(),
            Some(reason) => format!("refused ({reason}) by"),
        };
        lines.put("scope", format!("{verdict} {} [{}]", self.scope.rule, self.scope.place));
        self.politeness(&mut lines);
        self.rows(&mut lines);
        for note in &self.notes {
            lines.put("note", note);
        }
        out.write_str(&lines.0)
    }
}

impl Explanation {
    fn politeness(&self, lines: &mut Lines) {
        match &self.robots {
            Some(robots) => {
                let verdict = match robots.line {
                    None => "allowed".to_owned(),
                    Some(0) => "forbidden: robots.txt could not be had".to_owned(),
                    Some(line) => format!("forbidden by line {line}"),
                };
                let why = robots.unreachable.as_ref().map(|why| format!(", unreachable ({why})"));
                lines.put("robots", verdict + &why.unwrap_or_default());
            }
            None if self.fingerprint.is_some() => lines.put("robots", "not known yet"),
            None => {}
        }
        if let Some(budget) = &self.budget {
            let max = budget.host_max.map_or_else(|| "unlimited".to_owned(), |max| max.to_string());
            lines.put(
                "budget",
                format!("{} pages of its host fetched, of {max}", budget.host_fetched),
            );
        }
        if let Some(queue) = &self.queue {
            lines.put(
                "queue",
                format!(
                    "class {}, depth {}, {} attempts, as {}",
                    queue.class, queue.depth, queue.attempts, queue.url
                ),
            );
            if let Some(via) = &queue.via {
                lines.put("found_on", via);
            }
        }
        if let Some(next) = &self.next_fetch {
            let queued = next.queued;
            lines
                .put("waits_for", format!("{}; {queued} URLs queued for the host", next.waits_for));
        }
    }

    fn rows(&self, lines: &mut Lines) {
        if let Some(page) = &self.page {
            lines.put("page", format!("{} status {} as {}", page.ts, page.status, page.url));
            if let Some(via) = &page.via {
                lines.put("found_on", via);
            }
            if let Some(redirect) = &page.redirect {
                lines.put("redirects_to", redirect);
            }
        }
        if let Some(first) = &self.duplicate_of {
            lines.put("duplicate_of", first);
        }
        if let Some(row) = &self.skipped {
            let detail = row.detail.as_deref().unwrap_or("no detail");
            lines.put(
                "skipped",
                format!("{} {}: {detail}, {} attempts", row.ts, row.reason, row.attempts),
            );
            if let Some(via) = &row.via {
                lines.put("found_on", via);
            }
        }
    }
}

struct Lines(String);

impl Lines {
    fn put(&mut self, key: &str, value: impl Display) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.0, "{key}: {}", escape(&value.to_string()));
    }
}
