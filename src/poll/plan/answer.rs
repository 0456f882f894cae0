//! What the answers mean to a plan: what a page adds, what a failure ends, and when a round is over.

use std::time::Duration;

use super::covered::{BEGINNING, Stretch};
use super::list::{self, Reach};
use super::{Ask, Bounds, Flight, Hold, Mode, Now, Plan, Purpose, later};
use crate::api::Page;
use crate::model::{Failure, FailureKind, PollEvent};
use crate::poll::backoff::{self, Streak};

impl Plan {
    /// Takes the answer to a request, which took `latency`.
    pub fn answered(&mut self, number: u64, answer: Result<Page, Failure>, latency: Duration, now: Now) {
        let Some(place) = self.flights.iter().position(|flight| flight.number == number) else { return };
        let flight = self.flights.swap_remove(place);
        match &answer {
            Err(failure) if self.mode == Mode::Watch => self.hold(backoff::asked(Some(failure)), now),
            Ok(_) => self.held = self.held.filter(|hold| number <= hold.number),
            Err(_) => {}
        }
        if !flight.forgotten && !self.over {
            match answer {
                Ok(page) => self.land(flight, page, latency, now),
                Err(failure) => self.fail(flight, failure, latency, now),
            }
            self.end_what_is_done(now);
        }
        let eldest = self.flights.iter().map(|flight| flight.number).min();
        self.landed.retain(|(number, _)| eldest.is_some_and(|eldest| eldest < *number));
    }

    fn land(&mut self, flight: Flight, mut page: Page, latency: Duration, now: Now) {
        let Flight { number, ask, place, firm, sweep, .. } = flight;
        self.sizes.note(ask.purpose, &page);
        let reach = self.list.reach(place, &page);
        if matches!(reach, Reach::Crowd(_)) && !ask.again && self.sizes.widen(place.limit) {
            // A larger page may show the whole crowd.
            self.again.push(Ask { again: true, ..ask });
            return;
        }
        page.unreadable = self.odd.take(ask.purpose == Purpose::Head, &page);
        self.list.sight(&page, now.ticks);
        let newer: Vec<Stretch> =
            self.landed.iter().filter(|(other, _)| *other > number).map(|(_, stretch)| *stretch).collect();
        self.landed.extend(shown(&page, reach).map(|stretch| (number, stretch)));
        let whole = match reach {
            Reach::Whole(stretch) => stretch.without(newer.iter().copied()),
            _ => Vec::new(),
        };
        let known = |ms| newer.iter().any(|stretch| stretch.contains(ms));
        page.jobs.retain(|job| job.created_at.is_none_or(|created| !known(created.as_millisecond())));
        if let Mode::Once(Bounds { most: Some(_), .. }) = self.mode {
            self.seen.extend(page.jobs.iter().map(|job| job.id.clone()));
        }
        self.patience.1 = 0;
        self.list.take(place, &page, reach, &whole, firm);
        if ask.purpose == Purpose::Head {
            self.running.begin_sweep(self.list.frontier.unwrap_or(BEGINNING));
        }
        self.running.learn(&page.jobs, &whole);
        self.note_landing((number, ask), reach, sweep, now);
        if let (Reach::Whole(Stretch { lo: BEGINNING, .. }), Some(upto)) = (reach, place.upto) {
            self.past.note_end(list::oldest(&page), upto, now);
        }
        let cut = matches!(reach, Reach::Whole(stretch) if *whole != [stretch]);
        let read = self.past_is_read(ask, (reach, cut), now);
        self.report_page(page, latency, &whole);
        self.report_progress(read, now);
    }

    fn past_is_read(&mut self, ask: Ask, reach: (Reach, bool), now: Now) -> bool {
        let Some(upto) = ask.upto.filter(|_| ask.purpose.is_past()) else { return false };
        self.past.take((ask.purpose, upto), reach, &self.list, (now, self.refresh))
    }

    fn note_landing(&mut self, (number, ask): (u64, Ask), reach: Reach, sweep: u64, now: Now) {
        match ask.purpose {
            Purpose::Head => {
                if let Some(round) = &mut self.round {
                    round.headed = true;
                }
                for flight in self.flights.iter_mut().filter(|flight| flight.number < number) {
                    flight.overtaken = true;
                }
                self.past.postpone(now);
                self.streak = Streak::default();
                self.ended = Some((now.ticks, None, self.chance.f64()));
            }
            Purpose::News => {
                if let Some(round) = &mut self.round {
                    round.news += 1;
                }
            }
            Purpose::Running => {
                let seen = match reach {
                    Reach::Whole(stretch) => Some(stretch.lo - 1),
                    Reach::Crowd(ms) => Some(ms - 1),
                    Reach::Overlap | Reach::Deaf => None,
                };
                if let Some(ms) = seen.filter(|_| sweep == self.running.sweep()) {
                    self.running.pass(ms);
                }
            }
            Purpose::History | Purpose::Review | Purpose::Tail => {}
        }
    }

    fn fail(&mut self, flight: Flight, failure: Failure, latency: Duration, now: Now) {
        let Flight { ask, place, .. } = flight;
        if failure.kind == FailureKind::TooLarge && self.sizes.shrink(ask.purpose, place.limit, now.ticks) {
            self.again.push(Ask { again: true, ..ask });
            return;
        }
        if !ask.again && backoff::may_ask_again(&failure) {
            self.again.push(Ask { again: true, ..ask });
            return;
        }
        if self.has_patience(ask, &failure, now) {
            return self.report_progress(false, now);
        }
        if let Mode::Once(_) = self.mode {
            return self.end_badly(failure, latency, now);
        }
        let headed = self.round.is_some_and(|round| round.headed);
        match ask.purpose {
            Purpose::Head => self.end_badly(failure, latency, now),
            // The head is fresh, so the next one comes in time; the rest of this round is missing.
            Purpose::News | Purpose::Running if headed => {
                self.round = None;
                self.list.settle();
                let held = self.held.map_or(now.ticks, |hold| hold.until);
                let next = later(now, self.due().unwrap_or(now.ticks).max(held).saturating_sub(now.ticks));
                self.report(PollEvent::Failed { failure, latency, next });
            }
            _ => {
                let chance = self.chance.f64();
                self.past.fail(failure, chance, now.ticks);
                self.report_progress(false, now);
            }
        }
    }

    /// Whether a failure only costs a wait, which begins then.
    fn has_patience(&mut self, ask: Ask, failure: &Failure, now: Now) -> bool {
        let once = self.mode != Mode::Watch;
        let (left, refused) = self.patience;
        if once && failure.kind == FailureKind::Limited && ask.purpose != Purpose::Head {
            if self.is_held(now) {
                // It went out before the service asked for fewer.
                return true;
            }
            let Some(wait) = backoff::patience(failure, refused, left) else { return false };
            self.patience = (left.saturating_sub(wait), refused + 1);
            self.hold(wait, now);
            return true;
        }
        let wait = backoff::short_wait(failure, once).filter(|wait| !once || *wait <= left);
        let Some(wait) = wait.filter(|_| !ask.again) else { return false };
        if once && !self.is_held(now) {
            self.patience.0 = left.saturating_sub(wait);
        }
        self.hold(wait, now);
        self.again.push(Ask { again: true, ..ask });
        true
    }

    /// Ends the round with a failure of its head, or the listing with any.
    fn end_badly(&mut self, failure: Failure, latency: Duration, now: Now) {
        self.streak.note(Some(&failure));
        self.round = None;
        self.again.clear();
        for flight in &mut self.flights {
            flight.forgotten = true;
        }
        self.ended = Some((now.ticks, Some(failure.clone()), self.chance.f64()));
        self.over = self.mode != Mode::Watch;
        let next = if self.over { now.wall } else { self.next(now) };
        self.report(PollEvent::Failed { failure, latency, next });
        self.report_progress(false, now);
    }

    fn hold(&mut self, wait: Duration, now: Now) {
        if wait.is_zero() {
            return;
        }
        let wish = Hold { until: now.ticks + wait, wall: later(now, wait), number: self.number };
        let longest = self.held.filter(|held| held.until > wish.until).unwrap_or(wish);
        self.held = Some(Hold { number: self.number, ..longest });
    }

    fn end_what_is_done(&mut self, now: Now) {
        if !self.round.is_some_and(|round| round.headed) {
            return;
        }
        let urgent = |purpose: Purpose| !purpose.is_past() || self.mode != Mode::Watch;
        if self.in_air().any(|flight| urgent(flight.ask.purpose))
            || self.again.iter().any(|ask| urgent(ask.purpose))
        {
            return;
        }
        match self.mode {
            Mode::Watch if self.rest_of_round().is_none() => self.finish(now),
            Mode::Once(bounds) => {
                let more = !self.has_enough() && self.past.next(&self.list, &[], 1, bounds).is_some();
                self.over = !more;
                if self.over {
                    self.finish(now);
                }
            }
            Mode::Watch => {}
        }
    }

    /// Ends a round well.
    pub(super) fn finish(&mut self, now: Now) {
        let headed = self.round.take().is_some_and(|round| round.headed);
        self.list.settle();
        if headed {
            let (coverage, next) = (self.coverage(), if self.over { now.wall } else { self.next(now) });
            self.report(PollEvent::Finished { coverage, next });
        }
        self.report_progress(false, now);
    }
}

/// What a page shows anything of: a request from before it has nothing newer to say there.
fn shown(page: &Page, reach: Reach) -> Option<Stretch> {
    match (reach, list::oldest(page).zip(list::newest(page))) {
        (Reach::Whole(stretch), Some((oldest, newest))) => {
            Some(Stretch { lo: stretch.lo.min(oldest), hi: stretch.hi.max(newest) })
        }
        (Reach::Whole(stretch), None) => Some(stretch),
        (_, Some((oldest, newest))) => Some(Stretch { lo: oldest, hi: newest }),
        (_, None) => None,
    }
}
