//! What keys do.

use crawler_admin::api::{HostSort, HostState, State};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{App, Mode, Note};
use super::feed::Order;
use crate::settings::parse_duration;

/// The word that takes a delay back.
const DEFAULT: &str = "default";
/// Rows that a page key goes.
const PAGE_ROWS: isize = 10;

/// All keys of the table with what they do, for the help.
pub(super) const KEYS: [(&str, &str); 10] = [
    ("↑ ↓ PgUp PgDn", "select a host"),
    ("p", "pause or resume the crawl"),
    ("b", "block or unblock the host"),
    ("d", "change the delay of the host"),
    ("x", "drop the queue of the host"),
    ("/", "search hosts; Enter with nothing shows all"),
    ("s", "sort hosts by something else"),
    ("?", "show these keys"),
    ("Esc", "go back"),
    ("q", "quit; the crawl goes on"),
];

impl App {
    /// Does what a key says; what is to be told to the crawl is returned.
    pub(super) fn key(&mut self, key: KeyEvent) -> Option<Order> {
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            self.is_over = true;
            return None;
        }
        if !matches!(self.mode, Mode::Table) && key.code == KeyCode::Esc {
            self.mode = Mode::Table;
            return None;
        }
        match std::mem::take(&mut self.mode) {
            Mode::Table => self.table_key(key.code),
            Mode::Help => None,
            Mode::Search(text) => self.search_key(text, key.code),
            Mode::Delay { host, text } => self.delay_key(host, text, key.code),
            Mode::Drop { host, .. } => {
                (key.code == KeyCode::Char('y')).then_some(Order::Drop(host))
            }
        }
    }

    fn table_key(&mut self, key: KeyCode) -> Option<Order> {
        self.note = None;
        match key {
            KeyCode::Up | KeyCode::Char('k') => self.select(-1),
            KeyCode::Down | KeyCode::Char('j') => self.select(1),
            KeyCode::PageUp => self.select(-PAGE_ROWS),
            KeyCode::PageDown => self.select(PAGE_ROWS),
            KeyCode::Home => self.select(isize::MIN),
            KeyCode::End => self.select(isize::MAX),
            KeyCode::Char('q') => self.is_over = true,
            KeyCode::Char('?' | 'h') => self.mode = Mode::Help,
            KeyCode::Char('/') => self.mode = Mode::Search(self.query.search.clone()),
            KeyCode::Char('s') => {
                self.query.sort = next_sort(self.query.sort);
                return Some(Order::Hosts(self.query.clone()));
            }
            KeyCode::Char('p') => return self.pause_or_resume(),
            KeyCode::Char(key @ ('b' | 'd' | 'x')) => return self.host_key(key),
            _ => {}
        }
        None
    }

    fn pause_or_resume(&self) -> Option<Order> {
        let is_paused = self.status.as_ref()?.state == State::Paused;
        Some(if is_paused { Order::Resume } else { Order::Pause })
    }

    /// Keys that are about the selected host.
    fn host_key(&mut self, key: char) -> Option<Order> {
        let host = self.selected_host()?;
        let name = host.host.clone();
        match key {
            'b' if host.state == HostState::Blocked => return Some(Order::Unblock(name)),
            'b' => return Some(Order::Block(name)),
            'd' => self.mode = Mode::Delay { host: name, text: String::new() },
            _ => self.mode = Mode::Drop { queued: host.queued, host: name },
        }
        None
    }

    fn search_key(&mut self, mut text: String, key: KeyCode) -> Option<Order> {
        if key == KeyCode::Enter {
            self.query.search = text;
            return Some(Order::Hosts(self.query.clone()));
        }
        edit(&mut text, key);
        self.mode = Mode::Search(text);
        None
    }

    fn delay_key(&mut self, host: String, mut text: String, key: KeyCode) -> Option<Order> {
        if key != KeyCode::Enter {
            edit(&mut text, key);
            self.mode = Mode::Delay { host, text };
            return None;
        }
        let delay = parse_duration(text.trim());
        if delay.is_none() && text.trim() != DEFAULT {
            self.note = Some(Note::Failed(format!(
                "`{text}` is no delay: write it as 500ms, 2s or 1m30s, or {DEFAULT}"
            )));
            return None;
        }
        Some(Order::Delay(host, delay))
    }
}

fn edit(text: &mut String, key: KeyCode) {
    match key {
        KeyCode::Char(c) => text.push(c),
        KeyCode::Backspace => drop(text.pop()),
        _ => {}
    }
}

fn next_sort(sort: HostSort) -> HostSort {
    match sort {
        HostSort::Queued => HostSort::Wait,
        HostSort::Wait => HostSort::Errors,
        HostSort::Errors => HostSort::Fetched,
        HostSort::Fetched | HostSort::Stored => HostSort::Queued,
    }
}
