//! That more than a few jobs of an environment are stuck: one of them may be odd, several are the environment.

use super::super::Store;
use super::super::event::Severity;
use super::super::times;
use super::{Banner, Cause, Sureness};
use crate::model::{EnvironmentId, EnvironmentState};

/// So many are a few.
const FEW: usize = 3;

impl Store {
    /// The banner about an environment's stuck jobs.
    pub(super) fn stuck_banner(&self, id: EnvironmentId) -> Option<Banner> {
        let count = self.stuck_at(id);
        // Of one that is down the banner about that says more.
        if count <= FEW || self.state(id) == EnvironmentState::Down {
            return None;
        }
        let name = self.fleet.environment_name(id);
        let usual = match self.turnaround(id).filter(|_| self.limit(id, None).1) {
            Some(figures) => {
                let (ratio, kept) = (times(figures.high), figures.kept);
                format!("95% of the last {kept} ends seen there came within {ratio} of the audio's length.")
            }
            None => "Too few jobs have finished there for a history; these took more than 10 minutes and 3× their audio."
                .to_owned(),
        };
        Some(Banner {
            cause: Cause::JobsStuck(id),
            severity: Severity::Warning,
            sure: Sureness::Probable,
            head: format!("{name}: {count} jobs run for far longer than is usual there"),
            advice: format!(
                "{usual} ! shows them alone; b on one bundles what the vendor's support asks for."
            ),
            since: self.stuck_since(id)?,
            last_good: None,
            next: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{EU1, at, fleet, job, round};

    #[test]
    fn more_than_a_few_are_told_of_with_what_is_usual() {
        let mut store = Store::new(fleet());
        let running = |count: usize| -> Vec<_> {
            (0..count).map(|nth| job(&format!("j{nth}"), -3_600, "running")).collect()
        };
        let banner = |store: &Store| {
            store.banners(at(0)).into_iter().find(|banner| matches!(banner.cause, Cause::JobsStuck(_)))
        };
        round(&mut store, EU1, 1, 0, &running(3));
        assert_eq!((store.stuck_at(EnvironmentId(0)), banner(&store)), (3, None));
        round(&mut store, EU1, 2, 5, &running(4));
        let told = banner(&store).unwrap();
        assert_eq!(told.head, "eu1: 4 jobs run for far longer than is usual there");
        assert!(told.advice.starts_with("Too few jobs have finished there"), "{}", told.advice);
        assert_eq!((told.cause.environment(), told.since), (Some(EnvironmentId(0)), at(-3_600 + 13 * 60)));
        for nth in 0..10 {
            let mut jobs = running(4);
            let id = format!("q{nth}");
            jobs.push(job(&id, -20, "running"));
            round(&mut store, EU1, 3 + nth * 2, 5, &jobs);
            *jobs.last_mut().unwrap() = job(&id, -20, "done");
            round(&mut store, EU1, 4 + nth * 2, 10, &jobs);
        }
        let told = banner(&store).unwrap();
        assert!(
            told.advice
                .starts_with("95% of the last 10 ends seen there came within 0.50× of the audio's length."),
            "{}",
            told.advice
        );
    }
}
