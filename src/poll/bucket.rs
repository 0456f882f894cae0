//! The request budget of one key over all its environments, as plain arithmetic. Pure: time is a
//! parameter, counted from any moment that stays the same, so that it is tested in virtual time.
//!
//! What holds at any time, whoever asks:
//!
//! - In no second do more requests go out than [`CEILING`], or than the configured rate where that is
//!   higher. The service advises 50 a second at most (its limits page); the ceiling leaves a fifth of
//!   that for requests that bunch up on their way.
//! - Over any longer time no more go out than the configured rate, and what was saved up: ten seconds'
//!   worth at the very start, so that the first screen and `voxtop jobs` need not wait, and one second's
//!   worth ever after. However long the machine slept, that is all that can go out at once.
//! - A 429 halves the rate for all who share the key, at most once a second and at most to an eighth,
//!   and takes the savings; the rate comes back over [`RECOVERY`].
//! - Who reads the past leaves half of the savings to those whom somebody waits for, and nobody goes
//!   before one who waits with more right.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

/// The most requests of one second, unless more are configured.
pub const CEILING: u32 = 40;

/// How many seconds' worth may go out at once at the start.
pub const OPENING_WORTH: u32 = 10;

/// How long the start lasts, from the first request on.
pub const OPENING: Duration = Duration::from_secs(30);

/// How long the whole rate takes to come back from nothing.
pub const RECOVERY: Duration = Duration::from_secs(100);

/// Answers to requests that were on their way together count as one refusal.
const ONE_REFUSAL: Duration = Duration::from_secs(1);

/// Over so many seconds the rate that is shown is averaged.
const SHOWN_SECONDS: u64 = 10;

const SECOND: Duration = Duration::from_secs(1);

/// The least sleep worth the name; it also makes up for the rounding of what was saved.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// By what right a request is asked for, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The newest page: somebody looks at it.
    Head,
    /// The rest of a round.
    Round,
    /// The past: what the others leave.
    Past,
}

impl Class {
    /// Its place among the three.
    pub fn index(self) -> usize {
        usize::from(self != Self::Head) + usize::from(self == Self::Past)
    }
}

/// The budget.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Requests a second.
    configured: f64,
    /// The most requests of a second.
    ceiling: usize,
    saved: f64,
    /// When `saved` was reckoned.
    at: Duration,
    opened: Option<Duration>,
    /// The rate right after the last refusal, and when that was.
    slowed: Option<(f64, Duration)>,
    /// When the requests of the last second went out.
    recent: VecDeque<Duration>,
    /// How many went out in each of the last whole seconds.
    shown: VecDeque<(u64, u32)>,
    waiting: [usize; 3],
}

impl Bucket {
    /// A budget of so many requests a second.
    pub fn new(requests_per_second: NonZeroU32) -> Self {
        let rate = requests_per_second.get();
        Self {
            configured: f64::from(rate),
            ceiling: usize::try_from(rate.max(CEILING)).unwrap_or(usize::MAX),
            saved: f64::from(rate) * f64::from(OPENING_WORTH),
            at: Duration::ZERO,
            opened: None,
            slowed: None,
            recent: VecDeque::new(),
            shown: VecDeque::new(),
            waiting: [0; 3],
        }
    }

    /// Somebody begins to wait; to be followed by [`Bucket::leave`].
    pub fn enter(&mut self, class: Class) {
        if let Some(waiting) = self.waiting.get_mut(class.index()) {
            *waiting += 1;
        }
    }

    /// Somebody waits no longer.
    pub fn leave(&mut self, class: Class) {
        if let Some(waiting) = self.waiting.get_mut(class.index()) {
            *waiting = waiting.saturating_sub(1);
        }
    }

    /// Takes one request out.
    ///
    /// # Errors
    /// How long to wait before it is worth asking again; others may be first then.
    pub fn take(&mut self, now: Duration, class: Class) -> Result<(), Duration> {
        self.reckon(now);
        while self.recent.front().is_some_and(|sent| now.saturating_sub(*sent) >= SECOND) {
            self.recent.pop_front();
        }
        let rate = self.rate(now);
        let stronger: usize = self.waiting.iter().take(class.index()).sum();
        let needed = 1.0 + self.left_to_others(now, class);
        if stronger > 0 || self.saved < needed {
            let missing = (needed - self.saved).max(0.0) / rate;
            return Err(Duration::from_secs_f64(missing).max(LEAST_WAIT));
        }
        if self.recent.len() >= self.ceiling {
            let oldest = self.recent.front().copied().unwrap_or(now);
            return Err((oldest + SECOND).saturating_sub(now).max(LEAST_WAIT));
        }
        self.saved -= 1.0;
        self.opened.get_or_insert(now);
        self.recent.push_back(now);
        self.note_shown(now);
        Ok(())
    }

    /// The service answered 429.
    pub fn refused(&mut self, now: Duration) {
        self.reckon(now);
        if self.slowed.is_some_and(|(_, at)| now.saturating_sub(at) < ONE_REFUSAL) {
            return;
        }
        let least = (self.configured / 8.0).max(1.0).min(self.configured);
        self.slowed = Some(((self.rate(now) / 2.0).max(least), now));
        self.saved = self.saved.min(1.0);
    }

    /// What may go out a second now.
    pub fn rate(&self, now: Duration) -> f64 {
        let Some((rate, at)) = self.slowed else { return self.configured };
        let back = now.saturating_sub(at).as_secs_f64() / RECOVERY.as_secs_f64();
        (rate + back * self.configured).min(self.configured)
    }

    /// What went out a second lately, on average.
    pub fn used(&self, now: Duration) -> f64 {
        let oldest = now.as_secs().saturating_sub(SHOWN_SECONDS);
        let sent: u32 = self.shown.iter().filter(|(second, _)| *second > oldest).map(|(_, sent)| sent).sum();
        let since = self.opened.map_or(1.0, |opened| now.saturating_sub(opened).as_secs_f64());
        f64::from(sent) / since.clamp(1.0, 10.0)
    }

    /// Adds what was saved since the last time. The rate of that time is the lower one, so nothing is
    /// added too much.
    fn reckon(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.saved = (self.saved + passed * self.rate(self.at)).min(self.most_saved(now));
        self.at = self.at.max(now);
    }

    fn most_saved(&self, now: Duration) -> f64 {
        let opening = self.opened.is_none_or(|opened| now.saturating_sub(opened) < OPENING);
        match self.slowed {
            None if opening => self.configured * f64::from(OPENING_WORTH),
            _ => self.rate(now).max(1.0),
        }
    }

    fn left_to_others(&self, now: Duration, class: Class) -> f64 {
        let spare = (self.most_saved(now) - 1.0).max(0.0).min(self.configured);
        match class {
            Class::Head => 0.0,
            Class::Round => (spare / 4.0).min(2.0),
            Class::Past => spare / 2.0,
        }
    }

    fn note_shown(&mut self, now: Duration) {
        let second = now.as_secs();
        match self.shown.back_mut() {
            Some((last, sent)) if *last == second => *sent += 1,
            _ => self.shown.push_back((second, 1)),
        }
        while self.shown.front().is_some_and(|(first, _)| first + SHOWN_SECONDS < second) {
            self.shown.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
