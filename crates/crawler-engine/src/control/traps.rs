//! Traps of a running crawl.

use super::{ControlError, Task};
use crate::handle::CrawlHandle;
use crate::shared::locked;
use crate::traps::{TRAP, Trap};

impl CrawlHandle {
    /// The templates in quarantine and those let go.
    #[must_use]
    pub fn traps(&self) -> Vec<Trap> {
        self.shared().traps.all()
    }

    /// Takes a template out of quarantine for good and queues the links into it that were refused, as
    /// far as `reports/skipped.jsonl` lists them; gives how many were new. Durable when it returns. What
    /// fails half-way can be done again.
    ///
    /// # Errors
    /// [`ControlError::UnknownTrap`], [`ControlError::Read`], [`ControlError::Ending`],
    /// [`ControlError::Busy`], [`ControlError::Restarted`].
    pub fn release_trap(&self, template: &str) -> Result<u64, ControlError> {
        self.check_open()?;
        let crawl = self.shared();
        let _one_at_a_time = locked(&crawl.control.requeueing);
        let mut traps = self.traps().into_iter();
        let trap = traps.find(|trap| trap.template == template && !trap.released);
        let unknown = || ControlError::UnknownTrap { template: template.to_owned() };
        let (host, shard) = {
            let host = trap.ok_or_else(unknown)?.host.hash();
            (host, self.shard_of(host))
        };
        // From here on none is refused; and those that were stand in the report.
        self.ask(shard, |answer| Task::Release(template.to_owned(), answer))?;
        let canonicalizer = self.canonicalizer()?;
        let (mut links, mut new, mut failed) = (Vec::new(), 0, None);
        self.for_each_report_row(0, TRAP, &mut |row| {
            if row.reason == TRAP && row.detail.as_deref() == Some(template) {
                links.push(row.link(&canonicalizer));
            }
            if links.len() >= super::seeds::ORDER_URLS_MAX {
                match self.admit(std::iter::once((shard, std::mem::take(&mut links)))) {
                    Ok(taken) => new += taken.new,
                    Err(error) => failed = Some(error),
                }
            }
            failed.is_none()
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        new += self.admit(std::iter::once((shard, links)))?.new;
        crawl.traps.release(template);
        self.ask(shard, |answer| Task::Touch(host, answer))?;
        Ok(new)
    }
}
