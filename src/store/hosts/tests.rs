use std::collections::HashMap;

use jiff::SignedDuration;

use super::*;
use crate::model::{FailureKind, PollEvent, Progress};
use crate::store::fixture::{
    EU1, EU1_OTHER, EU2, US1, at, batch, certified, climb, failed, fleet, progress, realtime, report, round,
};
use crate::store::{Banner, Cause};

const DAY: i64 = 86_400;

fn heads(store: &Store, seconds: i64) -> Vec<String> {
    store.banners(at(seconds)).into_iter().map(|banner| banner.head).collect()
}

fn texts(store: &Store) -> Vec<(Severity, String)> {
    store.events().map(|event| (event.severity, event.text.clone())).collect()
}

/// Looks at eu.rt, us.rt and the dropped neu.rt: a letter each, one word every 30 s.
fn told(story: &str) -> Store {
    let mut store = Store::new(fleet());
    store.watch_hosts(vec![
        realtime("eu.rt", "EU", true),
        realtime("us.rt", "US", true),
        realtime("neu.rt", "EU", false),
    ]);
    for (word, seconds) in story.split(' ').zip((0..).step_by(30)) {
        for (host, letter) in (0..).map(HostId).zip(word.chars()) {
            store.merge_look(Look { host, climb: climb(seconds, letter) });
        }
    }
    store
}

#[test]
fn realtime_hosts_are_called_down_after_three_looks_and_the_dropped_ones_only_if_they_ever_answered() {
    let down = |names: &str, why: &str| vec![format!("realtime {names} down: {why}")];
    let (dns, tls) = ("the host name could not be resolved: no such name", "no answer in time");
    for (story, expected) in [
        ("...", vec![]),
        ("d..", vec![]),
        ("d.. d..", vec![]),
        ("d.. d.. d..", down("host eu.rt is", dns)),
        ("... d.. ... d.. ... d..", vec![]),
        ("... h.. h.. h.. h..", down("host eu.rt is", tls)),
        ("... h.. h.. h.. ... ...", vec![]),
        ("dd. dd. dd.", down("hosts eu.rt and us.rt are", dns)),
        (
            "dh. dh. dh.",
            down("hosts eu.rt and us.rt are", "each for a reason of its own (see the realtime hosts)"),
        ),
        ("..d ..d ..d ..d", vec![]),
        ("... ..d ..d ..d", down("host neu.rt is", dns)),
    ] {
        assert_eq!(heads(&told(story), 600), expected, "{story:?}");
    }
}

#[test]
fn a_realtime_banner_is_quiet_says_where_it_fails_and_who_answers_instead() {
    let store = told("... ..t ..t ..t");
    let banner: Banner = store.banners(at(600)).remove(0);
    assert_eq!((banner.severity, banner.since), (Severity::Warning, at(90)));
    assert_eq!(banner.last_good, Some(at(0)));
    assert_eq!(banner.cause, Cause::RealtimeDown(vec![HostId(2)]));
    for words in [
        "Batch jobs are not affected. DNS resolves, TCP connects, TLS is reset: the name is not served there.",
        "Check the host's name",
    ] {
        assert!(banner.advice.contains(words), "{words}: {}", banner.advice);
    }
    let documented = told("... d.. d.. d..").banners(at(600)).remove(0).advice;
    assert!(!documented.contains("answers, of the same region"), "the twin is a dropped one: {documented}");
    let mut store = Store::new(fleet());
    store.watch_hosts(vec![realtime("a.rt", "EU", true), realtime("b.rt", "EU", true)]);
    for seconds in [0, 30, 60] {
        store.merge_look(Look { host: HostId(0), climb: climb(seconds, 'd') });
        store.merge_look(Look { host: HostId(1), climb: climb(seconds, '.') });
    }
    let advice = store.banners(at(60)).remove(0).advice;
    assert!(advice.ends_with("b.rt answers, of the same region."), "{advice}");
}

#[test]
fn what_a_realtime_host_turns_to_is_an_event_and_a_late_look_changes_nothing() {
    use Severity::{Info, Warning};
    let mut store = told("... h.. h.. h.. ... ...");
    let expected = [
        (Info, "realtime eu.rt is up"),
        (Info, "realtime eu.rt answers again; one more good answer and it is up"),
        (Warning, "realtime eu.rt is down: no answer in time"),
        (Warning, "realtime eu.rt is degraded: no answer in time"),
    ];
    assert_eq!(texts(&store), expected.map(|(severity, text)| (severity, text.to_owned())));
    assert!(store.events().all(|event| event.subject.word() == "realtime"));
    store.merge_look(Look { host: HostId(0), climb: climb(100, 'd') });
    store.merge_look(Look { host: HostId(9), climb: climb(900, 'd') });
    assert_eq!(store.hosts().next().unwrap().1.answers(), Some(true));
    assert_eq!(texts(&store).len(), 4);
    let dropped = told("..d ..d ..d");
    assert!(texts(&dropped).iter().all(|(severity, _)| *severity == Info), "{:?}", texts(&dropped));
}

#[test]
fn where_nothing_is_reached_realtime_is_no_cause_of_its_own() {
    let mut store = told("dd. dd. dd.");
    for sequence in 1..=3 {
        for source in [EU1, EU1_OTHER, EU2, US1] {
            store.merge(report(source, sequence, 90, failed(FailureKind::Unresolved, None)));
        }
    }
    let causes: Vec<Cause> = store.banners(at(100)).into_iter().map(|banner| banner.cause).collect();
    assert_eq!(causes, [Cause::NothingReached]);
}

#[test]
fn a_certificate_is_warned_of_once_for_all_its_hosts_and_again_in_its_last_days() {
    for (ends, expected) in [
        (15 * DAY, None),
        (15 * DAY - 1, Some((Severity::Warning, "ends in 14 days"))),
        (3 * DAY, Some((Severity::Warning, "ends in 3 days"))),
        (3 * DAY - 1, Some((Severity::Critical, "ends in 2 days"))),
        (DAY, Some((Severity::Critical, "ends in a day"))),
        (DAY - 1, Some((Severity::Critical, "ends today, or within a day"))),
        (-1, None),
    ] {
        let mut store = Store::new(fleet());
        store.watch_hosts(vec![batch(0, "eu1.example", false), realtime("eu.rt", "EU", true)]);
        for host in [HostId(0), HostId(1)] {
            store.merge_look(Look { host, climb: certified(0, ends) });
        }
        let banners = store.banners(at(0));
        let told = banners.first().map(|banner| (banner.severity, banner.head.clone()));
        let names = "the certificate of eu1.example and eu.rt.speechmatics.example";
        assert_eq!(told, expected.map(|(severity, words)| (severity, format!("{names} {words}"))), "{ends}");
        assert!(banners.len() < 2);
        // It stands still while the hosts are looked at again, also where that fails for once.
        store.merge_look(Look { host: HostId(0), climb: certified(30, ends) });
        store.merge_look(Look { host: HostId(1), climb: climb(30, 'd') });
        assert_eq!(store.banners(at(0)), banners, "{ends}");
    }
}

#[test]
fn many_hosts_of_one_certificate_are_counted() {
    let mut store = Store::new(fleet());
    store.watch_hosts((0..7).map(|nth| realtime(&format!("r{nth}"), "EU", true)).collect());
    for host in (0..7).map(HostId) {
        store.merge_look(Look { host, climb: certified(0, 5 * DAY) });
    }
    let head = heads(&store, 0).remove(0);
    assert!(head.contains("r3.speechmatics.example and 3 more ends in 5 days"), "{head}");
}

#[test]
fn a_banner_says_on_which_rung_an_environment_fails_where_that_adds_something() {
    let front_door = "Its host answers without a key: what fails is behind its front door.";
    let reset = "DNS resolves, TCP connects, TLS is reset: the name is not served there.";
    for (kind, look, words) in [
        (FailureKind::Tls, Some((20, 't')), Some(reset)),
        (
            FailureKind::Timeout,
            Some((20, 'h')),
            Some("DNS resolves, TCP connects, TLS stands, then nothing is said."),
        ),
        (FailureKind::Unconnected, Some((20, 'c')), Some("DNS resolves, TCP does not connect.")),
        (FailureKind::Server, Some((20, '.')), Some(front_door)),
        // What the failure says by itself, what is older than it, and what was not looked at.
        (FailureKind::Unresolved, Some((20, 'd')), None),
        (FailureKind::Server, Some((20, '5')), None),
        (FailureKind::Unconnected, Some((20, '.')), None),
        (FailureKind::Tls, Some((4, 't')), None),
        (FailureKind::Tls, None, None),
    ] {
        let mut store = Store::new(fleet());
        store.watch_hosts(vec![batch(2, "us1.example", false)]);
        round(&mut store, US1, 1, 0, &[]);
        for sequence in 2..5 {
            store.merge(report(US1, sequence, i64::try_from(sequence).unwrap() * 5, failed(kind, None)));
        }
        if let Some((seconds, story)) = look {
            store.merge_look(Look { host: HostId(0), climb: climb(seconds, story) });
        }
        let banner = store.banners(at(30)).remove(0);
        assert_eq!(banner.cause, Cause::EnvironmentDown(EnvironmentId(2)));
        for sentence in ["DNS resolves", front_door] {
            let said = words.is_some_and(|words| words.contains(sentence));
            assert_eq!(banner.advice.contains(sentence), said, "{kind:?} {look:?}: {}", banner.advice);
        }
        assert!(words.is_none_or(|words| banner.advice.contains(words)), "{}", banner.advice);
    }
}

fn alias(host: Option<&str>) -> PollEvent {
    progress(Progress { alias: host.map(Into::into), ..Progress::default() })
}

#[test]
fn an_alias_in_use_is_told_until_the_first_host_is_asked_again() {
    let mut store = Store::new(fleet());
    store.watch_hosts(vec![batch(0, "eu1.example", false), batch(0, "eu.example", true)]);
    round(&mut store, EU1, 1, 0, &[]);
    store.merge(report(EU1, 2, 5, alias(Some("eu.example"))));
    store.merge(report(EU1_OTHER, 1, 6, alias(Some("eu.example"))));
    let banner = |store: &Store| store.banners(at(60)).pop().unwrap();
    let first = banner(&store);
    assert_eq!((first.severity, first.since), (Severity::Warning, at(5)));
    assert_eq!(first.head, "eu1 is asked through eu.example: eu1.example cannot be reached");
    store.merge_look(Look { host: HostId(0), climb: climb(10, 'c') });
    let looked = banner(&store);
    assert!(
        looked.head.ends_with("cannot be reached: no connection to the host: refused"),
        "{}",
        looked.head
    );
    assert!(looked.advice.ends_with("eu1.example: DNS resolves, TCP does not connect."), "{}", looked.advice);
    store.merge_look(Look { host: HostId(0), climb: climb(20, '.') });
    let back = banner(&store);
    assert_eq!((back.severity, back.since, back.cause), (Severity::Info, at(5), first.cause));
    assert_eq!(back.head, "eu1 is still asked through eu.example, though eu1.example answers again");
    store.merge(report(EU1_OTHER, 1, 30, alias(None)));
    assert_eq!((store.alias(EnvironmentId(0)), heads(&store, 60)), (None, vec![]));
    let told: Vec<String> = texts(&store).into_iter().map(|(_, text)| text).take(2).collect();
    assert_eq!(
        told,
        [
            "is asked through its first host again: eu1.example",
            "is asked through eu.example: eu1.example cannot be reached"
        ]
    );
}

/// What the clocks of eu1, eu2 and us1 are ahead by, in seconds.
fn clocks(store: &mut Store, sequence: u64, ahead: [Option<i64>; 3]) {
    for (source, ahead) in [EU1, EU2, US1].into_iter().zip(ahead) {
        let clock_ahead = ahead.map(SignedDuration::from_secs);
        let seconds = i64::try_from(sequence).unwrap() * 5;
        let event = progress(Progress { clock_ahead, ..Progress::default() });
        store.merge(report(source, sequence, seconds, event));
    }
}

#[test]
fn a_wrong_clock_is_what_most_environments_agree_on() {
    let odd = |pairs: &[(u16, i64)]| pairs.iter().copied().collect::<HashMap<u16, i64>>();
    for (ahead, head, odd) in [
        ([Some(0), Some(1), Some(-1)], None, odd(&[])),
        ([Some(29), Some(29), Some(29)], None, odd(&[])),
        ([Some(90), Some(92), Some(88)], Some("90 s behind, by eu1, eu2 and us1"), odd(&[])),
        ([Some(-600), Some(-601), None], Some("10 min ahead, by eu1 and eu2"), odd(&[])),
        // One with a clock of its own is outvoted.
        ([Some(90), Some(0), Some(1)], None, odd(&[(0, 90)])),
        ([Some(90), Some(91), Some(0)], Some("90 s behind, by eu1 and eu2"), odd(&[])),
        // Two that do not agree prove nothing.
        ([Some(90), Some(-90), None], None, odd(&[(0, 90), (1, -90)])),
        ([None, Some(7_300), None], Some("2 h behind, by eu2"), odd(&[])),
        ([None, None, None], None, odd(&[])),
    ] {
        let mut store = Store::new(fleet());
        clocks(&mut store, 1, ahead);
        let expected: Vec<String> =
            head.map(|head| format!("this machine's clock is {head}")).into_iter().collect();
        assert_eq!(heads(&store, 60), expected, "{ahead:?}");
        for environment in 0..3 {
            let found = store.odd_clock(EnvironmentId(environment)).map(|ahead| ahead.as_secs());
            assert_eq!(found, odd.get(&environment).copied(), "{environment} of {ahead:?}");
        }
    }
}

#[test]
fn a_clock_that_is_set_right_is_told_and_a_second_more_or_less_is_no_news() {
    let mut store = Store::new(fleet());
    let all = |seconds| [Some(seconds); 3];
    clocks(&mut store, 1, all(31));
    let banner = store.banners(at(60));
    for (sequence, ahead) in (2..).zip([30, 29, 33, 27, 35]) {
        clocks(&mut store, sequence, all(ahead));
        assert_eq!(store.banners(at(60)), banner, "{ahead}");
    }
    assert_eq!(banner.first().map(|banner| banner.since), Some(at(5)));
    clocks(&mut store, 9, all(0));
    assert_eq!(heads(&store, 60), Vec::<String>::new());
    let told: Vec<String> = texts(&store).into_iter().map(|(_, text)| text).collect();
    let wrong = told.last().cloned().unwrap_or_default();
    assert!(wrong.starts_with("this machine's clock is 31 s behind, by eu1"), "{told:?}");
    assert_eq!((told.len(), told[0].as_str()), (2, "this machine's clock agrees with the service's again"));
}
