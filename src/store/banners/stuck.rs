//! That more than a few jobs of an environment are stuck: one of them may be odd, several are the environment.
//! One banner tells of all environments where it is so: of four alike the others would hide what is worse.

use super::super::Store;
use super::super::advice::list;
use super::super::event::Severity;
use super::super::times;
use super::{Banner, Cause, Sureness};
use crate::model::{EnvironmentId, EnvironmentState};

/// So many are a few.
const FEW: usize = 3;

impl Store {
    /// The banner about stuck jobs.
    pub(super) fn stuck_banner(&self) -> Option<Banner> {
        let environments = self.fleet.environments().map(|(id, _)| (id, self.stuck_at(id)));
        // Of one that is down the banner about that says more.
        let told =
            |(id, count): &(EnvironmentId, usize)| *count > FEW && self.state(*id) != EnvironmentState::Down;
        let mut places: Vec<(EnvironmentId, usize)> = environments.filter(told).collect();
        places.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let since = places.iter().filter_map(|(id, _)| self.stuck_since(*id)).min()?;
        let (head, brief) = self.stuck_heads(&places);
        let histories: Vec<String> =
            places.iter().filter_map(|(id, _)| self.usual_at(*id, places.len())).collect();
        let without: Vec<&str> = places
            .iter()
            .filter(|(id, _)| self.usual_at(*id, places.len()).is_none())
            .map(|(id, _)| self.fleet.environment_name(*id))
            .collect();
        let mut usual = histories.join(" ");
        if !without.is_empty() {
            let place = if places.len() == 1 { "there".to_owned() } else { format!("in {}", list(&without)) };
            let stop = if usual.is_empty() { "" } else { " " };
            usual = format!(
                "{usual}{stop}Too few jobs have finished {place} for a history; these took more than 10 minutes and 3× \
                 their audio."
            );
        }
        Some(Banner {
            cause: Cause::JobsStuck,
            severity: Severity::Warning,
            sure: Sureness::Probable,
            head,
            advice: format!(
                "{usual} ! shows them alone; b on one bundles what the vendor's support asks for."
            ),
            brief,
            todo: "! shows them. b on one bundles what the vendor's support asks for.".to_owned(),
            since,
            last_good: None,
            next: None,
        })
    }

    /// `eu1: 4 jobs run for far longer than is usual there`, or `93 jobs run far too long: eu1 48 · us1 45`; at
    /// length and in few words.
    fn stuck_heads(&self, places: &[(EnvironmentId, usize)]) -> (String, String) {
        if let [(id, count)] = places {
            let name = self.fleet.environment_name(*id);
            let brief = format!("{name}: {count} jobs run far too long");
            return (format!("{name}: {count} jobs run for far longer than is usual there"), brief);
        }
        let all: usize = places.iter().map(|(_, count)| count).sum();
        let each = places.iter().map(|(id, count)| format!("{} {count}", self.fleet.environment_name(*id)));
        let each = each.collect::<Vec<_>>().join(" · ");
        let brief = format!("{all} jobs run far too long: {each}");
        (format!("{all} jobs run for far longer than is usual where they are: {each}"), brief)
    }

    /// What is usual at an environment, where enough ends were seen; with its name where there are several.
    fn usual_at(&self, id: EnvironmentId, of: usize) -> Option<String> {
        let figures = self.turnaround(id).filter(|_| self.limit(id, None).1)?;
        let place =
            if of == 1 { "there".to_owned() } else { format!("in {}", self.fleet.environment_name(id)) };
        let (ratio, kept) = (times(figures.high), figures.kept);
        Some(format!("95% of the last {kept} ends seen {place} came within {ratio} of the audio's length."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture::{EU1, EU2, at, fleet, job, round};

    #[test]
    fn stuck_jobs_of_several_environments_are_one_cause() {
        let running = |count: usize| -> Vec<_> {
            (0..count).map(|nth| job(&format!("j{nth}"), -3_600, "running")).collect()
        };
        let mut store = Store::new(fleet());
        round(&mut store, EU1, 1, 0, &running(4));
        round(&mut store, EU2, 1, 0, &running(5));
        let banners = store.banners(at(0));
        let [told] = banners.as_slice() else { panic!("{banners:?}") };
        assert_eq!(told.brief, "9 jobs run far too long: eu2 5 · eu1 4");
        assert!(
            told.advice.starts_with("Too few jobs have finished in eu2 and eu1 for a history"),
            "{}",
            told.advice
        );
    }

    #[test]
    fn more_than_a_few_are_told_of_with_what_is_usual() {
        let mut store = Store::new(fleet());
        let running = |count: usize| -> Vec<_> {
            (0..count).map(|nth| job(&format!("j{nth}"), -3_600, "running")).collect()
        };
        let banner =
            |store: &Store| store.banners(at(0)).into_iter().find(|banner| banner.cause == Cause::JobsStuck);
        round(&mut store, EU1, 1, 0, &running(3));
        assert_eq!((store.stuck_at(EnvironmentId(0)), banner(&store)), (3, None));
        round(&mut store, EU1, 2, 5, &running(4));
        let told = banner(&store).unwrap();
        assert_eq!(told.head, "eu1: 4 jobs run for far longer than is usual there");
        assert!(told.advice.starts_with("Too few jobs have finished there"), "{}", told.advice);
        assert_eq!(told.since, at(-3_600 + 13 * 60));
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
