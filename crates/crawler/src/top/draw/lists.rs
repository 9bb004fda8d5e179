//! The table of hosts and the list of recent fetches.

use crawler_admin::api::{FetchEvent, HostSort, HostState, HostView};
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::{Color, Style, Stylize as _};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Row, Table, TableState};

use super::super::app::App;
use super::panel;
use crate::ctl::show;
use crate::numbers::{bytes, count};
use crate::terminal::escape;

/// The hosts, the selected one marked.
pub(super) fn hosts(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let query = &app.query;
    let searched = match query.search.as_str() {
        "" => String::new(),
        text => format!(", with `{}` in the name", escape(text)),
    };
    let title = format!(" Hosts, {}{searched} ", first(query.sort));
    let now = show::now_ms();
    let widths = [
        Constraint::Fill(1),
        Constraint::Length(11),
        Constraint::Length(10),
        Constraint::Length(10),
        Constraint::Length(7),
        Constraint::Length(7),
        Constraint::Length(7),
    ];
    let number = |text: String| Text::from(text).right_aligned();
    let row = |host: &HostView| {
        let tone = Style::new().fg(color(host.state));
        Row::new([
            Text::from(escape(&host.host).into_owned()),
            Text::styled(show::host_state(host.state), tone),
            number(count(host.queued)),
            number(count(host.fetched)),
            number(count(host.errors.into())),
            number(show::duration(host.delay_ms)),
            number(show::waits(host, now)),
        ])
    };
    let heading = ["queued", "fetched", "errors", "delay", "waits"].map(|it| number(it.to_owned()));
    let heading = [Text::from("host"), Text::from("state")].into_iter().chain(heading);
    let table = Table::new(app.hosts.iter().map(row), widths)
        .header(Row::new(heading).dark_gray())
        .row_highlight_style(Style::new().reversed())
        .block(panel(&title));
    let mut state = TableState::new().with_selected(app.selected_idx());
    frame.render_stateful_widget(table, area, &mut state);
}

/// Which hosts come first.
fn first(sort: HostSort) -> &'static str {
    match sort {
        HostSort::Queued => "longest queue first",
        HostSort::Fetched => "most fetched first",
        HostSort::Errors => "most errors first",
        HostSort::Wait => "longest wait first",
        HostSort::Stored => "as stored",
    }
}

fn color(state: HostState) -> Color {
    match state {
        HostState::Ready => Color::Green,
        HostState::BackingOff => Color::Yellow,
        HostState::Dead | HostState::Blocked => Color::Red,
        HostState::Waiting | HostState::Idle => Color::Reset,
    }
}

/// What has ended last, the newest first.
pub(super) fn fetches(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let room = usize::from(area.height.saturating_sub(2));
    let lines: Vec<Line<'_>> = app.recent.iter().take(room).map(fetch).collect();
    frame.render_widget(Paragraph::new(lines).block(panel(" Fetches ")), area);
}

fn fetch(it: &FetchEvent) -> Line<'static> {
    let tone = match it.status {
        Some(..400) => Color::Green,
        Some(400..500) => Color::Yellow,
        _ => Color::Red,
    };
    Line::from(vec![
        Span::from(format!("{} ", show::time_of_day(it.at_ms))).dark_gray(),
        Span::from(format!("{:<12}", escape(&show::events::result(it)))).fg(tone),
        Span::from(format!("{:>9} {:>7}  ", bytes(it.bytes as f64), show::duration(it.elapsed_ms))),
        Span::from(escape(&it.url).into_owned()),
    ])
}
