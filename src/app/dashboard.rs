//! The run loop: it owns the state and awaits nothing but its select. It drains what waits, updates,
//! and draws once, at most every 16 ms, and only when something happened that may be seen.

mod console;
mod effects;
mod intake;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::Result;
use crossterm::event::Event;
use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::alerts::{self, Alarm};
use super::appearance::Appearance;
use super::deletion::Deletion;
use super::errands::Errands;
use super::export::Exporter;
use super::input::Input;
use super::inquiries::Inquiries;
use super::keys::{KeyWatch, News, Wish};
use super::lookout::Lookout;
use super::redact::Redactor;
use super::remember::Memory;
use super::saved::Account;
use super::signals::{Quit, Signal, Signals};
use super::terminal::Screen;
use super::{Writes, crash, fleet_of, journal, now};
use crate::config::{Config, Endpoint};
use crate::model::{Look, Report};
use crate::poll::{self, Follows, Keys, Pollers};
use crate::state::{Alerts, Guard, Keymap, Message, Settings, Start, State, Times};
use crate::ui::{self, Ground, Theme};
pub use console::Console;
use console::terminal_size;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// How many reports may wait before the pollers do. Each is a page of at most 100 jobs.
const REPORTS: usize = 64;

/// What the dashboard is started with.
pub struct Dashboard {
    /// The fleet and how it is asked.
    pub config: Config,
    /// What the state was given.
    pub settings: Settings,
    /// What it begins with.
    pub start: Start,
    /// Whether it begins without what was kept of the last time.
    pub fresh: bool,
    /// How everything is to look.
    pub appearance: Appearance,
    /// Whether to begin in presenter mode.
    pub presenter: bool,
    /// Where the accounts of deletions and support bundles are.
    pub state_dir: PathBuf,
    /// The keys in force.
    pub keymap: Keymap,
    /// Learns the keys that are exchanged while the program runs.
    pub redactor: Redactor,
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
    Look(Look),
    Signal(Signal),
    Key(News),
    Told(Message),
    Second,
    Frame,
    /// Nothing waits, and there is something to do.
    Idle(Chore),
}

/// What is done when nothing waits.
#[derive(Clone, Copy)]
enum Chore {
    /// There are rows to build.
    Build,
    /// There is room for more of the rows that are written.
    Write,
}

/// Runs the dashboard until it is left. Takes the terminal and gives it back.
///
/// # Errors
/// When there is no terminal to draw on.
pub async fn run(dashboard: Dashboard, console: &mut Console) -> Result<Ending> {
    let Dashboard { config, mut settings, start, fresh, appearance, presenter, state_dir, keymap, redactor } =
        dashboard;
    let writes = if settings.read_only { Writes::Forbidden } else { Writes::Allowed };
    let (mut store, sources, keys) = fleet_of(&config, writes);
    settings.warnings.extend(journal::unfinished(&state_dir, now()));
    // A demo is the same each time, and nothing of it lasts.
    let (mut memory, remembered, said) =
        if settings.demo { (Memory::nowhere(), None, None) } else { Memory::open(&state_dir) };
    settings.warnings.extend(said);
    let mut screen = Screen::enter(config.steering.mouse)?;
    let (input, signals, ground) = console.input(&mut screen, appearance.ask)?;
    let (theme, late) = (appearance.theme(ground), input.ground());
    let lookout = Lookout::start(&config, &mut store);
    let mut state = State::new(store, settings, terminal_size(), now());
    told(&mut state, &config, keymap);
    // What the demo makes up is gone with it.
    let account = (!state.settings.demo).then(|| Account::new(state_dir.clone()));
    state.saved = account.as_ref().map(|account| account.read(&config.fleet)).unwrap_or_default();
    state.begin(start, remembered.as_ref().filter(|_| !fresh));
    memory.begin(&state);
    let (reports, mut incoming) = mpsc::channel(REPORTS);
    let follows = Follows::new(sources.clone(), reports.clone());
    let fleet = Arc::new(config.fleet.clone());
    let inquiries = Inquiries::new(sources.clone(), Some(state_dir.clone()));
    let errands = Errands::new(Deletion { sources: sources.clone(), fleet, state_dir }, account);
    state.presenter.set(presenter);
    let (exporter, written) = Exporter::new();
    let alarm = Alarm::new(&config, redactor.clone());
    let key_watch = KeyWatch::start(config.fetchers, &config.keys);
    let events_logged = 0;
    let mut running = Loop {
        state,
        screen,
        appearance,
        theme,
        late,
        follows,
        errands,
        inquiries,
        alarm,
        exporter,
        written,
        lookout,
        memory,
        events_logged,
        titled: config.title,
        keys,
        key_watch,
        redactor,
    };
    // The first frame comes before the first connection is even tried.
    if running.draw().is_err() {
        return Ok(Ending::Signal(Quit::Hangup));
    }
    let pollers = poll::start(sources, config.refresh, &reports);
    crash_test_task();
    let ending = running.turn(signals, input, &mut incoming, &pollers).await;
    drop(pollers);
    // Where the terminal cannot be given back it is gone, and the ending says so.
    let _ = running.screen.leave();
    running.memory.keep_at_end(&running.state).await;
    Ok(ending)
}

/// Tells the state what the configuration says of the dashboard.
fn told(state: &mut State, config: &Config, keymap: Keymap) {
    let guard = |endpoint: &Endpoint| Guard { protected: endpoint.protected, read_only: endpoint.read_only };
    (state.keymap, state.mouse) = (keymap, config.steering.mouse);
    state.times = Times::new(&local_zone(), &state.settings.zone);
    state.guards = config.endpoints.iter().map(guard).collect();
    state.bases = config.endpoints.iter().map(|endpoint| endpoint.base.to_string()).collect();
    state.alerts = Alerts::new(alerts::rules(config, &state.settings.zone).unwrap_or_default());
}

struct Loop {
    state: State,
    screen: Screen,
    appearance: Appearance,
    theme: Theme,
    late: watch::Receiver<Option<Ground>>,
    follows: Follows,
    errands: Errands,
    inquiries: Inquiries,
    alarm: Alarm,
    exporter: Exporter,
    written: mpsc::Receiver<Message>,
    lookout: Lookout,
    memory: Memory,
    events_logged: u64,
    titled: bool,
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
                look = self.lookout.next() => Woken::Look(look),
                news = self.key_watch.next() => Woken::Key(news),
                message = self.errands.next() => Woken::Told(message),
                message = self.inquiries.next() => Woken::Told(message),
                Some(message) = self.written.recv() => Woken::Told(message),
                () = sleep_until(next_second()) => Woken::Second,
                () = self.exporter.room(), if self.exporter.is_busy() => Woken::Idle(Chore::Write),
                // It gives the runtime its turn first, so that what waits is seen before the next step.
                () = tokio::task::yield_now(), if self.state.is_building() => Woken::Idle(Chore::Build),
            };
            dirty |= !matches!(woken, Woken::Frame | Woken::Idle(_));
            let ending = match woken {
                Woken::Frame => None,
                Woken::Idle(chore) => {
                    dirty |= self.work(chore);
                    None
                }
                Woken::Signal(signal) => self.signalled(signal),
                Woken::Terminal(event) => self.terminal_events(event, input, pollers),
                Woken::Report(report) => {
                    self.take_reports(report, incoming);
                    None
                }
                Woken::Look(look) => {
                    self.take_looks(look);
                    None
                }
                Woken::Key(news) => {
                    self.take_key(news);
                    None
                }
                Woken::Told(message) => self.update(message, pollers),
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

    /// Does a piece of a chore; says whether there is something new to see.
    fn work(&mut self, chore: Chore) -> bool {
        match chore {
            Chore::Build => self.state.work(),
            Chore::Write => self.write_more(),
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
        if let Some(said) = self.memory.keep(&self.state) {
            self.update(Message::Remark(said), pollers);
        }
        let ending = self.update(Message::Tick, pollers);
        self.log_events();
        ending
    }

    fn draw(&mut self) -> std::io::Result<()> {
        self.state.refresh();
        self.hear_of_background();
        self.state.keymap.name_in_letters(self.theme.ascii);
        let (state, theme) = (&self.state, &self.theme);
        // Before the frame: who sees the frame has the title too.
        if self.titled {
            self.screen.title(&ui::title(state, theme))?;
        }
        let mut drawn = crate::state::Drawn::default();
        self.screen.draw(|frame| drawn = ui::draw(frame, state, theme))?;
        self.state.drawn(drawn);
        Ok(())
    }

    /// Updates the state and carries out what follows.
    fn update(&mut self, message: Message, pollers: &Pollers) -> Option<Ending> {
        let effects = self.state.update(message, now());
        effects.into_iter().find_map(|effect| self.carry_out(effect, pollers))
    }
}

/// The system's own zone; UTC where it is not known.
fn local_zone() -> TimeZone {
    TimeZone::try_system().unwrap_or(TimeZone::UTC)
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
