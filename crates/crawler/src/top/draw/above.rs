//! The numbers above: state, sums, speed, shards, why it is not faster, errors.

use crawler_admin::api::{ShardStatus, State, Status};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Sparkline};

use super::super::app::App;
use super::panel;
use crate::ctl::show::{self, table};
use crate::numbers::{bytes, compact, count, rate};
use crate::terminal::escape;

/// Shares below this one say nothing.
const SHARE_MIN: f64 = 0.0005;

/// Three lines: how it is, how much there is, why it is not faster.
pub(super) fn head(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let Some(status) = &app.status else { return };
    let mut state = vec![
        Span::from("crawler ").bold(),
        Span::from(escape(&show::state(status)).into_owned()).bold().fg(color(status.state)),
        Span::from(format!(
            "   {} pages/s   {}/s   {} failed/s   {} in flight   {}",
            rate(status.rates.pages_per_second),
            bytes(status.rates.bytes_per_second),
            rate(status.rates.failed_per_second),
            compact(status.totals.in_flight),
            show::duration((status.elapsed_secs * 1000.0) as u64)
        )),
    ];
    if let Some(why) = &app.lost {
        state = vec![Span::from(format!("not live: {}", escape(why))).bold().red()];
    }
    let sums = &status.totals;
    let sums = Line::from(format!(
        "{} fetched   {} queued   {} seen   {} failed   {} skipped",
        compact(sums.fetched),
        compact(sums.queued),
        compact(sums.seen),
        compact(sums.failed),
        compact(sums.skipped)
    ));
    let why = Line::from(escape(&status.why_not_faster.sentence)).style(Color::Yellow);
    frame.render_widget(Paragraph::new(vec![state.into(), sums, why]), area);
}

fn color(state: State) -> Color {
    match state {
        State::Running => Color::Green,
        State::Paused | State::Held | State::Draining => Color::Yellow,
        State::Stopping | State::Stopped => Color::Red,
        State::Starting | State::Waiting => Color::Cyan,
    }
}

/// Speed, shards, idle capacity and errors, side by side.
pub(super) fn panels(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let [speed, shards, idle, errors] = Layout::horizontal([
        Constraint::Fill(4),
        Constraint::Fill(5),
        Constraint::Fill(5),
        Constraint::Fill(5),
    ])
    .areas(area);
    // The newest at the right edge, as far back as there is room.
    let room = usize::from(speed.width.saturating_sub(2));
    let before = app.rates.len().saturating_sub(room);
    let data: Vec<u64> = app.rates.iter().skip(before).copied().collect();
    let speeds = Sparkline::default().data(data).style(Color::Blue).block(panel(" Pages/s "));
    frame.render_widget(speeds, speed);
    let Some(status) = &app.status else { return };
    lines(frame, shards, " Shards ", shard_lines(status, shards));
    lines(frame, idle, " Idle ", idle_lines(status, idle));
    lines(frame, errors, " Errors ", error_lines(status, errors));
}

fn lines(frame: &mut Frame<'_>, area: Rect, title: &str, lines: Vec<Line<'static>>) {
    frame.render_widget(Paragraph::new(lines).block(panel(title)), area);
}

/// Each shard's CPU and fetches; where there is no room for all, the busiest.
fn shard_lines(status: &Status, area: Rect) -> Vec<Line<'static>> {
    let room = usize::from(area.height.saturating_sub(2));
    let mut shards: Vec<&ShardStatus> = status.shards.iter().collect();
    if shards.len() > room {
        shards.sort_by_key(|shard| std::cmp::Reverse(shard.busy_permille));
        shards.truncate(room);
    }
    let width = usize::from(area.width.saturating_sub(2)).saturating_sub(15);
    let line = |shard: &ShardStatus| {
        let share = f64::from(shard.busy_permille) / 1000.0;
        Line::from(vec![
            Span::from(format!("{:>3} ", shard.shard)),
            Span::from(bar(share, width)).blue(),
            Span::from(format!(" {:>3.0}% {:>4}", share * 100.0, shard.in_flight)),
        ])
    };
    shards.into_iter().map(line).collect()
}

fn idle_lines(status: &Status, area: Rect) -> Vec<Line<'static>> {
    let parts = status.why_not_faster.parts.iter().filter(|part| part.share >= SHARE_MIN);
    parts.map(|part| named(&part.reason, &format!("{:.1}%", part.share * 100.0), area)).collect()
}

/// The most frequent reasons of failures.
fn error_lines(status: &Status, area: Rect) -> Vec<Line<'static>> {
    let mut reasons: Vec<(&String, &u64)> = status.failed.iter().filter(|(_, n)| **n > 0).collect();
    reasons.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    reasons.into_iter().map(|(reason, n)| named(reason, &count(*n), area)).collect()
}

/// A name at the left and a number at the right.
fn named(name: &str, number: &str, area: Rect) -> Line<'static> {
    let width = usize::from(area.width.saturating_sub(2));
    let room = width.saturating_sub(number.len() + 1);
    let name = table::cut(&escape(&name.replace('_', " ")), room);
    let blanks = width.saturating_sub(table::width(&name) + number.len());
    Line::from(format!("{name}{}{number}", " ".repeat(blanks)))
}

fn bar(share: f64, width: usize) -> String {
    let filled = (share.clamp(0.0, 1.0) * width as f64).round() as usize;
    "█".repeat(filled) + &"░".repeat(width.saturating_sub(filled))
}
