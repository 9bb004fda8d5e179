//! What a shard was told to do from outside, and has not done to the end.

use std::sync::atomic::Ordering::Acquire;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use crawler_frontier::{Candidate, FrontierError, Source, Tally, TallyId};

use super::Shard;
use super::emptying::Emptying;
use crate::clock;
use crate::control::{Order, SeedsTaken, Task};
use crate::outstanding::WorkGuard;

/// How soon the loop looks again at orders under way.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The orders of one shard that are under way.
#[derive(Default)]
pub(super) struct OpenOrders {
    open: Vec<(Step, WorkGuard)>,
    /// Number of the last hand-over that had something to commit.
    sent: u64,
}

/// What an order waits for.
pub(super) enum Step {
    /// The seen set has to decide.
    Tally(TallyId, SyncSender<SeedsTaken>),
    /// A hand-over has to be committed; then this is told.
    Commit(u64, Box<dyn FnOnce()>),
    /// Its host has to be emptied.
    Drop(Emptying),
    /// What is stored of its host must be committed first.
    Again(Task),
    /// Nothing: it is done.
    Done,
}

impl OpenOrders {
    pub(super) fn patience(&self) -> Duration {
        if self.open.is_empty() { Duration::MAX } else { LOOK_AGAIN }
    }

    /// Hand-over `number` went to the writer, or had nothing to commit: then what it stands for is as
    /// durable as the one before it.
    pub(super) fn handed_over(&mut self, number: u64, is_empty: bool) {
        if !is_empty {
            self.sent = number;
            return;
        }
        for (step, _) in &mut self.open {
            if let Step::Commit(awaited, _) = step
                && *awaited <= number
            {
                *awaited = (*awaited).min(self.sent);
            }
        }
    }
}

impl Shard {
    /// Begins an order.
    pub(super) fn take_order(&mut self, order: Order) {
        let Order { task, guard } = order;
        let step = match task {
            Task::Admit(links, answer) => self.admit_links(links, answer),
            Task::Settle(answer) => Ok(self.when_committed(answer, ())),
            Task::Drop { host, urls_max, answer } => {
                Ok(Step::Drop(Emptying { host, left: urls_max, dropped: 0, answer }))
            }
            Task::Requeue { host, failed, answer } => self.requeue(host, failed, answer),
            Task::Release(template, answer) => {
                self.traps.release(&template);
                Ok(self.when_committed(answer, ()))
            }
            Task::Touch(host, answer) => self.touch(host, answer),
        };
        let step = self.or_broken(step);
        self.orders.open.push((step, guard));
    }

    /// Brings the open orders forward, and answers those that are done.
    pub(super) fn advance_orders(&mut self) {
        if self.orders.open.is_empty() {
            return;
        }
        let committed = self.shared.writer.committed[usize::from(self.id.0)].0.load(Acquire);
        let mut is_undecided = false;
        for (step, guard) in std::mem::take(&mut self.orders.open) {
            let step = match step {
                Step::Tally(id, answer) => self.tally(id, answer),
                Step::Drop(emptying) => {
                    let step = self.drop_some(emptying);
                    self.or_broken(step)
                }
                Step::Again(task) => {
                    self.take_order(Order { task, guard });
                    continue;
                }
                step => step,
            };
            is_undecided |= matches!(step, Step::Tally(..));
            match step {
                Step::Commit(number, tell) if number <= committed => tell(),
                Step::Done => {}
                step => self.orders.open.push((step, guard)),
            }
        }
        if is_undecided {
            self.frontier.judge();
        }
        if !self.orders.open.is_empty() {
            self.want_commit();
        }
    }

    fn admit_links(
        &mut self,
        links: Vec<Candidate>,
        answer: SyncSender<SeedsTaken>,
    ) -> Result<Step, FrontierError> {
        for link in links.iter().filter(|link| link.source == Source::Seed) {
            self.frontier.add_seed(&link.url);
        }
        let (admitted, id) = self.frontier.admit_tallied(links, clock::now())?;
        self.count_admitted(&admitted);
        Ok(self.tally(id, answer))
    }

    /// A frontier that cannot be read ends the shard, and the order with it.
    fn or_broken(&mut self, step: Result<Step, FrontierError>) -> Step {
        step.unwrap_or_else(|error| {
            self.broken = Some(error);
            Step::Done
        })
    }

    fn tally(&mut self, id: TallyId, answer: SyncSender<SeedsTaken>) -> Step {
        let Some(Tally { new, known }) = self.frontier.take_tally(id) else {
            return Step::Tally(id, answer);
        };
        self.when_committed(answer, SeedsTaken { new, known })
    }

    /// Tells `what` when everything done so far is committed.
    pub(super) fn when_committed<T: 'static>(&self, answer: SyncSender<T>, what: T) -> Step {
        // Who asked may have gone away; then there is nobody to tell.
        let tell = Box::new(move || drop(answer.try_send(what)));
        Step::Commit(self.frontier.next_number(), tell)
    }
}
