//! What the keys' accounts have used this month: who is asked, what came back, and for how long it is good.
//! Opening the overlay asks for what is missing or older than a minute; closing it calls off what is still
//! on its way. Environments whose rejection is known are asked only when the user says so.

use jiff::{SignedDuration, Timestamp};

use super::overlay::Scroll;
use super::{Effect, Overlay, State};
use crate::model::{Failure, FailureKind, KeyId, KeyLabel, KeyState, Period, SourceId, Usage};
use crate::store::evidence;

/// How long an answer is shown without asking again. The service counts whole days.
const GOOD: SignedDuration = SignedDuration::from_secs(60);

/// How far the question to one environment with one key has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nobody asked; why, in a few words.
    Unasked(String),
    /// It is on its way.
    Coming,
    /// It is here, since a moment.
    Here(Usage, Timestamp),
    /// It could not be had; why, in a sentence with the evidence.
    Failed(String),
}

/// Everything that is known of usage.
#[derive(Debug, Default)]
pub struct UsageBoard {
    /// The days that are asked for; `None` before the first asking, and on the first of a month.
    pub period: Option<Period>,
    /// By source, in the fleet's order.
    answers: Vec<Answer>,
    number: u64,
    asked: Option<Timestamp>,
}

impl UsageBoard {
    /// The answer of a source; `None` before the first asking.
    pub fn answer(&self, source: SourceId) -> Option<&Answer> {
        self.answers.get(source.index())
    }

    /// How many answers are on their way, and how many were asked for.
    pub fn progress(&self) -> (usize, usize) {
        let count = |wanted: fn(&Answer) -> bool| self.answers.iter().filter(|answer| wanted(answer)).count();
        let coming = count(|answer| matches!(answer, Answer::Coming));
        (coming, count(|answer| !matches!(answer, Answer::Unasked(_))))
    }

    fn is_coming(&self) -> bool {
        self.answers.contains(&Answer::Coming)
    }
}

impl State {
    /// Opens the overlay and asks for what is not known.
    pub(super) fn open_usage(&mut self) -> Vec<Effect> {
        self.overlay = Some(Overlay::Usage(Scroll::default()));
        self.ask_usage(false)
    }

    /// Asks afresh, everywhere, because somebody said so; but no more than once a second, and not while
    /// answers are still on their way.
    pub(super) fn ask_usage_again(&mut self) -> Vec<Effect> {
        let second = SignedDuration::from_secs(1);
        if self.usage.is_coming() || self.usage.asked.is_some_and(|at| self.now.duration_since(at) < second) {
            return Vec::new();
        }
        self.ask_usage(true)
    }

    fn ask_usage(&mut self, everything: bool) -> Vec<Effect> {
        let period = Period::this_month(self.now);
        let sources: Vec<SourceId> = self.store.fleet().sources().map(|(id, _)| id).collect();
        let same = self.usage.period == period;
        let Some(period) = period else {
            self.usage = UsageBoard { number: self.usage.number, ..UsageBoard::default() };
            return Vec::new();
        };
        let answers: Vec<Answer> = sources
            .iter()
            .map(|id| {
                let known = self.usage.answer(*id).filter(|_| same && !everything);
                match (known, self.refusal(*id)) {
                    (Some(Answer::Here(usage, at)), _) if self.now.duration_since(*at) < GOOD => {
                        Answer::Here(usage.clone(), *at)
                    }
                    (_, Some(why)) if !everything => Answer::Unasked(why),
                    _ => Answer::Coming,
                }
            })
            .collect();
        let asked: Vec<SourceId> = sources
            .into_iter()
            .zip(&answers)
            .filter(|(_, answer)| **answer == Answer::Coming)
            .map(|(id, _)| id)
            .collect();
        let number = self.usage.number + 1;
        self.usage = UsageBoard { period: Some(period), answers, number, asked: Some(self.now) };
        if asked.is_empty() { Vec::new() } else { vec![Effect::AskUsage(number, period, asked)] }
    }

    /// Why a source is not asked unless the user says so: what its key is there is known.
    fn refusal(&self, id: SourceId) -> Option<String> {
        let state = self.store.key_word(id, self.now);
        let status = self.store.source(id).and_then(|record| record.key.evidence.as_ref()?.status);
        let status = status.map_or(String::new(), |status| format!(" ({status})"));
        match state {
            KeyState::Rejected => {
                Some(format!("not asked: the key is rejected here{status}; refresh to ask all the same"))
            }
            KeyState::Expired => {
                Some("not asked: the key is past its time; refresh to ask all the same".to_owned())
            }
            _ => None,
        }
    }

    /// Takes an answer. One of an older asking is dropped.
    pub(super) fn take_usage(&mut self, number: u64, source: SourceId, answer: Result<Usage, Failure>) {
        if number != self.usage.number {
            return;
        }
        let label = self.store.fleet().source(source).and_then(|own| self.store.fleet().key(own.key));
        let answer = match answer {
            Ok(usage) => Answer::Here(usage, self.now),
            Err(failure) => Answer::Failed(plainly(&failure, label)),
        };
        if let Some(held) = self.usage.answers.get_mut(source.index()) {
            *held = answer;
        }
    }

    /// Calls off what nobody looks at any more. To be asked after every message.
    pub(super) fn tidy_usage(&mut self) -> Option<Effect> {
        let shown = matches!(self.overlay, Some(Overlay::Usage(_))) || self.help.is_over_usage();
        if shown || !self.usage.is_coming() {
            return None;
        }
        for answer in &mut self.usage.answers {
            if *answer == Answer::Coming {
                *answer = Answer::Unasked("called off".to_owned());
            }
        }
        // What is on its way all the same is dropped.
        self.usage.number += 1;
        Some(Effect::StopUsage)
    }

    /// A key has another value: what was said of the old one says nothing of it.
    pub(super) fn forget_usage(&mut self, key: KeyId) -> Vec<Effect> {
        for (source, answer) in self.store.fleet().sources.iter().zip(&mut self.usage.answers) {
            if source.key == key {
                *answer = Answer::Unasked("not asked since the key was exchanged".to_owned());
            }
        }
        if matches!(self.overlay, Some(Overlay::Usage(_))) { self.ask_usage(false) } else { Vec::new() }
    }
}

/// Why there is no usage, in plain words.
fn plainly(failure: &Failure, label: Option<&KeyLabel>) -> String {
    let status = failure.status.map_or(String::new(), |status| format!(" ({status})"));
    let what = match (failure.kind, label.is_some_and(|label| label.temporary)) {
        (FailureKind::Forbidden, true) => {
            "this temporary key may not ask: the service refuses those with a client_ref; a long-lived key may"
                .to_owned()
        }
        (FailureKind::Forbidden, false) => {
            "this key may not ask for usage: its contract has ended, or lacks it".to_owned()
        }
        (FailureKind::Rejected, _) => "the key is rejected here".to_owned(),
        (FailureKind::Limited, _) => "too many requests; refresh in a while to ask again".to_owned(),
        (FailureKind::Server, _) => "the service failed; refresh to ask again".to_owned(),
        (FailureKind::Unexpected, _) if failure.is_gone() => "this environment counts no usage".to_owned(),
        (FailureKind::Unreadable, _) => "the answer was no usage".to_owned(),
        (FailureKind::TooLarge, _) => "the answer was too large to be usage".to_owned(),
        (FailureKind::Internal, _) => "voxtop itself failed".to_owned(),
        _ => return format!("{}{}", failure.sentence(), evidence(failure)),
    };
    let said = if failure.detail.is_empty() { String::new() } else { format!(": {}", failure.detail) };
    format!("{what}{status}{said}{}", evidence(failure))
}

#[cfg(test)]
mod tests;
