//! Lists and results.

use std::fmt::Write as _;

use crawler_admin::api::{Reloaded, SeedsAdded, UrlView};
use crawler_engine::Trap;
use serde::Deserialize;

use super::table::{Align, Table};
use super::time::date;
use crate::numbers::count;
use crate::terminal::escape;

/// URLs, one a line; with what is known besides.
pub(crate) fn urls(urls: &[UrlView]) -> Table {
    let mut table =
        Table::new(&[("URL", Align::Flexible), ("DEPTH", Align::Right), ("DETAIL", Align::Left)]);
    for it in urls {
        let depth = it.depth.map(|depth| depth.to_string());
        let detail = it.detail.clone();
        table.row([it.url.clone(), depth.unwrap_or_default(), detail.unwrap_or_default()]);
    }
    table
}

/// Templates in quarantine.
pub(crate) fn traps(traps: &[Trap]) -> Table {
    let mut table = Table::new(&[
        ("TEMPLATE", Align::Flexible),
        ("PAGES", Align::Right),
        ("NEW", Align::Right),
        ("STATE", Align::Left),
    ]);
    for it in traps {
        let state = if it.released { "released" } else { "not followed" };
        table.row([
            it.template.clone(),
            count(it.pages.into()),
            count(it.new.into()),
            state.to_owned(),
        ]);
    }
    table
}

/// What became of seeds.
pub(crate) fn seeds(it: &SeedsAdded, is_dry: bool) -> String {
    let verb = if is_dry { "would be new" } else { "added" };
    let (new, known, refused) = (count(it.accepted), count(it.duplicate), count(it.refused));
    let mut text = format!("{new} {verb}, {known} known already, {refused} refused\n");
    for problem in &it.problems {
        let (seed, reason) = (escape(&problem.text), escape(&problem.reason));
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  line {}: {seed}: {reason}", problem.line);
    }
    let listed = it.problems.len() as u64;
    if it.refused > listed {
        let _ = writeln!(text, "  and {} more", count(it.refused - listed));
    }
    text
}

/// What a reload has changed.
pub(crate) fn reloaded(it: &Reloaded) -> String {
    let list = |names: &[String]| match names {
        [] => "nothing".to_owned(),
        names => escape(&names.join(", ")).into_owned(),
    };
    let mut text = format!("changed: {}\n", list(&it.changed));
    if !it.needs_restart.is_empty() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "needs a restart: {}", list(&it.needs_restart));
    }
    text
}

/// The JSON of `/v1/audit`.
#[derive(Debug, Deserialize)]
pub(crate) struct AuditLog {
    entries: Vec<AuditEntry>,
}

#[derive(Debug, Deserialize)]
struct AuditEntry {
    at_ms: u64,
    actor: String,
    action: String,
    target: Option<String>,
    detail: Option<String>,
    reason: Option<String>,
}

/// What operators have done.
pub(crate) fn audit(log: &AuditLog) -> Table {
    let mut table = Table::new(&[
        ("TIME", Align::Left),
        ("BY", Align::Left),
        ("ACTION", Align::Left),
        ("TO", Align::Left),
        ("DETAIL", Align::Flexible),
        ("REASON", Align::Left),
    ]);
    for it in &log.entries {
        let texts = [&it.target, &it.detail, &it.reason].map(|it| it.clone().unwrap_or_default());
        table.row([date(it.at_ms), it.actor.clone(), it.action.clone()].into_iter().chain(texts));
    }
    table
}

#[cfg(test)]
mod tests {
    use crawler_admin::api::RefusedSeed;

    use super::*;

    #[test]
    fn seeds_are_told_with_what_was_refused() {
        let problem = RefusedSeed { line: 3, text: "x\u{1b}".into(), reason: "is no URL".into() };
        let it = SeedsAdded { accepted: 1200, duplicate: 1, refused: 7, problems: vec![problem] };
        let text = "1,200 added, 1 known already, 7 refused\n  line 3: x\\u{1b}: is no URL\n  and 6 more\n";
        assert_eq!(seeds(&it, false), text);
        assert!(seeds(&it, true).starts_with("1,200 would be new"));
    }

    #[test]
    fn a_reload_names_what_waits_for_a_restart() {
        let it = Reloaded { changed: Vec::new(), needs_restart: vec!["workers".into()] };
        assert_eq!(reloaded(&it), "changed: nothing\nneeds a restart: workers\n");
    }
}
