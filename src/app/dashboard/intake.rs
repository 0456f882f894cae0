//! What other tasks tell of, taken into the state: reports, looks at hosts, and keys fetched again. What
//! becomes an event goes to the log too.

use tokio::sync::mpsc;

use super::Loop;
use crate::app::keys::News;
use crate::app::now;
use crate::model::{KeyLabel, Look, Report};
use crate::state::{Effect, Message};

/// How many reports are merged before a key is looked for.
const MERGED: usize = 8;

impl Loop {
    pub(super) fn take_key(&mut self, news: News) {
        let message = match news {
            News::Exchanged(key, value) => {
                self.redactor.learn(&value);
                let Some(label) = self.state.store.fleet().key(key) else { return };
                let label = KeyLabel::of(label.name.clone(), &value);
                self.keys.exchange(key, value);
                Message::KeyExchanged(key, label)
            }
            News::Failed(key, why) => Message::KeyNotFetched(key, why),
            News::Same(0) => Message::Remark("no key comes from a file, a profile or a command".to_owned()),
            News::Same(count) => {
                let keys = if count == 1 { "the key is" } else { "the keys are" };
                Message::Remark(format!("{keys} the same as before"))
            }
        };
        self.state.update(message, now());
        self.log_events();
    }

    /// Takes a report and those that wait behind it, but only so many that a flood cannot keep the loop
    /// from its keys.
    pub(super) fn take_reports(&mut self, first: Option<Report>, incoming: &mut mpsc::Receiver<Report>) {
        let waiting = std::iter::from_fn(|| incoming.try_recv().ok());
        for report in first.into_iter().chain(waiting).take(MERGED) {
            self.state.update(Message::Report(report), now());
        }
        self.lookout.attend(&self.state.store);
        self.log_events();
    }

    /// Takes a look and those that wait behind it: they are few and small.
    pub(super) fn take_looks(&mut self, first: Look) {
        let mut next = Some(first);
        while let Some(look) = next {
            self.state.update(Message::Look(look), now());
            next = self.lookout.waiting();
        }
        self.log_events();
    }

    /// The event list goes to the log too, where it outlives the screen.
    pub(super) fn log_events(&mut self) {
        let recorded = self.state.store.events_recorded();
        let fresh = usize::try_from(recorded - self.events_logged).unwrap_or(usize::MAX);
        self.events_logged = recorded;
        let fleet = self.state.store.fleet();
        let news: Vec<_> = self.state.store.events().take(fresh).collect();
        for event in news.into_iter().rev() {
            let environment = event.environment.map_or("–", |id| fleet.environment_name(id));
            let key = event.key.map_or("–", |id| fleet.key_name(id));
            tracing::info!(environment, key, severity = ?event.severity, "{}", event.text);
        }
        self.give_alerts();
    }

    /// What happened is told to somebody who does not look, too.
    fn give_alerts(&mut self) {
        for effect in self.state.alarms() {
            let Effect::Alert(alert) = effect else { continue };
            if let Some(said) = self.alarm.give(&alert) {
                self.state.update(Message::Remark(said), now());
            }
        }
    }
}
