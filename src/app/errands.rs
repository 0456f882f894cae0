//! Errands: what a person waits for and the loop does not. Each runs in a task of its own and comes back
//! as a message. Of texts to read only the latest is fetched; files are never written over unless it was
//! said in so many words.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet, spawn_blocking};

use super::beside::{Beside, expand};
use super::deletion::Deletion;
use super::saved::Account;
use crate::model::{Document, Failure, FailureKind, Fleet, JobId, JobKey, Material, SourceId};
use crate::poll::{SourcePoll, errand};
use crate::state::{Effect, Fetched, Message, NotSaved, SaveOrder};

/// How many messages may wait for the loop.
const WAITING: usize = 64;

/// After so many further bytes the screen is told that a text is coming.
const STEP: usize = 256 * 1024;

/// Where transcripts are saved from, and who takes account of that.
#[derive(Clone, Debug)]
struct Desk {
    sources: Vec<SourcePoll>,
    fleet: Arc<Fleet>,
    account: Option<Account>,
}

/// What is under way. Dropping it calls all of it off.
#[derive(Debug)]
pub(super) struct Errands {
    deletion: Deletion,
    desk: Desk,
    messages: mpsc::Sender<Message>,
    incoming: mpsc::Receiver<Message>,
    tasks: JoinSet<()>,
    /// The text that is being fetched or wrapped.
    text: Option<AbortHandle>,
}

impl Errands {
    /// Who runs errands at these sources, and accounts for deletions in the state directory, and for what was saved
    /// where there is an account of that.
    pub(super) fn new(deletion: Deletion, account: Option<Account>) -> Self {
        let (messages, incoming) = mpsc::channel(WAITING);
        let desk = Desk { sources: deletion.sources.clone(), fleet: Arc::clone(&deletion.fleet), account };
        Self { deletion, desk, messages, incoming, tasks: JoinSet::new(), text: None }
    }

    /// What came of one; never ends.
    pub(super) async fn next(&mut self) -> Message {
        match self.incoming.recv().await {
            Some(message) => message,
            None => std::future::pending().await,
        }
    }

    /// Runs an errand. What is no errand is left alone.
    pub(super) fn run(&mut self, effect: Effect) {
        while self.tasks.try_join_next().is_some() {}
        match effect {
            Effect::Fetch(number, source, id, material, width) => {
                let Some(source) = self.source(source) else { return };
                let told = self.messages.clone();
                self.only_text(fetch(source, number, (id, material), width, told));
            }
            Effect::Rewrap(number, document, width) => {
                let told = self.messages.clone();
                self.only_text(async move {
                    let wrapped = spawn_blocking(move || Document::wrap(Arc::clone(document.text()), width));
                    if let Ok(document) = wrapped.await {
                        let _ = told.send(Message::Fetched(number, Fetched::Here(document))).await;
                    }
                });
            }
            Effect::StopFetching => self.stop_text(),
            Effect::Delete(victims) => {
                self.tasks.spawn(self.deletion.clone().run(victims, self.messages.clone()));
            }
            Effect::SaveAll(orders) => {
                self.tasks.spawn(self.desk.clone().save_all(orders, self.messages.clone()));
            }
            Effect::Save(order) => {
                let (desk, told) = (self.desk.clone(), self.messages.clone());
                self.tasks.spawn(async move {
                    let saved = desk.save(&order).await;
                    let _ = told.send(Message::Saved(order, saved)).await;
                });
            }
            _ => {}
        }
    }

    fn source(&self, id: SourceId) -> Option<SourcePoll> {
        self.deletion.sources.iter().find(|source| source.source == id).cloned()
    }

    fn only_text(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.stop_text();
        self.text = Some(self.tasks.spawn(task));
    }

    fn stop_text(&mut self) {
        if let Some(text) = self.text.take() {
            text.abort();
        }
    }
}

async fn fetch(
    source: SourcePoll,
    number: u64,
    (id, material): (JobId, Material),
    width: usize,
    told: mpsc::Sender<Message>,
) {
    let (reached, teller) = (AtomicUsize::new(0), told.clone());
    let progress = move |bytes: usize| {
        if bytes >= reached.load(Ordering::Relaxed) + STEP {
            reached.store(bytes, Ordering::Relaxed);
            // Where the loop has enough to do, it hears of the next step.
            let _ = teller.try_send(Message::Fetched(number, Fetched::Bytes(bytes)));
        }
    };
    let read = errand::read(&source, &id, material, width, Arc::new(progress)).await;
    let fetched = read.map_or_else(Fetched::Failed, Fetched::Here);
    // Where nobody listens any more, nobody waits.
    let _ = told.send(Message::Fetched(number, fetched)).await;
}

impl Desk {
    /// Saves one after another, each into a directory that is made where it is missing.
    async fn save_all(self, orders: Vec<(JobKey, SaveOrder)>, told: mpsc::Sender<Message>) {
        for (key, order) in orders {
            let dir = expand(&order.path).parent().map(Path::to_owned).unwrap_or_default();
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
            let saved = match made {
                Err(error) => Err(NotSaved::Unwritten(error.to_string())),
                Ok(()) => self.save(&order).await,
            };
            if told.send(Message::SavedOne(key, order, saved)).await.is_err() {
                return;
            }
        }
    }

    /// Fetches what is to be saved, writes it, and takes account of it; gives its bytes.
    async fn save(&self, order: &SaveOrder) -> Result<u64, NotSaved> {
        let internal = |what| NotSaved::Failed(Failure::new(FailureKind::Internal, what));
        let source = self.sources.iter().find(|source| source.source == order.source);
        let source = source.ok_or_else(|| internal("there is no such source"))?;
        let path = expand(&order.path);
        if !order.replace && path.symlink_metadata().is_ok() {
            return Err(NotSaved::Exists);
        }
        let fetched = errand::fetch(source, &order.id, order.material, Arc::new(|_| {})).await;
        let bytes = fetched.map_err(NotSaved::Failed)?;
        let (length, desk, own) = (bytes.len(), self.clone(), order.clone());
        let written = spawn_blocking(move || {
            write(&path, &bytes, own.replace)?;
            desk.take_account(&own, &path);
            Ok(())
        });
        match written.await {
            Ok(Ok(())) => Ok(u64::try_from(length).unwrap_or(u64::MAX)),
            Ok(Err(error)) if io::Error::kind(&error) == ErrorKind::AlreadyExists && !order.replace => {
                Err(NotSaved::Exists)
            }
            Ok(Err(error)) => Err(NotSaved::Unwritten(error.to_string())),
            Err(_) => Err(internal("the file was not written")),
        }
    }

    fn take_account(&self, order: &SaveOrder, path: &Path) {
        let source = self.fleet.source(order.source);
        if let (Some(account), Some(source)) = (&self.account, source) {
            let environment = self.fleet.environment_name(source.environment);
            account.note(environment, &order.id, order.material, path);
        }
    }
}

/// Writes a file that is there whole or not at all.
fn write(path: &Path, bytes: &[u8], replace: bool) -> io::Result<()> {
    let mut file = Beside::create(path)?;
    file.write_all(bytes)?;
    file.settle(replace)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_written_whole_and_never_over_another_unless_told() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("a.txt");
        write(&path, b"one", false).unwrap();
        assert_eq!(write(&path, b"two", false).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, b"three", true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write(&dir.path().join("no/such/place"), b"x", false).is_err());
        assert!(write(Path::new("/"), b"x", true).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
