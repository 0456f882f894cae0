//! Jobs with configurations as large as the service's documentation allows.

use super::*;

/// A list of so many jobs of which each has a word list of so many bytes, as the request asks for it.
fn large(jobs: i64, bytes: impl Fn(i64) -> usize, head: &str) -> String {
    let parameter = |name: &str| {
        let value = head.split(name).nth(1)?.split([' ', '&']).next()?;
        Some(value.replace("%3A", ":"))
    };
    let before = parameter("created_before=").map(|at| at.parse::<Timestamp>().unwrap().as_millisecond());
    let limit = parameter("limit=").unwrap().parse().unwrap();
    let entry = |ms: i64| {
        let at = Timestamp::from_millisecond(ms * 1_000).unwrap();
        // Few and long words, which are read sooner.
        let word = format!(r#"{{"content":"{}"}},"#, "word".repeat(1_000));
        let words = word.repeat(bytes(ms).div_ceil(word.len()));
        format!(
            r#"{{"config":{{"transcription_config":{{"additional_vocab":[{words}{{}}],"language":"en"}}}},"id":"j{ms}","status":"done","created_at":"{at}","data_name":"a.wav"}}"#
        )
    };
    let listed = (0..jobs).rev().filter(|ms| before.is_none_or(|before| ms * 1_000 < before)).take(limit);
    answer("200 OK", &format!(r#"{{"jobs":[{}]}}"#, listed.map(entry).collect::<Vec<_>>().join(",")))
}

/// Lists once; gives the ids, how many entries could not be read, and how often it was asked.
async fn listed(
    jobs: i64,
    bytes: impl Fn(i64) -> usize + Copy + Send + Sync + 'static,
) -> (usize, usize, usize) {
    let server = server(move |_, head| large(jobs, bytes, head)).await;
    let (sender, mut reports) = mpsc::channel(1);
    let rounds = tokio::spawn(once(sources(&[&server]), Bounds::default(), sender));
    let (mut ids, mut odd) = (HashSet::new(), 0);
    while let Some(report) = reports.recv().await {
        match report.event {
            PollEvent::Page { jobs, unreadable, .. } => {
                odd += unreadable;
                ids.extend(jobs.into_iter().map(|job| job.id));
            }
            PollEvent::Failed { failure, .. } => panic!("{failure:?}"),
            _ => {}
        }
    }
    rounds.await.unwrap();
    (ids.len(), odd, server.asked.load(Ordering::SeqCst))
}

#[tokio::test]
async fn word_lists_of_the_documented_length_are_listed() {
    // Half a page of them has more than is read at once, and ten have less.
    let (jobs, odd, asked) = listed(30, |_| 1_500_000).await;
    assert_eq!((jobs, odd), (30, 0));
    assert!((5..=8).contains(&asked), "{asked}");
}

#[tokio::test]
async fn one_job_beyond_all_measure_costs_itself() {
    let (jobs, odd, asked) = listed(12, |job| if job == 9 { 40_000_000 } else { 100 }).await;
    assert_eq!((jobs, odd), (11, 1));
    assert!(asked <= 20, "{asked}");
}
