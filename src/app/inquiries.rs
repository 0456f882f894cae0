//! What a person asked for and the loop does not wait for: what was used, asked of every source at once, and
//! the writing of a support bundle. Each comes back as a message.

use std::path::PathBuf;

use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_blocking};

use super::bundle;
use crate::model::{Failure, FailureKind, Period, SourceId};
use crate::poll::{self, SourcePoll};
use crate::state::{Bundle, Delivery, Message};

/// How many messages may wait for the loop.
const WAITING: usize = 64;

/// What is under way. Dropping it calls the questions off.
#[derive(Debug)]
pub(super) struct Inquiries {
    sources: Vec<SourcePoll>,
    state_dir: Option<PathBuf>,
    messages: mpsc::Sender<Message>,
    incoming: mpsc::Receiver<Message>,
    usage: JoinSet<()>,
}

impl Inquiries {
    pub(super) fn new(sources: Vec<SourcePoll>, state_dir: Option<PathBuf>) -> Self {
        let (messages, incoming) = mpsc::channel(WAITING);
        Self { sources, state_dir, messages, incoming, usage: JoinSet::new() }
    }

    /// What came of one; never ends.
    pub(super) async fn next(&mut self) -> Message {
        match self.incoming.recv().await {
            Some(message) => message,
            None => std::future::pending().await,
        }
    }

    /// Asks these sources what was used, in the place of whatever was asked before.
    pub(super) fn ask_usage(&mut self, number: u64, period: Period, sources: &[SourceId]) {
        self.stop_usage();
        for source in self.sources.iter().filter(|known| sources.contains(&known.source)).cloned() {
            let told = self.messages.clone();
            self.usage.spawn(async move {
                // In a task of its own, which is called off with this one: a panic there is told here.
                let mut task = JoinSet::new();
                let id = source.source;
                task.spawn(async move { poll::usage(&source, period).await });
                let answer = match task.join_next().await {
                    Some(Ok(answer)) => answer,
                    _ => Err(Failure::new(FailureKind::Internal, "")),
                };
                // Where nobody listens any more, nobody waits.
                let _ = told.send(Message::Usage(number, id, answer)).await;
            });
        }
    }

    /// Calls off what was asked.
    pub(super) fn stop_usage(&mut self) {
        self.usage = JoinSet::new();
    }

    /// Writes a bundle, of which `text` is the whole; `clipboard` is what became of it there.
    pub(super) fn write(&self, bundle: Bundle, text: String, clipboard: Result<(), String>) {
        let (told, dir) = (self.messages.clone(), self.state_dir.clone());
        tokio::spawn(async move {
            let written = spawn_blocking(move || match dir {
                Some(dir) => bundle::write(&dir, &bundle, &text)
                    .map(|path| path.display().to_string())
                    .map_err(|error| format!("{}: {error}", dir.display())),
                None => Err("this system has no state directory".to_owned()),
            });
            let file = written.await.unwrap_or_else(|_| Err("voxtop itself failed".to_owned()));
            let _ = told.send(Message::Bundled(Delivery { file, clipboard })).await;
        });
    }
}
