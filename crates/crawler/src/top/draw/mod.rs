//! The screen: numbers above, hosts in the middle, fetches below, keys at the bottom.

mod above;
mod lists;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::app::{App, Mode, Note};
use super::keys::KEYS;
use crate::numbers::count;
use crate::terminal::escape;

/// Lines of a panel above, without its frame: one for each shard, as long as there is room.
const PANEL_LINES: u16 = 3;
const PANEL_LINES_MAX: u16 = 8;
/// Of a terminal this high, the panels may have more lines.
const TALL_ROWS: u16 = 36;

/// Draws everything.
pub(super) fn draw(frame: &mut Frame<'_>, app: &App) {
    let shards = app.status.as_ref().map_or(0, |status| status.shards.len() as u16);
    let is_tall = frame.area().height >= TALL_ROWS;
    let lines = if is_tall { shards.clamp(PANEL_LINES, PANEL_LINES_MAX) } else { PANEL_LINES };
    let [head, panels, hosts, fetches, foot] = Layout::vertical([
        Constraint::Length(3),
        Constraint::Length(lines + 2),
        Constraint::Fill(3),
        Constraint::Fill(2),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    above::head(frame, head, app);
    above::panels(frame, panels, app);
    lists::hosts(frame, hosts, app);
    lists::fetches(frame, fetches, app);
    frame.render_widget(foot_line(app), foot);
    if app.mode == Mode::Help {
        help(frame);
    }
}

/// A frame with a title.
fn panel(title: &str) -> Block<'_> {
    Block::bordered().border_style(Style::new().dark_gray()).title(Span::from(title).bold())
}

fn foot_line(app: &App) -> Line<'_> {
    match (&app.mode, &app.note) {
        (Mode::Search(text), _) => {
            asking("search hosts: ", text, "Enter shows them, Esc goes back")
        }
        (Mode::Delay { text, .. }, _) => {
            asking("delay of the host: ", text, "as 2s, or default; Enter sets it, Esc goes back")
        }
        (Mode::Drop { host, queued }, _) => Line::from(format!(
            "drop {} URLs of {}? they end as skipped  y: yes, any other key: no",
            count(*queued),
            escape(host)
        ))
        .style(Color::Yellow),
        (_, Some(Note::Failed(text))) => Line::from(escape(text)).style(Color::Red),
        (_, Some(Note::Done(text))) => Line::from(escape(text)).style(Color::Green),
        _ => Line::from("p pause  b block  d delay  x drop  / search  s sort  ? help  q quit")
            .style(Color::DarkGray),
    }
}

fn asking<'a>(what: &'a str, text: &'a str, keys: &'a str) -> Line<'a> {
    let cursor = Span::from(" ").reversed();
    Line::from(vec![
        Span::from(what).bold(),
        Span::from(escape(text)),
        cursor,
        Span::from("   "),
        Span::from(keys).dark_gray(),
    ])
}

fn help(frame: &mut Frame<'_>) {
    let area = centered(frame.area(), 60, KEYS.len() as u16 + 2);
    let lines: Vec<Line<'_>> = KEYS
        .iter()
        .map(|(key, what)| {
            Line::from(vec![Span::from(format!(" {key:<14}")).bold(), (*what).into()])
        })
        .collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(panel(" Keys ")), area);
}

fn centered(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    Rect { x, y, width, height }
}
