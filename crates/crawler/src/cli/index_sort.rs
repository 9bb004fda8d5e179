//! Sorts the index of captures at the end of a crawl, as long as nobody wants the process to end.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use crawler_store::StoreError;

/// How soon a wish to end is heard.
const POLL: Duration = Duration::from_millis(100);

/// Sorts what the crawl has added, so that the first who looks up a page need not wait for it. When
/// the process shall end, the next one that looks up a page does it.
pub(super) fn run(data_dir: &Path, is_unwanted: &dyn Fn() -> bool) {
    if is_unwanted() {
        return;
    }
    let data_dir = data_dir.to_owned();
    let sorted = unless(is_unwanted, move || {
        let mut begins = |bytes: u64| {
            let size = crate::numbers::bytes(bytes as f64);
            tracing::info!(
                "sorting {size} of the index, so that pages are found at once; Ctrl-C leaves that to the \
                 next look-up"
            );
        };
        crawler_store::sort_index(&data_dir, &mut begins)
    });
    match sorted {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::warn!(
            %error, "the index of captures is not sorted: `crawler get` will try again"
        ),
        None => tracing::warn!("the index of captures is not sorted: the next look-up does it"),
    }
}

/// What `sort` gives, on a thread of its own; `None` when that is not wanted any more. The thread then
/// ends with the process: a sorted file appears whole or not at all, and what it leaves is removed by
/// the next sorting.
fn unless(
    is_unwanted: &dyn Fn() -> bool,
    sort: impl FnOnce() -> Result<(), StoreError> + Send + 'static,
) -> Option<Result<(), StoreError>> {
    let (done, sorted) = sync_channel(1);
    let sorting = move || {
        // Whoever does not want it any more has gone.
        let _ = done.send(sort());
    };
    if std::thread::Builder::new().name("index-sort".to_owned()).spawn(sorting).is_err() {
        return None;
    }
    loop {
        match sorted.recv_timeout(POLL) {
            Ok(result) => return Some(result),
            Err(RecvTimeoutError::Timeout) if is_unwanted() => return None,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn it_is_waited_for_until_it_is_unwanted() {
        assert!(matches!(unless(&|| false, || Ok(())), Some(Ok(()))));
        let (never, sorts_for_ever) = sync_channel::<()>(0);
        let asked = Cell::new(0);
        let is_unwanted = || {
            asked.set(asked.get() + 1);
            asked.get() == 2
        };
        let sort = move || {
            let _ = sorts_for_ever.recv();
            Ok(())
        };
        assert!(unless(&is_unwanted, sort).is_none());
        drop(never);
        assert!(unless(&|| false, || panic!("it fails")).is_none());
    }
}
