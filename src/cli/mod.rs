//! The command line: arguments in, exit status out. It owns what is printed outside the dashboard and
//! the order in which things start: crash reports, log, configuration (whose key commands may ask on
//! the terminal), and only then the runtime and the screen.

mod appearance;
mod arguments;
mod bindings;
mod check;
mod demo;
mod man;
mod sandbox;
mod settings;
mod views;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use color_eyre::Result;
use color_eyre::eyre::{WrapErr, eyre};
use jiff::SignedDuration;

use crate::app::alerts;
use crate::app::dashboard::{self, Console, Dashboard, Ending};
use crate::app::doctor::{self, Doctor};
use crate::app::follow::{self, Follow};
use crate::app::jobs::{self, Jobs};
use crate::app::log::{self, Log, LogOptions};
use crate::app::redact::Redactor;
use crate::app::{crash, picture, terminal};
use crate::config::{self, Config, Looks, Mistake, Request, Surroundings};
use crate::sandbox::Running;
use crate::state::Presenter;
use arguments::{
    Arguments, Command, ConfigCommand, DemoArguments, DoctorArguments, Global, JobsArguments, Links,
};

/// Wrong usage or configuration.
const USAGE: u8 = 2;

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let redactor = Redactor::new();
    let surroundings = Surroundings::of_process();
    let state_dir = config::state_dir(&surroundings);
    if let Err(error) = crash::install(Some(state_dir.clone()), redactor.clone()) {
        complain(&redactor, &format!("{error:#}"));
        return ExitCode::FAILURE;
    }
    let (global, links) = (arguments.global, arguments.links);
    let mut program = Program { global, links, surroundings, redactor, state_dir };
    match program.run(arguments.command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // By now the terminal is given back.
            complain(&program.redactor, &format!("{error:#}"));
            ExitCode::from(if error.is::<Wrong>() { USAGE } else { 1 })
        }
    }
}

/// Something that the user got wrong: exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wrong(String);

impl Wrong {
    fn with(error: impl std::fmt::Display) -> color_eyre::Report {
        Self(error.to_string()).into()
    }
}

/// The command line's own diagnosis, when the screen is not taken. Where nobody can read it (the
/// terminal is gone) there is nobody to tell.
fn complain(redactor: &Redactor, text: &str) {
    let _ = writeln!(io::stderr(), "voxtop: {}", redactor.clean(text));
}

struct Program {
    global: Global,
    links: Links,
    surroundings: Surroundings,
    redactor: Redactor,
    state_dir: PathBuf,
}

impl Program {
    fn run(&mut self, command: Option<Command>) -> Result<u8> {
        if !matches!(command, None | Some(Command::Demo(_))) {
            self.links.refuse().map_err(Wrong::with)?;
        }
        match command {
            None => self.dashboard(),
            Some(Command::Demo(arguments)) => {
                self.links.take(&arguments.links);
                self.demo(&arguments)
            }
            Some(Command::Sandbox(arguments)) => sandbox::run(&arguments),
            Some(Command::Jobs(arguments)) => self.jobs(&arguments),
            Some(Command::Doctor(arguments)) => self.doctor(&arguments),
            Some(Command::Config(command)) => self.config(command),
            Some(Command::Completions { shell }) => {
                let mut text = Vec::new();
                clap_complete::generate(shell, &mut Arguments::command(), "voxtop", &mut text);
                print(&text)
            }
            Some(Command::Man) => {
                let mut text = Vec::new();
                man::write(Arguments::command(), &mut text)?;
                print(&text)
            }
        }
    }

    fn dashboard(&mut self) -> Result<u8> {
        terminal::check().map_err(Wrong::with)?;
        let log = self.start_log()?;
        let config = self.load()?;
        let dashboard = self.dashboard_of(config, log.warning(), false)?;
        runtime(async {
            let mut console = Console::listen()?;
            match dashboard::run(dashboard, &mut console).await? {
                Ending::Demo => self.demonstrate(&mut console, log.warning()).await,
                ending => Ok(exit_code(ending)),
            }
        })?
    }

    fn demo(&mut self, arguments: &DemoArguments) -> Result<u8> {
        let Some(file) = &arguments.picture else {
            terminal::check().map_err(Wrong::with)?;
            let log = self.start_log()?;
            return runtime(async { self.demonstrate(&mut Console::listen()?, log.warning()).await })?;
        };
        let _log = self.start_log()?;
        let svg = runtime(async {
            let (_sandbox, dashboard) = self.demo_dashboard(None).await?;
            Ok::<_, color_eyre::Report>(picture::take(dashboard, arguments.size, arguments.after).await)
        })??;
        std::fs::write(file, svg).wrap_err_with(|| format!("cannot write {}", file.display()))?;
        Ok(0)
    }

    async fn demonstrate(&self, console: &mut Console, log: Option<&str>) -> Result<u8> {
        let (_sandbox, dashboard) = self.demo_dashboard(log).await?;
        Ok(exit_code(dashboard::run(dashboard, console).await?))
    }

    async fn demo_dashboard(&self, log: Option<&str>) -> Result<(Running, Dashboard)> {
        let refresh = self.global.refresh.as_deref().map(config::parse_duration).transpose();
        let refresh = refresh.map_err(|error| Wrong::with(format!("--refresh: {error}")))?;
        let (sandbox, config) = demo::start(refresh).await?;
        self.learn(&config);
        Ok((sandbox, self.dashboard_of(config, log, true)?))
    }

    fn dashboard_of(&self, config: Config, log: Option<&str>, demo: bool) -> Result<Dashboard> {
        let settings = self.settings(&config, log, demo)?;
        let (start, fresh) = (self.start(&config, &self.links)?, self.links.fresh);
        let keymap = bindings::keymap(&config).map_err(Wrong::with)?;
        let (appearance, presenter) = (self.appearance(&config.looks), self.global.presenter);
        let (state_dir, redactor) = (self.state_dir.clone(), self.redactor.clone());
        Ok(Dashboard { config, settings, start, fresh, appearance, presenter, state_dir, keymap, redactor })
    }

    fn jobs(&mut self, arguments: &JobsArguments) -> Result<u8> {
        // What is wrong with it is said before any key's command asks for something.
        self.query(&self.zone(&Looks::default())?)?;
        let _log = self.start_log()?;
        let config = self.load()?;
        let zone = self.zone(&config.looks)?;
        let query = self.query(&zone)?;
        if config.keys.is_empty() {
            return Err(self.no_key(&config));
        }
        if let Some(id) = arguments.follow.clone() {
            return self.follow(Follow {
                config,
                id,
                format: arguments.output,
                zone,
                presenter: self.presenter(),
            });
        }
        let since = arguments.since.map(SignedDuration::try_from).transpose();
        let since = since.map_err(|error| Wrong::with(format!("--since: {error}")))?;
        let (format, limit, presenter) = (arguments.output, arguments.limit, self.presenter());
        let jobs = Jobs { config, format, query, since, limit, zone, presenter };
        let answered = runtime(async move {
            let mut out = io::BufWriter::new(io::stdout().lock());
            jobs::run(jobs, &mut out, &mut io::stderr().lock()).await
        })?;
        Ok(answered.wrap_err("cannot write to standard output")?.exit_code())
    }

    /// What there is to say where no key is configured: also why one that is there could not be had.
    fn no_key(&self, config: &Config) -> color_eyre::Report {
        for warning in &config.warnings {
            complain(&self.redactor, warning);
        }
        let path = config::path(&self.request(), &self.surroundings);
        let init = if config.file.is_some() { "" } else { " (`voxtop config init` writes it)" };
        Wrong::with(format!(
            "there is no API key: set SPEECHMATICS_API_KEY, or name one under [[keys]] in {}{init}",
            path.display()
        ))
    }

    fn follow(&self, follow: Follow) -> Result<u8> {
        if !self.filter().is_empty() {
            return Err(Wrong::with(
                "--filter: a job that is followed is named by its id; leave the filter out",
            ));
        }
        let ending = runtime(async move {
            let mut out = io::BufWriter::new(io::stdout().lock());
            follow::run(follow, &mut out, &mut io::stderr().lock()).await
        })?;
        Ok(ending.wrap_err("cannot write to standard output")?.exit_code())
    }

    /// What may be shown of jobs.
    fn presenter(&self) -> Presenter {
        let mut presenter = Presenter::default();
        presenter.set(self.global.presenter);
        presenter
    }

    fn doctor(&self, arguments: &DoctorArguments) -> Result<u8> {
        let _log = self.start_log()?;
        let waiting = self.say_that_keys_are_awaited();
        let mut survey = config::survey(&self.request(), &self.surroundings);
        drop(waiting);
        survey.mistakes.extend(self.mistakes_in(&survey.config)?);
        self.learn(&survey.config);
        let (redactor, surroundings) = (self.redactor.clone(), self.surroundings.clone());
        let doctor = Doctor {
            survey,
            format: arguments.output,
            handshake: arguments.handshake,
            progress: io::stderr().is_terminal(),
            tidy: Box::new(move |text| surroundings.abbreviate(&redactor.clean(text))),
        };
        let verdict = runtime(async move {
            let mut out = io::BufWriter::new(io::stdout().lock());
            doctor::run(doctor, &mut out).await
        })?;
        Ok(verdict.wrap_err("cannot write to standard output")?.exit_code())
    }

    fn config(&mut self, command: ConfigCommand) -> Result<u8> {
        let path = config::path(&self.request(), &self.surroundings);
        match command {
            ConfigCommand::Path => print(format!("{}\n", path.display()).as_bytes()),
            ConfigCommand::Schema => print(config::schema().as_bytes()),
            ConfigCommand::Init => {
                config::init(&path).map_err(Wrong::with)?;
                print(format!("wrote {}\n", path.display()).as_bytes())
            }
            ConfigCommand::Check => {
                let config = self.load()?;
                for warning in &config.warnings {
                    complain(&self.redactor, warning);
                }
                print(check::summary(&config).as_bytes())
            }
        }
    }

    /// Reads the configuration. Everything wrong with it is the user's to mend.
    fn load(&self) -> Result<Config> {
        let waiting = self.say_that_keys_are_awaited();
        let config = config::load(&self.request(), &self.surroundings).map_err(Wrong::with)?;
        drop(waiting);
        self.learn(&config);
        // Keys, views and alerts that cannot be are mistakes of the file like any other, whatever command reads it.
        views::refuse(&self.mistakes_in(&config)?)?;
        Ok(config)
    }

    /// What is wrong with what the file says of keys, views and alerts: only here is known what they may be.
    fn mistakes_in(&self, config: &Config) -> Result<Vec<Mistake>> {
        let mut mistakes = bindings::mistakes(config);
        mistakes.extend(self.mistakes_in_views(config)?);
        mistakes.extend(alerts::rules(config, &self.zone(&config.looks)?).err().unwrap_or_default());
        Ok(mistakes)
    }

    /// A key's command may take its time, and the screen is not there yet: after two seconds a line says
    /// what is waited for. Dropping the sender calls it off.
    fn say_that_keys_are_awaited(&self) -> mpsc::Sender<()> {
        let (call_off, called_off) = mpsc::channel();
        let redactor = self.redactor.clone();
        std::thread::spawn(move || {
            if called_off.recv_timeout(Duration::from_secs(2)) == Err(mpsc::RecvTimeoutError::Timeout) {
                complain(&redactor, "waiting for the commands that give the keys, 30 s at most…");
            }
        });
        call_off
    }

    fn learn(&self, config: &Config) {
        for key in &config.keys {
            self.redactor.learn(key);
        }
    }

    fn request(&self) -> Request {
        Request { file: self.global.config.clone(), refresh: self.global.refresh.clone() }
    }

    fn start_log(&self) -> Result<Log> {
        let options = LogOptions {
            file: self.global.log_file.as_deref(),
            state_dir: Some(&self.state_dir),
            verbosity: self.global.verbose,
        };
        log::start(options, &self.redactor).map_err(Wrong::with)
    }
}

fn exit_code(ending: Ending) -> u8 {
    match ending {
        Ending::Quit | Ending::Demo => 0,
        Ending::Signal(quit) => quit.exit_code(),
    }
}

/// Prints data; a reader that went away is no error.
fn print(data: &[u8]) -> Result<u8> {
    let mut out = io::stdout().lock();
    match out.write_all(data).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(0),
    }
}

/// Runs a future to its end on a runtime of its own. What is left behind (a name that the system is
/// still resolving) is not waited for.
fn runtime<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("voxtop-worker")
        .enable_all()
        .build()
        .map_err(|error| eyre!("the system refuses threads: {error}"))?;
    let value = runtime.block_on(future);
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(value)
}

/// The command line's own grammar, for documents and tests.
pub fn grammar() -> clap::Command {
    Arguments::command()
}

/// Parses arguments without running anything, for tests.
///
/// # Errors
/// As clap says.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(), clap::Error> {
    Arguments::try_parse_from(arguments).map(drop)
}
