//! A few threads that read pages, and give back what they made in the order of the pages.

use std::any::Any;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::page::{Made, PageBody, PageMaker};

/// Pages under way for each thread: enough that none waits while the oldest page is a slow one.
const PAGES_PER_THREAD: usize = 4;
/// Trees are at most 512 elements deep, see [`crawler_content::Page`]; a library may recurse on them.
const STACK_BYTES: usize = 8 << 20;

type Task = (PageBody, SyncSender<Made>);

pub(super) struct Pool {
    tasks: Option<SyncSender<Task>>,
    /// What will be made, oldest page first.
    under_way: VecDeque<Receiver<Made>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts `n_threads` threads, which are called after `name`.
    pub(super) fn start(
        name: &str,
        n_threads: usize,
        maker: &Arc<dyn PageMaker>,
    ) -> io::Result<Self> {
        let (tasks, queue) = sync_channel::<Task>(n_threads * PAGES_PER_THREAD);
        let queue = Arc::new(Mutex::new(queue));
        let start = |n: usize| {
            let (queue, maker) = (Arc::clone(&queue), Arc::clone(maker));
            let builder = Builder::new().name(format!("{name}-{n}")).stack_size(STACK_BYTES);
            builder.spawn(move || work(&queue, &*maker))
        };
        let threads = (0..n_threads).map(start).collect::<io::Result<_>>()?;
        Ok(Self { tasks: Some(tasks), under_way: VecDeque::new(), threads })
    }

    /// Whether [`Self::next`] should be asked before another page is given.
    pub(super) fn is_full(&self) -> bool {
        self.under_way.len() >= self.threads.len() * PAGES_PER_THREAD
    }

    pub(super) fn give(&mut self, page: PageBody) {
        let (made, promise) = sync_channel(1);
        if let Some(tasks) = &self.tasks {
            // Threads outlive their failures; without any, the promise is found broken.
            let _ = tasks.send((page, made));
        }
        self.under_way.push_back(promise);
    }

    /// What was made of the oldest page, once it is; none when no page is under way. An error when
    /// the threads are gone.
    pub(super) fn next(&mut self) -> Option<Result<Made, &'static str>> {
        let promise = self.under_way.pop_front()?;
        Some(promise.recv().map_err(|_| "the threads that read pages are gone"))
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.tasks = None;
        for thread in self.threads.drain(..) {
            // It cannot have failed: failures of readers are caught.
            let _ = thread.join();
        }
    }
}

fn work(queue: &Mutex<Receiver<Task>>, maker: &dyn PageMaker) {
    loop {
        let task = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((page, promise)) = task else { return };
        let made = catch_unwind(AssertUnwindSafe(|| maker.make(&page)));
        let made = made.unwrap_or_else(|panic| {
            let why = message(&*panic);
            tracing::warn!(url = page.url, "a page could not be read: {why}");
            maker.failed(&page, why)
        });
        // Who does not want it any more has ended.
        let _ = promise.send(made);
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown")
}
