//! The run loop: it owns the state and awaits nothing but its select. It drains what waits, updates,
//! and draws once, at most every 16 ms, and only when something happened that may be seen.

use std::path::PathBuf;
use std::time::Duration;

use color_eyre::Result;
use crossterm::event::{Event, KeyEventKind};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::input::Input;
use super::inquiries::Inquiries;
use super::keys::{KeyWatch, News, Wish};
use super::redact::Redactor;
use super::signals::{self, Quit, Signal, Signals};
use super::terminal::{self, Screen};
use super::{bundle, clipboard, crash, fleet_of, now};
use crate::config::Config;
use crate::model::{KeyLabel, Report};
use crate::poll::{self, Follows, Keys, Pollers};
use crate::state::{Effect, Message, Settings, Size, State};
use crate::ui::{self, Theme};

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// How many reports may wait before the pollers do. Each is a page of at most 100 jobs.
const REPORTS: usize = 64;
/// How many of them are merged before a key is looked for.
const MERGED: usize = 8;

/// What the dashboard is started with.
pub struct Dashboard {
    /// The fleet and how it is asked.
    pub config: Config,
    /// What the state was given.
    pub settings: Settings,
    /// The filter to begin with; it has been parsed before.
    pub filter: String,
    /// What everything looks like.
    pub theme: Theme,
    /// Learns the keys that are exchanged while the program runs.
    pub redactor: Redactor,
    /// Where support bundles go; `None` where the system has no such place.
    pub state_dir: Option<PathBuf>,
}

/// How the dashboard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By a key.
    Quit,
    /// By a key that wants the demo.
    Demo,
    /// From outside.
    Signal(Quit),
}

/// What came out of the select.
enum Woken {
    Terminal(Option<Event>),
    Report(Option<Report>),
    Signal(Signal),
    Key(News),
    Inquiry(Message),
    Second,
    Frame,
    /// Nothing waits, and there are rows to build.
    Idle,
}

/// What reaches the program from outside, for as many dashboards as run one after another: a thread
/// that reads keys cannot be called back.
pub struct Console {
    signals: Signals,
    input: Option<Input>,
}

impl Console {
    /// Sets the signal handlers up. Must be called inside the runtime.
    ///
    /// # Errors
    /// When the system refuses a handler.
    pub fn listen() -> Result<Self> {
        Ok(Self { signals: Signals::listen()?, input: None })
    }
}

/// Runs the dashboard until it is left. Takes the terminal and gives it back.
///
/// # Errors
/// When there is no terminal to draw on.
pub async fn run(dashboard: Dashboard, console: &mut Console) -> Result<Ending> {
    let Dashboard { config, settings, filter, theme, redactor, state_dir } = dashboard;
    let (store, sources, keys) = fleet_of(&config);
    let screen = Screen::enter()?;
    let input = match &mut console.input {
        Some(input) => input,
        none => none.insert(Input::listen()?),
    };
    let mut state = State::new(store, settings, terminal_size(), now());
    // The caller has parsed it; a text that does not parse filters nothing.
    let _ = state.filter.set(&filter, &state.settings.zone.clone());
    let (reports, mut incoming) = mpsc::channel(REPORTS);
    let follows = Follows::new(sources.clone(), reports.clone());
    let inquiries = Inquiries::new(sources.clone(), state_dir);
    let key_watch = KeyWatch::start(config.fetchers, &config.keys);
    let mut running =
        Loop { state, screen, theme, follows, inquiries, events_logged: 0, keys, key_watch, redactor };
    // The first frame comes before the first connection is even tried.
    if running.draw().is_err() {
        return Ok(Ending::Signal(Quit::Hangup));
    }
    let pollers = poll::start(sources, config.refresh, &reports);
    crash_test_task();
    let ending = running.turn(&mut console.signals, input, &mut incoming, &pollers).await;
    drop(pollers);
    // Where the terminal cannot be given back it is gone, and the ending says so.
    let _ = running.screen.leave();
    Ok(ending)
}

struct Loop {
    state: State,
    screen: Screen,
    theme: Theme,
    follows: Follows,
    inquiries: Inquiries,
    events_logged: u64,
    keys: Keys,
    key_watch: KeyWatch,
    redactor: Redactor,
}

impl Loop {
    async fn turn(
        &mut self,
        signals: &mut Signals,
        input: &mut Input,
        incoming: &mut mpsc::Receiver<Report>,
        pollers: &Pollers,
    ) -> Ending {
        let mut drawn = clock();
        let mut dirty = true;
        loop {
            let woken = tokio::select! {
                biased;
                signal = signals.next() => Woken::Signal(signal),
                event = input.next() => Woken::Terminal(event),
                () = sleep_until(drawn + FRAME), if dirty => Woken::Frame,
                report = incoming.recv() => Woken::Report(report),
                news = self.key_watch.next() => Woken::Key(news),
                message = self.inquiries.next() => Woken::Inquiry(message),
                () = sleep_until(next_second()) => Woken::Second,
                // It gives the runtime its turn first, so that what waits is seen before the next step.
                () = tokio::task::yield_now(), if self.state.is_building() => Woken::Idle,
            };
            dirty |= !matches!(woken, Woken::Frame | Woken::Idle);
            let ending = match woken {
                Woken::Frame => None,
                Woken::Idle => {
                    dirty |= self.state.work();
                    None
                }
                Woken::Signal(signal) => self.signalled(signal),
                Woken::Terminal(event) => {
                    let mut ending = self.terminal_event(event, pollers);
                    // What was typed or pasted in one go is taken in one go.
                    while ending.is_none() {
                        let Some(event) = input.waiting() else { break };
                        ending = self.terminal_event(Some(event), pollers);
                    }
                    ending
                }
                Woken::Report(report) => {
                    self.take_reports(report, incoming);
                    None
                }
                Woken::Key(news) => {
                    self.take_key(news);
                    None
                }
                Woken::Inquiry(message) => {
                    dirty = true;
                    self.update(message, pollers)
                }
                Woken::Second => {
                    crash::test_panic("main");
                    self.second_went_by(pollers)
                }
            };
            if let Some(ending) = ending {
                return ending;
            }
            if dirty && clock() >= drawn + FRAME {
                if self.draw().is_err() {
                    // The terminal is gone; there is nobody to tell.
                    return Ending::Signal(Quit::Hangup);
                }
                drawn = clock();
                dirty = false;
            }
        }
    }

    fn second_went_by(&mut self, pollers: &Pollers) -> Option<Ending> {
        // Nobody tells of a resize between the first frame and the first read of the terminal, which is
        // what sets its signal's handler up.
        let size = terminal_size();
        if size != self.state.size {
            self.state.update(Message::Resized(size), now());
        }
        for key in self.state.store.keys_in_doubt(now()) {
            self.key_watch.wish(Wish::Doubt(key));
        }
        self.update(Message::Tick, pollers)
    }

    fn take_key(&mut self, news: News) {
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

    fn draw(&mut self) -> std::io::Result<()> {
        self.state.refresh();
        let (state, theme) = (&self.state, &self.theme);
        let mut overlay_end = 0;
        self.screen.draw(|frame| overlay_end = ui::draw(frame, state, theme))?;
        self.state.drawn(overlay_end);
        Ok(())
    }

    /// Takes a report and those that wait behind it, but only so many that a flood cannot keep the loop
    /// from its keys.
    fn take_reports(&mut self, first: Option<Report>, incoming: &mut mpsc::Receiver<Report>) {
        let waiting = std::iter::from_fn(|| incoming.try_recv().ok());
        for report in first.into_iter().chain(waiting).take(MERGED) {
            self.state.update(Message::Report(report), now());
        }
        self.log_events();
    }

    /// The event list goes to the log too, where it outlives the screen.
    fn log_events(&mut self) {
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
    }

    fn terminal_event(&mut self, event: Option<Event>, pollers: &Pollers) -> Option<Ending> {
        let message = match event {
            Some(Event::Key(key)) if key.kind != KeyEventKind::Release => Message::Key(key),
            Some(Event::Paste(text)) => Message::Paste(text),
            // The event's own size is a moment old, and nothing where the terminal does not know it.
            Some(Event::Resize(..)) => Message::Resized(terminal_size()),
            Some(_) => return None,
            None => return Some(Ending::Signal(Quit::Hangup)),
        };
        self.update(message, pollers)
    }

    /// Updates the state and carries out what follows.
    fn update(&mut self, message: Message, pollers: &Pollers) -> Option<Ending> {
        let effects = self.state.update(message, now());
        effects.into_iter().find_map(|effect| self.carry_out(effect, pollers))
    }

    fn carry_out(&mut self, effect: Effect, pollers: &Pollers) -> Option<Ending> {
        match effect {
            Effect::RefreshAll => pollers.refresh(None),
            Effect::Follow(source, id) => self.follows.follow(source, id),
            Effect::LetGo(source, id) => self.follows.let_go(source, &id),
            Effect::ReloadKeys => self.key_watch.wish(Wish::All),
            Effect::AskUsage(number, period, sources) => {
                self.inquiries.ask_usage(number, period, &sources);
            }
            Effect::StopUsage => self.inquiries.stop_usage(),
            Effect::Bundle(bundle) => {
                let text = bundle::text(&bundle, &self.redactor);
                let clipboard = self.give_to_clipboard(&text);
                self.inquiries.write(bundle, text, clipboard);
            }
            Effect::Copy(text, what) => self.copy(&text, &what),
            Effect::CopyEvent => {
                let event = ui::first_in_view(&self.state, &self.theme);
                let text = event.map(|event| self.state.event_line(event)).unwrap_or_default();
                self.copy(&text, "1 event");
            }
            Effect::Pause(paused) => pollers.pause(paused),
            Effect::Suspend => self.suspend(),
            Effect::StartDemo => return Some(Ending::Demo),
            Effect::Quit => return Some(Ending::Quit),
        }
        None
    }

    /// Puts a text on the terminal's clipboard, and says honestly what is known of that.
    fn copy(&mut self, text: &str, what: &str) {
        let said = match self.give_to_clipboard(text) {
            Ok(()) => format!("{what} sent to the terminal's clipboard (OSC 52), if it takes that"),
            Err(why) => format!("nothing was copied: {why}"),
        };
        self.state.update(Message::Remark(said), now());
    }

    /// Without keys, whatever the text is.
    fn give_to_clipboard(&self, text: &str) -> std::result::Result<(), String> {
        let text = self.redactor.clean(text);
        let sequence = clipboard::sequence(&text, clipboard::Between::of_process());
        let too_long =
            || format!("it has {} bytes, and terminals take {} at most", text.len(), clipboard::LONGEST);
        terminal::send(sequence.ok_or_else(too_long)?.as_bytes()).map_err(|error| error.to_string())
    }

    fn suspend(&mut self) {
        if let Err(refusal) = signals::suspend(&mut self.screen) {
            self.state.update(Message::Remark(refusal.to_string()), now());
        }
    }

    fn signalled(&mut self, signal: Signal) -> Option<Ending> {
        match signal {
            Signal::Quit(quit) => return Some(Ending::Signal(quit)),
            Signal::Suspend => self.suspend(),
            Signal::Resume => {
                if self.screen.resume().is_err() {
                    return Some(Ending::Signal(Quit::Hangup));
                }
                self.state.update(Message::Resized(terminal_size()), now());
            }
        }
        None
    }
}

fn terminal_size() -> Size {
    let size = terminal::size().unwrap_or(terminal::FALLBACK);
    Size { width: size.width, height: size.height }
}

/// The next turn of the second on the clock that people read.
fn next_second() -> Instant {
    let into = u64::try_from(now().subsec_nanosecond()).unwrap_or(0);
    clock() + Duration::from_nanos(1_000_000_000_u64.saturating_sub(into).max(1_000_000))
}

#[expect(clippy::disallowed_methods, reason = "the rim paces its frames")]
fn clock() -> Instant {
    Instant::now()
}

/// A task that panics when the tests ask for it; the loop goes on.
fn crash_test_task() {
    #[cfg(debug_assertions)]
    drop(tokio::spawn(async { crash::test_panic("task") }));
}
