//! What the screen knows.

use std::collections::VecDeque;

use crawler_admin::api::{FetchEvent, HostView, Status};

use super::feed::{HostQuery, News};

/// Fetches remembered; no terminal shows more.
const RECENT_MAX: usize = 200;
/// Seconds of speed remembered.
const RATES_MAX: usize = 300;

/// What the keys are for just now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// The table of hosts.
    #[default]
    Table,
    /// A part of a host's name is written.
    Search(String),
    /// A delay is written.
    Delay { host: String, text: String },
    /// Whether to drop a queue is asked.
    Drop { host: String, queued: u64 },
    /// The keys are explained.
    Help,
}

/// Something to tell below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Note {
    Done(String),
    Failed(String),
}

/// The state of the view.
#[derive(Debug, Default)]
pub(super) struct App {
    pub(super) status: Option<Box<Status>>,
    /// Why nothing comes from the crawl, if so.
    pub(super) lost: Option<String>,
    pub(super) hosts: Vec<HostView>,
    /// Name of the host that keys are about.
    pub(super) selected: Option<String>,
    pub(super) recent: VecDeque<FetchEvent>,
    /// Pages per second, the newest last.
    pub(super) rates: VecDeque<u64>,
    pub(super) query: HostQuery,
    pub(super) mode: Mode,
    pub(super) note: Option<Note>,
    pub(super) is_over: bool,
}

impl App {
    /// Takes news in.
    pub(super) fn take(&mut self, news: News) {
        match news {
            News::Status(status) => {
                if self.rates.len() == RATES_MAX {
                    self.rates.pop_front();
                }
                self.rates.push_back(status.rates.pages_per_second.round() as u64);
                self.status = Some(status);
                self.lost = None;
            }
            News::Fetch(fetch) => {
                self.recent.truncate(RECENT_MAX - 1);
                self.recent.push_front(fetch);
            }
            News::Hosts(hosts) => {
                self.hosts = hosts;
                if self.selected_host().is_none() {
                    self.selected = self.hosts.first().map(|host| host.host.clone());
                }
            }
            News::Done(text) => self.note = Some(Note::Done(text)),
            News::Failed(text) => self.note = Some(Note::Failed(text)),
            News::Lost(why) => self.lost = Some(why),
            News::End => self.is_over = true,
        }
    }

    /// Where the selected host is in the table.
    pub(super) fn selected_idx(&self) -> Option<usize> {
        let name = self.selected.as_ref()?;
        self.hosts.iter().position(|host| host.host == *name)
    }

    /// The host that keys are about.
    pub(super) fn selected_host(&self) -> Option<&HostView> {
        self.hosts.get(self.selected_idx()?)
    }

    /// Selects another host, so many rows on.
    pub(super) fn select(&mut self, rows: isize) {
        let last = self.hosts.len().saturating_sub(1);
        let idx = self.selected_idx().unwrap_or(0).saturating_add_signed(rows).min(last);
        self.selected = self.hosts.get(idx).map(|host| host.host.clone());
    }
}
