//! What is copied: events as lines of text, with their evidence, as they would stand in a ticket.

use super::bundle::utc;
use super::{Action, Effect, Overlay, State};
use crate::model::JobKey;
use crate::store::{Event, Held, Severity, Subject};

/// The most bytes that are given to a terminal for its clipboard. Several take no sequence beyond 100,000
/// characters, which in base64 are so many bytes; what is longer some of them drop without a word.
pub const CLIPBOARD: usize = 74_994;

impl State {
    /// Copies events: the whole list as it is filtered, or the one that is first in view, which drawing knows.
    pub(super) fn copy_events(&mut self, all: bool) -> Vec<Effect> {
        if !matches!(self.overlay, Some(Overlay::Events(_))) {
            let key = self.key_of(Action::OpenEvents);
            self.remark(format!("events are copied in the event list: {key}"));
            return Vec::new();
        }
        if self.shown_events().next().is_none() {
            self.remark("there is no event to copy".to_owned());
            return Vec::new();
        }
        if !all {
            return vec![Effect::CopyEvent];
        }
        let (mut text, mut taken, mut count) = (String::new(), 0_usize, 0_usize);
        for event in self.shown_events() {
            let line = self.event_line(event);
            count += 1;
            // Once one is too many the rest is only counted: the newest in a row, none left out between.
            if taken + 1 == count && text.len() + line.len() < CLIPBOARD {
                text.push_str(&line);
                text.push('\n');
                taken += 1;
            }
        }
        let what = match (taken, count) {
            (1, 1) => "1 event".to_owned(),
            (taken, count) if taken == count => format!("{count} events"),
            _ => format!("the newest {taken} of {count} events, as many as a terminal takes"),
        };
        vec![Effect::Copy(text, what)]
    }

    /// The events that the filter shows, newest first.
    pub fn shown_events(&self) -> impl Iterator<Item = &Event> {
        self.store.events().filter(|event| self.shows_event(event))
    }

    /// Whether the filter shows an event: by all that can be read of it on the screen, and by what it is about.
    pub fn shows_event(&self, event: &Event) -> bool {
        let at = event.at.to_zoned(self.settings.zone.clone()).strftime("%b %d %H:%M:%S");
        let (place, subject) = (self.event_place(event), event.subject.word());
        let job = self.job_of_event(event).map_or(String::new(), |job| {
            [Some(job.data_name()), job.title(), job.reference()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        });
        self.event_filter.shows(event.severity, &format!("{at} {place} {} {subject} {job}", event.text))
    }

    /// The job that an event is about, while it is listed.
    pub fn job_of_event(&self, event: &Event) -> Option<Held<'_>> {
        let Subject::Job(id) = &event.subject else { return None };
        let key = JobKey { environment: event.environment?, id: id.clone() };
        self.store.job(self.store.find(&key)?)
    }

    /// One event as text: `2026-11-23T04:34:00Z error us2 prod: key rejected (401) [Request-Id …]`.
    pub fn event_line(&self, event: &Event) -> String {
        let severity = match event.severity {
            Severity::Critical => "critical",
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let place = self.event_place(event);
        let place = if place.is_empty() { String::new() } else { format!(" {place}:") };
        format!("{} {severity}{place} {}", utc(event.at), self.event_text(event))
    }

    fn event_place(&self, event: &Event) -> String {
        let fleet = self.store.fleet();
        let environment = event.environment.map(|id| fleet.environment_name(id));
        let key = event.key.map(|id| fleet.key_name(id));
        environment.into_iter().chain(key).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::{EnvironmentId, KeyId};
    use crate::state::{Settings, Size};
    use crate::store::Store;
    use crate::store::fixture::{at, fleet};

    fn state(events: usize) -> State {
        let settings = Settings {
            refresh: std::time::Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
        for second in 0..events {
            let text = format!("event {second} {}", "x".repeat(380));
            state.store.note(Severity::Info, text, at(i64::try_from(second).unwrap()));
        }
        state
    }

    struct Copied {
        text: String,
        what: String,
    }

    fn copied(state: &mut State) -> Copied {
        match state.act(Action::CopyEvents).as_slice() {
            [Effect::Copy(text, what)] => Copied { text: text.clone(), what: what.clone() },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_event_is_a_line_with_all_that_is_known() {
        let event = Event {
            at: at(0),
            severity: Severity::Error,
            subject: Subject::Key,
            environment: Some(EnvironmentId(2)),
            key: Some(KeyId(0)),
            text: "key rejected (401) [Request-Id r1]".to_owned(),
        };
        let line = state(0).event_line(&event);
        assert_eq!(line, "2026-05-28T20:26:40Z error us1 prod: key rejected (401) [Request-Id r1]");
        let event = Event { environment: None, key: None, ..event };
        assert_eq!(
            state(0).event_line(&event),
            "2026-05-28T20:26:40Z error key rejected (401) [Request-Id r1]"
        );
    }

    #[test]
    fn the_list_is_copied_as_it_is_filtered() {
        let mut state = state(30);
        assert_eq!(state.act(Action::CopyEvents), [], "not from the panes");
        state.act(Action::OpenEvents);
        assert_eq!(copied(&mut state).what, "30 events");
        state.event_filter.type_in(|input| *input = tui_input::Input::from("event 2"));
        let made = copied(&mut state);
        assert_eq!(
            (made.what.as_str(), made.text.lines().count()),
            ("30 events", 30),
            "the time has a 2 too"
        );
        state.event_filter.type_in(|input| *input = tui_input::Input::from("20:26:47"));
        let made = copied(&mut state);
        assert!(made.what == "1 event" && made.text.contains("event 7 "), "{}", made.text);
        assert_eq!(state.act(Action::CopyEvent), [Effect::CopyEvent]);
        state.event_filter.type_in(|input| *input = tui_input::Input::from("nothing like it"));
        assert_eq!(state.act(Action::CopyEvent), []);
    }

    #[test]
    fn what_a_terminal_does_not_take_is_left_out_and_said() {
        let mut state = state(300);
        state.act(Action::OpenEvents);
        let made = copied(&mut state);
        assert!(made.text.len() <= CLIPBOARD && made.text.len() > CLIPBOARD - 1_000);
        let lines = made.text.lines().count();
        assert_eq!(made.what, format!("the newest {lines} of 300 events, as many as a terminal takes"));
        assert!(made.text.starts_with("2026-05-28T20:31:39Z info event 299 "), "the newest first");
    }
}
