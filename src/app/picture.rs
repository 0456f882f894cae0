//! The dashboard without a terminal: the same pollers, store, state and drawing, into a picture. The
//! README's picture is made by it.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::dashboard::Dashboard;
use super::lookout::Lookout;
use super::{Writes, fleet_of, now};
use crate::poll;
use crate::state::{Message, Size, State};
use crate::ui::{self, svg};

/// Runs the dashboard for a while and gives its screen as SVG.
pub async fn take(dashboard: Dashboard, size: Size, after: Duration) -> String {
    let Dashboard { config, settings, start, appearance, presenter, .. } = dashboard;
    let theme = appearance.in_a_picture().theme(None);
    let (mut store, sources, _keys) = fleet_of(&config, Writes::Forbidden);
    let mut lookout = Lookout::start(&config, &mut store);
    let mut state = State::new(store, settings, size, now());
    state.presenter.set(presenter);
    state.begin(start, None);
    let (reports, mut incoming) = mpsc::channel(64);
    let pollers = poll::start(sources, config.refresh, &reports);
    let watch = async {
        loop {
            let message = tokio::select! {
                Some(report) = incoming.recv() => Message::Report(report),
                look = lookout.next() => Message::Look(look),
            };
            state.update(message, now());
        }
    };
    // It never ends by itself: running out of time is how it is meant to end.
    let _ = timeout(after, watch).await;
    drop(pollers);
    state.update(Message::Tick, now());
    state.refresh();
    // No key can be held up here: the rows are built to their end.
    while state.is_building() {
        state.work();
    }
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
    ui::draw_into(&mut buffer, &state, &theme, &mut None);
    svg::picture(&buffer)
}
