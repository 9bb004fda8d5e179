//! `crawler top`: a running crawl, live on the terminal, with keys to steer it.

mod app;
mod draw;
mod feed;
mod keys;
#[cfg(test)]
pub(crate) mod tests;

use std::io::{self, IsTerminal};
use std::sync::mpsc::channel;
use std::time::Duration;

use anyhow::{Context as _, bail};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyEventKind};

use crate::ctl::Client;
use crate::exit::Exit;
use crate::signals;
use app::App;
use feed::{Feed, News};

/// How long a key is waited for before the screen is looked at again.
const TURN: Duration = Duration::from_millis(100);

/// Shows the crawl until the user has seen enough.
///
/// # Errors
/// When there is no terminal, or the crawl does not answer at first.
pub(crate) fn run(client: &Client) -> anyhow::Result<Exit> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        bail!("`crawler top` needs a terminal; `crawler ctl status` tells the same once");
    }
    let (news, inbox) = channel();
    let feed = Feed::start(client, &news)?;
    // Signals end the view by the same way as a key does, so that the terminal is restored.
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if signals::wait_for_one().is_ok() {
            let _ = news.send(News::End);
        }
    })?;
    let mut app = App::default();
    let mut terminal = ratatui::try_init().context("cannot use the terminal")?;
    let ended = show(&mut terminal, &mut app, |app| {
        let mut is_changed = false;
        while let Ok(news) = inbox.try_recv() {
            app.take(news);
            is_changed = true;
        }
        if event::poll(TURN)? {
            is_changed = true;
            if let Event::Key(key) = event::read()? {
                let is_press = key.kind != KeyEventKind::Release;
                if let Some(order) = is_press.then(|| app.key(key)).flatten() {
                    feed.order(order);
                }
            }
        }
        Ok(is_changed)
    });
    let restored = ratatui::try_restore();
    ended.and(restored).context("cannot use the terminal")?;
    Ok(Exit::Done)
}

/// Draws whenever a turn has changed something.
fn show(
    terminal: &mut DefaultTerminal,
    app: &mut App,
    mut turn: impl FnMut(&mut App) -> io::Result<bool>,
) -> io::Result<()> {
    let mut is_changed = true;
    while !app.is_over {
        if is_changed {
            terminal.draw(|frame| draw::draw(frame, app))?;
        }
        is_changed = turn(app)?;
    }
    Ok(())
}
