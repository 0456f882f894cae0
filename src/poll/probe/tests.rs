use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::model::{Ask, Rung};

const BEAT: Beat = Beat { first: Duration::from_secs(30), every: Duration::from_secs(30) };

/// One host whose climbs are counted and take no time, in a task like the real one.
struct Stand {
    climbs: Arc<AtomicUsize>,
    orders: watch::Sender<Orders>,
    looks: mpsc::Receiver<Look>,
    task: JoinSet<Gone>,
}

impl Stand {
    fn start(takes: Duration) -> Self {
        let climbs = Arc::new(AtomicUsize::new(0));
        let (orders, ordered) = watch::channel(Orders::default());
        let (sender, looks) = mpsc::channel(1_000);
        let counted = Arc::clone(&climbs);
        let climb = move || {
            let counted = Arc::clone(&counted);
            async move {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(takes).await;
                Some(Climb::begun(Timestamp::UNIX_EPOCH))
            }
        };
        let mut task = JoinSet::new();
        task.spawn(keep_looking(HostId(3), BEAT, ordered, sender, climb));
        Self { climbs, orders, looks, task }
    }

    fn climbs(&self) -> usize {
        self.climbs.load(Ordering::SeqCst)
    }

    fn ask(&self) {
        self.orders.send_modify(|orders| orders.asked += 1);
    }

    fn pause(&self, paused: bool) {
        self.orders.send_modify(|orders| orders.paused = paused);
    }

    async fn pass(seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_is_climbed_at_its_beat_give_or_take_a_tenth() {
    let mut stand = Stand::start(Duration::ZERO);
    Stand::pass(31).await;
    assert!((1..=2).contains(&stand.climbs()), "{}", stand.climbs());
    Stand::pass(3_600).await;
    // An hour holds 109 to 133 of 27 to 33 s each.
    assert!((109..=136).contains(&stand.climbs()), "{}", stand.climbs());
    assert_eq!(stand.looks.recv().await.unwrap().host, HostId(3));
}

#[tokio::test(start_paused = true)]
async fn asked_for_it_is_climbed_at_once_but_never_oftener_than_the_floor() {
    let stand = Stand::start(Duration::ZERO);
    stand.ask();
    Stand::pass(1).await;
    assert_eq!(stand.climbs(), 1);
    for _ in 0..3 {
        stand.ask();
        Stand::pass(1).await;
    }
    assert_eq!(stand.climbs(), 1, "too soon");
    Stand::pass(2).await;
    assert_eq!(stand.climbs(), 2, "but not forgotten");
    Stand::pass(20).await;
    assert_eq!(stand.climbs(), 2, "and asked for once");
}

#[tokio::test(start_paused = true)]
async fn paused_it_is_climbed_only_when_asked_for() {
    let stand = Stand::start(Duration::ZERO);
    stand.pause(true);
    Stand::pass(3_600).await;
    assert_eq!(stand.climbs(), 0);
    stand.ask();
    Stand::pass(1).await;
    assert_eq!(stand.climbs(), 1);
    Stand::pass(3_600).await;
    assert_eq!(stand.climbs(), 1, "once");
    stand.pause(false);
    Stand::pass(6).await;
    assert_eq!(stand.climbs(), 2, "it was due meanwhile");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_hangs_is_never_climbed_twice_at_a_time() {
    let stand = Stand::start(Duration::from_secs(102));
    for _ in 0..20 {
        stand.ask();
        Stand::pass(5).await;
    }
    assert_eq!(stand.climbs(), 1);
    Stand::pass(5).await;
    assert_eq!(stand.climbs(), 2);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_listens_it_ends() {
    let Stand { orders: _orders, looks, mut task, .. } = Stand::start(Duration::from_secs(100));
    drop(looks);
    assert!(tokio::time::timeout(Duration::from_secs(1), task.join_next()).await.is_ok());
}

/// A host that breaks off every other connection, as a flaky network does, is alive.
#[tokio::test]
async fn what_may_be_chance_is_looked_at_again_before_it_counts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        for connection in 0.. {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            if connection % 2 == 1 {
                let mut head = [0; 1_024];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
            }
        }
    });
    let prober = batch(&base, &gear(Duration::from_secs(60), Duration::from_secs(60)));
    let probe = Probe { host: HostId(0), name: "flaky".into(), prober, beat: BEAT };
    let found = climb(probe, Arc::new(Semaphore::new(1))).await.unwrap();
    assert!(found.is_alive(), "{found:?}");
}

/// The real climbs, over sockets: both kinds of host, no key anywhere, and a host that is not there.
#[tokio::test]
async fn hosts_are_looked_at_without_a_key_and_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let heads = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                loop {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let Ok(byte) = stream.read_u8().await else { return };
                        head.push(byte);
                    }
                    seen.lock().unwrap().push(String::from_utf8(head).unwrap());
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
                }
            });
        }
    });
    let nobody = {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Url::parse(&format!("http://{}/", gone.local_addr().unwrap())).unwrap()
    };
    let gear = gear(Duration::from_secs(60), Duration::from_secs(60));
    let probe = |host, prober| Probe {
        host: HostId(host),
        name: "host".into(),
        prober,
        beat: Beat { first: Duration::ZERO, every: Duration::from_secs(3_600) },
    };
    let (sender, mut looks) = mpsc::channel(8);
    let probes = [batch(&base, &gear), realtime(&base, &gear), batch(&nobody, &gear)];
    let probes = (0..).zip(probes).map(|(host, prober)| probe(host, prober)).collect();
    let running = Probes::start(probes, &sender);
    let mut found = Vec::new();
    for _ in 0..3 {
        let look = tokio::time::timeout(Duration::from_secs(60), looks.recv()).await.unwrap().unwrap();
        let asked: Vec<Ask> = look.climb.replies.iter().map(|reply| reply.ask).collect();
        found.push((look.host, look.climb.is_alive(), asked, look.climb.ended().map(|(rung, _)| rung)));
    }
    found.sort_by_key(|(host, ..)| *host);
    assert_eq!(
        found,
        [
            (HostId(0), true, vec![Ask::Features], None),
            (HostId(1), true, vec![Ask::Features, Ask::Edge], None),
            (HostId(2), false, vec![], Some(Rung::Connect)),
        ]
    );
    let heads = heads.lock().unwrap().clone();
    assert_eq!(heads.len(), 3);
    assert!(heads.iter().all(|head| !head.to_lowercase().contains("authorization")), "{heads:?}");
    drop(running);
    drop(sender);
    assert!(looks.recv().await.is_none(), "the tasks end with their owner");
}
