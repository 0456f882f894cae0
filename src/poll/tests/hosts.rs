//! Hosts that cannot be reached, and keys that are exchanged.

use super::*;

/// An address where nothing listens.
async fn nobody() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap()
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_passed_over_and_the_one_that_answers_is_kept() {
    let server = server(|_, head| page(3, head)).await;
    let mut source = sources(&[&server]).remove(0);
    let hosts = [nobody().await, server.base.clone()];
    source.endpoint = Arc::new(Endpoint::new(hosts, LONG, LONG));
    let (sender, mut reports) = mpsc::channel(64);
    let pollers = start(vec![source.clone()], Duration::from_millis(20), &sender);
    let mut alias = None;
    while server.asked.load(Ordering::SeqCst) < 3 || alias.is_none() {
        match next(&mut reports).await.event {
            PollEvent::Failed { failure, .. } => panic!("{failure:?}"),
            PollEvent::Progress(progress) => alias = progress.alias,
            _ => {}
        }
    }
    let shown = format!("127.0.0.1:{}", server.base.port().unwrap());
    assert_eq!(alias.as_deref(), Some(shown.as_str()));
    assert_eq!(source.endpoint.places().next(), Some(1), "the host that answers is asked first from then on");
    drop(pollers);
}

#[tokio::test]
async fn where_no_host_can_be_reached_the_first_says_why() {
    let server = server(|_, _| String::new()).await;
    let mut source = sources(&[&server]).remove(0);
    let unknown = Url::parse("http://no-such-host.invalid").unwrap();
    source.endpoint = Arc::new(Endpoint::new([nobody().await, unknown], LONG, LONG));
    let (sender, mut reports) = mpsc::channel(64);
    let _pollers = start(vec![source], LONG, &sender);
    let end = end(&mut reports, 0).await;
    let PollEvent::Failed { failure, .. } = end.event else { panic!("{end:?}") };
    assert_eq!(failure.kind, FailureKind::Unconnected);
}

#[tokio::test]
async fn an_exchanged_key_is_used_at_once_and_the_old_one_never_again() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heads = Arc::clone(&seen);
    let server = server(move |_, head| {
        let good = head.contains("Bearer new-key-4321");
        heads.lock().unwrap().push(good);
        if good { page(3, head) } else { answer("401 Unauthorized", "") }
    })
    .await;
    let holder = watch::Sender::new(KeyValue::new(KEY).unwrap());
    let mut source = sources(&[&server]).remove(0);
    source.key = holder.subscribe();
    let (sender, mut reports) = mpsc::channel(64);
    let _pollers = start(vec![source], Duration::from_secs(1), &sender);
    assert!(matches!(end(&mut reports, 0).await.event, PollEvent::Failed { .. }));
    // A rejected key would be tried again after a minute.
    holder.send_replace(KeyValue::new("new-key-4321").unwrap());
    assert!(matches!(end(&mut reports, 0).await.event, PollEvent::Finished { .. }));
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen, [false, true]);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a service has a clock of its own")]
async fn how_far_the_clocks_are_apart_is_told() {
    let ahead = jiff::SignedDuration::from_mins(7);
    let server = server(move |_, _| {
        let at = Timestamp::now() + ahead;
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap();
        answer(&format!("200 OK\r\nDate: {date}"), r#"{"jobs":[]}"#)
    })
    .await;
    let (sender, mut reports) = mpsc::channel(64);
    let _pollers = start(sources(&[&server]), LONG, &sender);
    let told = loop {
        if let PollEvent::Progress(progress) = next(&mut reports).await.event {
            break progress.clock_ahead.unwrap();
        }
    };
    assert!((told - ahead).abs() < jiff::SignedDuration::from_secs(60), "{told:?}");
}
