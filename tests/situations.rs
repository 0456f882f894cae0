//! What the screen says is true: a table of situations, each a fleet and a story (who answers what, in
//! which order), with the key states, environment states and banners that must come of it. Every story
//! is told by real servers on loopback to the real client and pollers; only the times of the reports are
//! the story's, so that ten minutes take no ten minutes.

#[cfg(test)]
#[path = "situations/server.rs"]
mod server;

#[cfg(test)]
#[path = "situations/story.rs"]
mod story;

#[cfg(test)]
mod situations {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, PoisonError};

    use voxtop::model::EnvironmentState;

    use crate::story::{Situation, Table};

    /// How many stories are told at once. They wait more than they work.
    const AT_ONCE: usize = 8;

    fn table() -> Vec<Situation> {
        let table: Table = toml::from_str(include_str!("situations/table.toml")).expect("a table");
        table.situation
    }

    /// Tells every story, several at once, and collects what is wrong.
    fn each(check: fn(&Situation) -> Result<(), String>) {
        let table = table();
        let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(situation) = table.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(why) = check(situation) {
                            wrong.lock().unwrap_or_else(PoisonError::into_inner).push(why);
                        }
                    }
                });
            }
        });
        let wrong = wrong.into_inner().unwrap();
        assert!(wrong.is_empty(), "{} of {}:\n\n{}", wrong.len(), table.len(), wrong.join("\n\n"));
    }

    #[test]
    fn every_situation_is_told_as_it_is() {
        each(Situation::check);
    }

    #[test]
    fn every_banner_clears_within_two_refreshes_of_the_cure() {
        each(Situation::check_cure);
    }

    /// An hour of polling every five seconds in which each response fails by a coin toss at 5 %; then the
    /// environment dies, and comes back.
    #[test]
    fn chance_calls_nothing_down_and_death_does_within_three_refreshes() {
        const HOUR: usize = 720;
        let story = r#"
            is = "an hour of chance, and a death"
            keys = ["prod: eu1 us1"]
            answers = ["eu1: flaky*720 503*3", "us1: flaky*723"]
            environments = "eu1 up, us1 up"
            key_states = []
        "#;
        let situation: Situation = toml::from_str(story).expect("a situation");
        let mut dead = None;
        let cured = situation.watch(2, |round, store| {
            let down = store.fleet().environments().any(|(id, _)| store.state(id) == EnvironmentState::Down);
            assert!(!down || round > HOUR, "down by chance in round {round}");
            dead = dead.or(down.then_some(round));
        });
        assert_eq!(dead, Some(HOUR + 2), "the third refresh of the dead one");
        let states = cured.fleet().environments().map(|(id, _)| cured.state(id));
        assert!(
            states.into_iter().all(|state| matches!(state, EnvironmentState::Up | EnvironmentState::Slow))
        );
    }

    #[test]
    fn the_table_is_of_many_situations_and_each_is_told_once() {
        let table = table();
        let names: std::collections::HashSet<_> = table.iter().map(|situation| &situation.is).collect();
        assert_eq!(names.len(), table.len(), "two of one name");
        assert!(table.len() >= 60, "{}", table.len());
    }
}
