//! What a change of the rules would do to a crawl, counted before it is applied.

use std::collections::{BTreeMap, HashSet};
use std::fmt::{Display, Write as _};
use std::io;
use std::path::Path;

use crawler_engine::{StartError, export_frontier};
use crawler_frontier::transfer::{Item, UrlItem};
use crawler_url::scope::{OutOfScope, ScopeRules};
use crawler_url::{CanonicalRules, Canonicalizer, WireUrl};

use crate::explain::ScopeJudge;
use crate::explain::outputs::{SkippedRow, for_each_line};
use crate::settings::RawConfig;
use crate::terminal::escape;

/// URLs shown for each count.
const EXAMPLES_MAX: usize = 3;

/// The new rules.
pub(crate) struct Rules<'a> {
    pub(crate) scope: &'a ScopeRules,
    pub(crate) canonical: &'a CanonicalRules,
    pub(crate) raw: &'a RawConfig,
    /// Seeds given with them; those of the crawl are added.
    pub(crate) seeds: Vec<WireUrl>,
}

/// What they would do.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    queued: u64,
    hosts: u64,
    /// By the rule that refuses.
    dropped: BTreeMap<String, Group>,
    merged: Group,
    /// Rows about links that were refused.
    refused: u64,
    readmitted: Group,
}

/// URLs that fare alike.
#[derive(Debug, Default)]
struct Group {
    count: u64,
    examples: Vec<String>,
}

impl Group {
    fn add(&mut self, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(example());
        }
    }
}

/// Why a visit of the frontier ends.
enum Stop {
    /// The queue is over.
    Enough,
    Start(StartError),
}

impl From<StartError> for Stop {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

/// Goes through the queue of the crawl in `data_dir` and then through its refused links; each of
/// these that the new rules take is handed to `readmit`. `None` when there is no crawl. Memory grows
/// with the queue of the largest host only.
pub(crate) fn plan(
    data_dir: &Path,
    mut rules: Rules<'_>,
    readmit: &mut dyn FnMut(&str) -> io::Result<()>,
) -> anyhow::Result<Option<Plan>> {
    let mut walk = Walk {
        plan: Plan::default(),
        judge: None,
        canonicalizer: Canonicalizer::default().with_rules(rules.canonical),
        keys: HashSet::new(),
    };
    match export_frontier(data_dir, &mut |item| walk.visit(item, &mut rules)) {
        Ok(None) => return Ok(None),
        Ok(Some(_)) | Err(Stop::Enough) => {}
        Err(Stop::Start(error)) => return Err(error.into()),
    }
    let judge = walk.judge.unwrap_or_else(|| rules.judge());
    let mut plan = walk.plan;
    let mut failed = None;
    for_each_line(&data_dir.join("reports/skipped.jsonl"), "\"reason\"", &mut |line| {
        let outcome = plan.read_refused(line, &judge, readmit);
        failed = outcome.err();
        failed.is_none()
    })?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(Some(plan)),
    }
}

impl<'a> Rules<'a> {
    fn judge(&self) -> ScopeJudge<'a> {
        ScopeJudge::new(self.scope, &self.seeds, self.raw)
    }
}

struct Walk<'a> {
    plan: Plan,
    /// Made when all seeds are known.
    judge: Option<ScopeJudge<'a>>,
    canonicalizer: Canonicalizer,
    /// Of one host: URLs of two hosts are never the same.
    keys: HashSet<u64>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, item: &Item, rules: &mut Rules<'a>) -> Result<(), Stop> {
        match item {
            Item::Seed(seed) => rules.seeds.push(seed.clone()),
            Item::Host(_) => {
                self.keys.clear();
                self.plan.hosts += 1;
            }
            Item::Url(item) => {
                let judge = self.judge.get_or_insert_with(|| rules.judge());
                self.plan.take(item, judge, &self.canonicalizer, &mut self.keys);
            }
            Item::Page(_) | Item::Seen(_) => return Err(Stop::Enough),
            _ => {}
        }
        Ok(())
    }
}

impl Plan {
    fn take(
        &mut self,
        item: &UrlItem,
        judge: &ScopeJudge<'_>,
        canonicalizer: &Canonicalizer,
        keys: &mut HashSet<u64>,
    ) {
        self.queued += 1;
        // As the crawl does: what was not found in a page needs no scope.
        if item.depth > 0 && judge.refuses(&item.url, item.depth).is_some() {
            let answer = judge.answer(&item.url, item.depth);
            let reason = answer.reason.unwrap_or_default();
            let rule = format!("{reason}: {} [{}]", answer.rule, answer.place);
            self.dropped.entry(rule).or_default().add(|| item.url.to_string());
        } else if !keys.insert(canonicalizer.fingerprint(&item.url).url) {
            let form = || canonicalizer.canonicalize(&item.url);
            self.merged.add(|| format!("{} is {}", item.url, form()));
        }
    }

    fn read_refused(
        &mut self,
        line: &str,
        judge: &ScopeJudge<'_>,
        readmit: &mut dyn FnMut(&str) -> io::Result<()>,
    ) -> io::Result<()> {
        let Ok(row) = serde_json::from_str::<SkippedRow>(line) else { return Ok(()) };
        if !OutOfScope::is_reason(&row.reason) {
            return Ok(());
        }
        self.refused += 1;
        let Ok(url) = WireUrl::parse(&row.url) else { return Ok(()) };
        if judge.refuses(&url, row.depth).is_none() {
            readmit(url.as_str())?;
            self.readmitted.add(|| format!("{url} was {}", row.reason));
        }
        Ok(())
    }
}

impl Display for Plan {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "queued: {} URLs of {} hosts", self.queued, self.hosts);
        let dropped: u64 = self.dropped.values().map(|group| group.count).sum();
        let _ = writeln!(text, "dropped: {dropped}");
        for (rule, group) in &self.dropped {
            group.show(&mut text, &format!("  {rule}"));
        }
        self.merged.show(&mut text, "merged");
        let _ = writeln!(text, "refused_links_listed: {}", self.refused);
        self.readmitted.show(&mut text, "readmitted");
        out.write_str(&text)
    }
}

impl Group {
    fn show(&self, text: &mut String, name: &str) {
        let _ = writeln!(text, "{}: {}", escape(name), self.count);
        for example in &self.examples {
            let _ = writeln!(text, "    {}", escape(example));
        }
    }
}
