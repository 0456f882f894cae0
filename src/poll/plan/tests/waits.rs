//! What a service's wish to be left alone costs, and what ends it.

use jiff::SignedDuration;

use super::*;
use crate::model::Failure;

fn refusal(kind: FailureKind, seconds: Option<i64>) -> Failure {
    Failure { retry_after: seconds.map(SignedDuration::from_secs), ..Failure::new(kind, "") }
}

fn service() -> Service {
    Service::new(Before::Exclusive, (1..=250).rev().map(|n| -n * 1_000 * MS))
}

impl Bench {
    /// Sends the next request, which is refused.
    fn refuse(&mut self, failure: Failure) -> Purpose {
        let request = self.plan.ask(self.time()).unwrap();
        self.plan.answered(request.number, Err(failure), RTT, self.time());
        self.read();
        request.purpose
    }
}

#[test]
fn a_good_answer_to_the_users_own_refresh_ends_a_pause() {
    let mut bench = Bench::watch(service());
    bench.pass(REFRESH);
    bench.now += REFRESH * 2;
    assert_eq!(bench.refuse(refusal(FailureKind::Limited, Some(60))), Purpose::Head);
    assert!(bench.pass(Duration::from_secs(10)).is_empty() && bench.reader.progress.paused_until.is_some());
    bench.plan.hurry();
    assert_eq!(bench.work(), [Purpose::Head]);
    assert_eq!(bench.reader.progress.paused_until, None);
    let asked = bench.pass(REFRESH * 4);
    assert!(asked.len() >= 3, "{asked:?}");
}

#[test]
fn a_bad_answer_to_it_does_not_end_the_pause_nor_does_one_that_was_under_way() {
    let mut bench = Bench::watch(service());
    let before = bench.plan.ask(bench.time()).unwrap();
    bench.plan.hurry();
    bench.plan.answered(before.number, Ok(bench.service.list(None)), RTT, bench.time());
    let (first, second) = (bench.plan.ask(bench.time()).unwrap(), bench.plan.ask(bench.time()).unwrap());
    let failure = refusal(FailureKind::Limited, Some(60));
    bench.plan.answered(first.number, Err(failure), RTT, bench.time());
    let page = bench.service.list(second.created_before);
    bench.plan.answered(second.number, Ok(page), RTT, bench.time());
    assert!(bench.pass(Duration::from_secs(20)).is_empty());
    bench.plan.hurry();
    bench.refuse(refusal(FailureKind::Limited, None));
    assert!(bench.pass(Duration::from_secs(20)).is_empty(), "the first minute has not passed");
}

#[test]
fn a_short_wait_is_kept_once_and_not_told() {
    for kind in [FailureKind::Limited, FailureKind::Server] {
        let once = Plan::once(Bounds::default(), Duration::from_secs(15), 1);
        for plan in [Plan::watch(REFRESH, 0, 1), once] {
            let mut bench = Bench::new(plan.clone(), service());
            bench.refuse(refusal(kind, Some(2)));
            assert!(bench.work().is_empty() && bench.plan.wakes_at(bench.now).is_some());
            bench.now += Duration::from_secs(2);
            bench.work();
            assert!(bench.is_true() && bench.reader.failures.is_empty(), "{kind:?}");
            // The second time in a row, or a long one, is a failure.
            let mut bench = Bench::new(plan.clone(), service());
            bench.refuse(refusal(kind, Some(2)));
            bench.now += Duration::from_secs(2);
            bench.refuse(refusal(kind, Some(2)));
            assert_eq!(bench.reader.failures, [kind]);
            let mut bench = Bench::new(plan, service());
            bench.refuse(refusal(kind, Some(30)));
            assert_eq!(bench.reader.failures, [kind]);
        }
    }
}

#[test]
fn a_refresh_does_not_wait_for_a_short_wait() {
    let mut bench = Bench::watch(service());
    bench.refuse(refusal(FailureKind::Server, Some(4)));
    bench.plan.hurry();
    assert_eq!(bench.work()[0], Purpose::Head);
    assert_eq!(bench.asked.iter().filter(|purpose| **purpose == Purpose::Head).count(), 1);
    assert!(bench.is_true());
}
