//! Alerts, given: the bell, a notification of the terminal, a command. Which are given is decided in the
//! state; here they are carried out, without a shell, without a key, and without anybody waiting for them.

use std::collections::HashSet;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use rustix::process::{Pid, Signal, kill_process_group};

use super::passage::Between;
use super::redact::Redactor;
use super::terminal;
use crate::config::{AlertWhen, Config, Mistake};
use crate::state::{Alert, Facts, Notification, Rule, Trigger, Ways};
use crate::store::query::Query;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a running command is looked at.
const STEP: Duration = Duration::from_millis(50);
/// How many may run at once.
const AT_ONCE: usize = 4;

/// The rules of a configuration.
///
/// # Errors
/// Filters that are no queries, each with its place and pointed at.
pub fn rules(config: &Config, zone: &TimeZone) -> Result<Vec<Rule>, Vec<Mistake>> {
    let mut wrong = Vec::new();
    let mut rules = Vec::new();
    for alert in &config.alerts {
        let trigger = match &alert.when {
            AlertWhen::Key => Trigger::Key,
            AlertWhen::Environment => Trigger::Environment,
            AlertWhen::Job { filter, place, done, rejected } => match Query::parse(filter, zone) {
                Ok(query) => Trigger::Job { query, done: *done, rejected: *rejected },
                Err(error) => {
                    // The text and the marks under it; the reason stands before them.
                    let pointed = error.pointed(filter);
                    let lines: Vec<&str> = pointed.lines().take(2).collect();
                    wrong.push(Mistake {
                        place: place.clone(),
                        what: format!("the filter of an alert is no query: {}", error.message),
                        remedy: lines.join("\n  "),
                    });
                    continue;
                }
            },
        };
        let notify = alert.notify.map(|word| match word {
            "osc9" => Notification::Osc9,
            "osc777" => Notification::Osc777,
            "osc99" => Notification::Osc99,
            _ => Notification::Auto,
        });
        let ways = Ways { bell: alert.bell, notify, command: alert.command.clone() };
        rules.push(Rule { trigger, ways, every: alert.every });
    }
    if wrong.is_empty() { Ok(rules) } else { Err(wrong) }
}

/// Gives alerts.
#[derive(Debug)]
pub(super) struct Alarm {
    /// Variables that commands must not inherit.
    secret: HashSet<String>,
    redactor: Redactor,
    running: Arc<AtomicUsize>,
}

impl Alarm {
    /// Who gives the alerts of a fleet, whose keys the redactor knows.
    pub(super) fn new(config: &Config, redactor: Redactor) -> Self {
        let named = config.fetchers.iter().filter_map(|fetcher| fetcher.variable());
        let secret = named.chain(["SPEECHMATICS_API_KEY"]).map(str::to_owned).collect();
        Self { secret, redactor, running: Arc::default() }
    }

    /// Gives one. What cannot be done is said.
    pub(super) fn give(&self, alert: &Alert) -> Option<String> {
        let text = self.redactor.clean(&alert.facts.text);
        let mut bytes = String::new();
        if let Some(protocol) = alert.ways.notify {
            let plain = notification(protocol.of_terminal(), &text);
            bytes.push_str(&Between::of_process().wrap(&plain));
        }
        if alert.ways.bell {
            bytes.push('\x07');
        }
        // Where the terminal is with the shell it is left alone; where it is gone the next frame tells.
        if !bytes.is_empty() && terminal::in_use() {
            let _ = terminal::send(bytes.as_bytes());
        }
        tracing::info!(event = alert.facts.event, "alert: {text}");
        self.run(&alert.ways.command, &alert.facts, &text)
    }

    fn run(&self, command: &[String], facts: &Facts, text: &str) -> Option<String> {
        let (program, arguments) = command.split_first()?;
        if self.running.fetch_add(1, Ordering::SeqCst) >= AT_ONCE {
            self.running.fetch_sub(1, Ordering::SeqCst);
            return Some(format!("an alert's command was not run: {AT_ONCE} are running still"));
        }
        let running = Running(Arc::clone(&self.running));
        let mut child = Command::new(program);
        child.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        child.process_group(0);
        for name in self.kept_back() {
            child.env_remove(name);
        }
        child.envs(variables(facts, text));
        let program = program.clone();
        tokio::task::spawn_blocking(move || {
            let ended = see_through(&mut child);
            if let Err(why) = ended {
                tracing::warn!("the alert's command {program:?} {why}");
            }
            drop(running);
        });
        None
    }

    /// The variables that a command does without: those that keys are named by, and whatever holds one.
    fn kept_back(&self) -> Vec<std::ffi::OsString> {
        let holds = |value: &std::ffi::OsStr| {
            let value = value.to_string_lossy();
            self.redactor.clean(&value).matches("[key]").count() > value.matches("[key]").count()
        };
        std::env::vars_os()
            .filter(|(name, value)| self.secret.contains(&*name.to_string_lossy()) || holds(value))
            .map(|(name, _)| name)
            .collect()
    }
}

/// Counts a command for as long as it runs, however its task ends.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Starts a command and sees it end, by itself or not: then with all that it started.
fn see_through(command: &mut Command) -> Result<(), String> {
    let mut child = command.spawn().map_err(|error| format!("cannot be run: {error}"))?;
    let steps = PATIENCE.as_millis() / STEP.as_millis();
    for _ in 0..steps {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("failed: {status}")),
            Ok(None) => std::thread::sleep(STEP),
            Err(error) => return Err(format!("was lost: {error}")),
        }
    }
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
    Err(format!("took longer than {} s and was ended", PATIENCE.as_secs()))
}

/// The facts as a command finds them.
fn variables(facts: &Facts, text: &str) -> [(&'static str, String); 7] {
    [
        ("VOXTOP_EVENT", facts.event.to_owned()),
        ("VOXTOP_TEXT", harmless(text)),
        ("VOXTOP_ENVIRONMENT", harmless(&facts.environment)),
        ("VOXTOP_KEY", harmless(&facts.key)),
        ("VOXTOP_JOB", harmless(&facts.job)),
        ("VOXTOP_STATUS", harmless(&facts.status)),
        ("VOXTOP_MORE", facts.more.to_string()),
    ]
}

/// Text of strangers as one line in which nothing acts on whoever reads it.
fn harmless(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

impl Notification {
    /// What the terminal most likely knows, by the variables that it sets.
    fn of_terminal(self) -> Self {
        if self != Self::Auto {
            return self;
        }
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let names = [variable("TERM"), variable("TERM_PROGRAM")].map(|name| name.to_lowercase());
        known(
            [&names[0], &names[1]],
            !variable("KITTY_WINDOW_ID").is_empty(),
            !variable("VTE_VERSION").is_empty(),
        )
    }
}

fn known(names: [&str; 2], kitty: bool, vte: bool) -> Notification {
    let is = |word: &str| names.iter().any(|name| name.contains(word));
    if kitty || is("kitty") {
        Notification::Osc99
    } else if vte || is("rxvt") || is("foot") || is("ghostty") {
        Notification::Osc777
    } else {
        Notification::Osc9
    }
}

/// The bytes that have a terminal show a notification. Nothing of the text can end the sequence.
fn notification(protocol: Notification, text: &str) -> String {
    let text = harmless(text);
    match protocol {
        // A semicolon would begin another field.
        Notification::Osc777 => format!("\x1b]777;notify;voxtop;{}\x1b\\", text.replace(';', ",")),
        Notification::Osc99 => {
            format!("\x1b]99;i=voxtop:d=0:p=title;voxtop\x1b\\\x1b]99;i=voxtop:d=1:p=body;{text}\x1b\\")
        }
        // The name first: a text that began with a number and a semicolon would be another command.
        Notification::Osc9 | Notification::Auto => format!("\x1b]9;voxtop: {text}\x07"),
    }
}

#[cfg(test)]
mod tests;
