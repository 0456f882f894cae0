//! `voxtop doctor`: looks at every endpoint and every key once, explains each, and ends with a status that
//! says how much of the fleet answered. `checkup` asks, `finding` concludes, `document` is what is
//! said of it, as JSON or by `table`.
//!
//! What a rejected key probably means is the store's to say, from the same reports that the pollers make,
//! so that doctor and dashboard never disagree.

mod advice;
mod checkup;
mod document;
mod finding;
mod machine;
mod progress;
mod table;

use std::io::{self, Write};

use strum::{Display, EnumString, VariantNames};

use super::jobs::Answered;
use crate::config::Survey;
use checkup::Checkup;
use document::Document;

/// How `voxtop doctor` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Format {
    /// For people.
    Table,
    /// One object, for tools.
    Json,
}

/// What was asked for.
pub struct Doctor {
    /// The configuration, as far as it goes.
    pub survey: Survey,
    /// How to print.
    pub format: Format,
    /// Whether keys are tried at realtime hosts.
    pub handshake: bool,
    /// Whether to say on standard error how far it is.
    pub progress: bool,
    /// Makes a text fit to be pasted anywhere: without keys, and without the home directory's name.
    pub tidy: Box<dyn Fn(&str) -> String>,
}

/// What the exit status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The configuration is wrong or names no key, so that no other command starts; what could be looked at was.
    Misconfigured,
    /// How much of the fleet answered.
    Answered(Answered),
}

impl Verdict {
    /// The exit status of the contract: 2, else 0, 3, 4.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Misconfigured => 2,
            Self::Answered(answered) => answered.exit_code(),
        }
    }

    fn of(survey: &Survey, checkup: &Checkup) -> Self {
        if !survey.mistakes.is_empty() || survey.config.keys.is_empty() {
            return Self::Misconfigured;
        }
        let any = checkup.store.sources().next().is_some();
        Self::Answered(if any { Answered::of(&checkup.store) } else { Answered::None })
    }
}

/// Looks at everything and prints what was found to `out`.
///
/// # Errors
/// When `out` cannot be written to. A reader that went away (a closed pipe) is no error.
pub async fn run(doctor: Doctor, out: &mut impl Write) -> io::Result<Verdict> {
    let Doctor { survey, format, handshake, progress, tidy } = doctor;
    let checkup = checkup::run(&survey, handshake, progress).await;
    let verdict = Verdict::of(&survey, &checkup);
    let findings = finding::all(&survey, &checkup);
    let document = Document::of(&survey, &checkup, &findings, verdict, &*tidy);
    let written = match format {
        Format::Table => table::write(&document, out),
        Format::Json => document::write(&document, out),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(verdict),
    }
}
