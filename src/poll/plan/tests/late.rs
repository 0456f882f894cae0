//! Answers that come late, in another order, or never, and two who ask about the same crowd.

use super::*;

impl Bench {
    /// Sends the next request, which is not answered yet.
    fn send(&mut self) -> Request {
        self.plan.ask(self.time()).unwrap()
    }

    /// Answers a request with the list as it is now.
    fn answer(&mut self, request: Request) {
        let page = self.service.list(request.created_before);
        self.plan.answered(request.number, Ok(page), RTT, self.time());
        self.read();
    }
}

#[test]
fn a_lost_request_for_running_jobs_holds_nobody_up() {
    let mut bench = Bench::watch(Service::new(Before::Inclusive, (1..=1_000).rev().map(|n| -n * 1_000 * MS)));
    bench.service.set(500, Status::Running);
    bench.pass(Duration::from_secs(10));
    bench.now += REFRESH * 2;
    let head = bench.send();
    bench.answer(head);
    let lost = bench.send();
    assert_eq!((lost.purpose, bench.plan.wish(bench.time())), (Purpose::Running, Wish::Wait));
    bench.service.set(500, Status::Done);
    bench.now += REFRESH * 2;
    assert_eq!(bench.work(), [Purpose::Head, Purpose::Running], "while the first is still on its way");
    assert!(bench.is_true());
    // The first comes after all, with what it saw then.
    bench.answer(lost);
    assert!(bench.is_true());
    bench.now += REFRESH * 2;
    assert_eq!(bench.work(), [Purpose::Head]);
}

#[test]
fn two_who_ask_about_the_same_crowds_do_not_send_each_other_round_in_circles() {
    // The newest page ends within a crowd, and the one before it fills a page too.
    let crowds = (0..4).flat_map(|ms| std::iter::repeat_n((ms - 1_000_000) * MS, 100));
    let older = (1..=300).rev().map(|n| -n * 10_000 * MS - 2_000_000 * MS);
    let mut bench = Bench::watch(Service::new(Before::Inclusive, older.chain(crowds)));
    // A job of each crowd runs, and goes on running.
    for id in [350, 450, 550] {
        bench.service.set(id, Status::Running);
    }
    bench.pass(Duration::from_secs(10));
    assert!(bench.is_true());
    bench.service.delete(150);
    bench.pass(Duration::from_secs(900));
    assert!(bench.is_true(), "the second reading has not got past the crowds");
}

#[test]
fn a_second_reading_reads_again_what_a_newer_page_has_cut_out() {
    let mut bench =
        Bench::watch(Service::new(Before::Exclusive, (1..=350).rev().map(|n| -(n / 3) * 30_000 * MS)));
    bench.pass(Duration::from_secs(280));
    assert!(bench.is_true());
    // The oldest of the newest page: its millisecond is shown by it, but not whole.
    let head = bench.service.list(None);
    let oldest = head.jobs.last().unwrap().created_at;
    let twins: Vec<usize> = (0..350)
        .filter(|id| {
            bench.service.jobs.iter().any(|((_, other), job)| other == id && job.created_at == oldest)
        })
        .collect();
    let behind =
        twins.into_iter().find(|id| !head.jobs.iter().any(|job| job.id == JobId::new(format!("j{id}"))));
    bench.service.delete(behind.unwrap());
    let mut overtaken = 0;
    while bench.now < Duration::from_secs(400) {
        let Some(request) = bench.plan.ask(bench.time()) else {
            bench.now += Duration::from_millis(100);
            continue;
        };
        if request.purpose == Purpose::Review && overtaken == 0 {
            overtaken += 1;
            bench.plan.hurry();
            let head = bench.send();
            assert_eq!(head.purpose, Purpose::Head);
            bench.answer(head);
        }
        bench.now += RTT;
        bench.answer(request);
    }
    assert_eq!(overtaken, 1);
    assert!(bench.is_true(), "what was cut out is never looked at again");
}
