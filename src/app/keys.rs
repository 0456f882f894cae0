//! Keys that change while the program runs: a file or a profile is looked at every other second, and
//! read again when it has changed; a command is run again when its key is in doubt, at most once a
//! minute; and everything is fetched again when the user asks. It decides nothing about the new key, and
//! a key that cannot be fetched leaves the old one in use.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::config::KeyFetcher;
use crate::model::{Fingerprint, KeyId, KeyValue};

/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How often a command is run again for a key that is in doubt.
const COMMAND_EVERY: Duration = Duration::from_secs(60);

/// What came of fetching a key again.
#[derive(Debug)]
pub(super) enum News {
    /// It is another one now.
    Exchanged(KeyId, KeyValue),
    /// It could not be fetched; why, without anything of it.
    Failed(KeyId, String),
    /// All that can be fetched again was, as somebody wished, and so many are the same as before.
    Same(usize),
}

/// What is wanted of the watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Every key again, now.
    All,
    /// This key was rejected, or is about to end.
    Doubt(KeyId),
}

/// The watch, while it runs. Dropping it ends it.
#[derive(Debug)]
pub(super) struct KeyWatch {
    wishes: mpsc::Sender<Wish>,
    news: mpsc::Receiver<News>,
    _task: JoinSet<()>,
}

impl KeyWatch {
    /// Starts to watch where these keys come from; must be called inside the runtime.
    pub(super) fn start(fetchers: Vec<KeyFetcher>, values: &[KeyValue]) -> Self {
        let (wishes, wished) = mpsc::channel(8);
        let (teller, news) = mpsc::channel(8);
        let wells = (0..).map(KeyId).zip(fetchers).zip(values);
        let wells = wells.map(|((key, fetcher), value)| Well {
            key,
            known: value.fingerprint(),
            mark: fetcher.file().map(|file| mark(&file)),
            fetcher,
            ran: None,
        });
        let mut task = JoinSet::new();
        task.spawn(watch(wells.collect(), wished, teller));
        Self { wishes, news, _task: task }
    }

    /// What happened next; never ends.
    pub(super) async fn next(&mut self) -> News {
        match self.news.recv().await {
            Some(news) => news,
            None => std::future::pending().await,
        }
    }

    /// Asks for something; where so much is wanted already, that will do.
    pub(super) fn wish(&self, wish: Wish) {
        let _ = self.wishes.try_send(wish);
    }
}

/// Where one key comes from.
struct Well {
    key: KeyId,
    fetcher: KeyFetcher,
    /// Of the value in use. Two keys of one fingerprint are one in 65,536.
    known: Fingerprint,
    /// What its file looked like.
    mark: Option<Mark>,
    /// When its command was run last.
    ran: Option<Instant>,
}

/// When a file was written, and how long it is: enough to see that it is another one.
type Mark = Option<(SystemTime, u64)>;

fn mark(file: &PathBuf) -> Mark {
    let about = std::fs::metadata(file).ok()?;
    Some((about.modified().ok()?, about.len()))
}

async fn watch(mut wells: Vec<Well>, mut wishes: mpsc::Receiver<Wish>, teller: mpsc::Sender<News>) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let wish = tokio::select! {
            _ = looks.tick() => None,
            wish = wishes.recv() => match wish {
                None => return,
                wish => wish,
            },
        };
        let (mut same, mut other) = (0, 0);
        for well in &mut wells {
            if !well.is_due(wish) {
                continue;
            }
            let Some(news) = well.fetch().await else {
                same += 1;
                continue;
            };
            other += 1;
            if teller.send(news).await.is_err() {
                return;
            }
        }
        // Whoever asked is told also that nothing is new.
        if wish == Some(Wish::All) && other == 0 && teller.send(News::Same(same)).await.is_err() {
            return;
        }
    }
}

impl Well {
    #[expect(clippy::disallowed_methods, reason = "the rim paces the commands of keys")]
    fn is_due(&mut self, wish: Option<Wish>) -> bool {
        match wish {
            Some(Wish::All) => self.fetcher.is_a_command() || self.mark.is_some(),
            Some(Wish::Doubt(key)) => {
                let rested = self.ran.is_none_or(|ran| ran.elapsed() >= COMMAND_EVERY);
                let due = key == self.key && self.fetcher.is_a_command() && rested;
                if due {
                    self.ran = Some(Instant::now());
                }
                due
            }
            None => {
                let Some(file) = self.fetcher.file() else { return false };
                let now = Some(mark(&file));
                // A file that is gone for a moment is being written anew.
                now != self.mark && now != Some(None)
            }
        }
    }

    /// Fetches the key; nothing where it is the same as before.
    async fn fetch(&mut self) -> Option<News> {
        if let Some(file) = self.fetcher.file() {
            self.mark = Some(mark(&file));
        }
        let fetcher = self.fetcher.clone();
        let fetched = tokio::task::spawn_blocking(move || fetcher.fetch()).await;
        match fetched {
            Ok(Ok(value)) if value.fingerprint() == self.known => None,
            Ok(Ok(value)) => {
                self.known = value.fingerprint();
                Some(News::Exchanged(self.key, value))
            }
            Ok(Err(why)) => Some(News::Failed(self.key, why.to_string())),
            Err(_) => Some(News::Failed(self.key, "the key could not be fetched".to_owned())),
        }
    }
}
