//! Deleting jobs, one request after another in each source, with the account of it on the disk: nothing is
//! asked for before the account says so.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_blocking};

use super::journal::{Journal, Step};
use super::now;
use crate::model::{Failure, FailureKind, Fleet, SourceId};
use crate::poll::{SourcePoll, errand};
use crate::state::{Deleted, Message, Victim};

/// Who deletes, and where the account of it is.
#[derive(Clone, Debug)]
pub(super) struct Deletion {
    pub(super) sources: Vec<SourcePoll>,
    pub(super) fleet: Arc<Fleet>,
    pub(super) state_dir: PathBuf,
}

type Shared = Arc<Mutex<Journal>>;

impl Deletion {
    /// Deletes, and tells of each job and of the end.
    pub(super) async fn run(self, victims: Vec<Victim>, told: mpsc::Sender<Message>) {
        let wanted: Vec<_> = victims.iter().map(|victim| self.named(victim)).collect();
        let dir = self.state_dir.clone();
        let begun = spawn_blocking(move || Journal::begin(&dir, now(), &wanted)).await;
        let end = match begun.map_err(io::Error::other).and_then(|begun| begun) {
            Ok(journal) => self.delete(victims, Arc::new(Mutex::new(journal)), &told).await,
            Err(error) => Err(error),
        };
        let end = end.map_err(|error| {
            format!("nothing more is deleted: the account in {} fails: {error}", self.state_dir.display())
        });
        let _ = told.send(Message::DeletionEnded(end)).await;
    }

    async fn delete(
        &self,
        victims: Vec<Victim>,
        journal: Shared,
        told: &mpsc::Sender<Message>,
    ) -> io::Result<()> {
        let mut by_source: BTreeMap<SourceId, Vec<Victim>> = BTreeMap::new();
        for victim in victims {
            by_source.entry(victim.source).or_default().push(victim);
        }
        let mut tasks = JoinSet::new();
        for victims in by_source.into_values() {
            tasks.spawn(self.clone().delete_there(victims, Arc::clone(&journal), told.clone()));
        }
        while let Some(done) = tasks.join_next().await {
            // What else is under way comes to its own end: dropping it would leave more unknown.
            done.map_err(io::Error::other)??;
        }
        write(&journal, |journal| journal.end(now())).await
    }

    /// Deletes what one source is asked for.
    async fn delete_there(
        self,
        victims: Vec<Victim>,
        journal: Shared,
        told: mpsc::Sender<Message>,
    ) -> io::Result<()> {
        for victim in victims {
            let name = self.named(&victim);
            let job = name.clone();
            write(&journal, move |journal| journal.note(now(), Step::Asked, (&job.0, &job.1), None)).await?;
            let answer = match self.sources.iter().find(|source| source.source == victim.source) {
                Some(source) => errand::delete(source, &victim.key.id, victim.force).await,
                None => Err(Failure::new(FailureKind::Internal, "there is no such source")),
            };
            let (step, why) = outcome(answer.as_ref().err());
            let reason = why.clone();
            write(&journal, move |journal| journal.note(now(), step, (&name.0, &name.1), reason.as_deref()))
                .await?;
            let outcome = match (answer, why) {
                (Ok(job), _) => Deleted::Done(Box::new(job)),
                (Err(_), None) => Deleted::Gone,
                (Err(_), Some(why)) => Deleted::Failed(why),
            };
            // Where nobody listens any more, the account does.
            let _ = told.send(Message::Deleted(victim, outcome)).await;
        }
        Ok(())
    }

    fn named(&self, victim: &Victim) -> (String, String) {
        let environment = self.fleet.environment_name(victim.key.environment).to_owned();
        (environment, victim.key.id.to_string())
    }
}

/// What an answer means for the job, and why it may still be there.
fn outcome(failure: Option<&Failure>) -> (Step, Option<String>) {
    use FailureKind::{Internal, Tls, Unconnected, Unresolved};
    let Some(failure) = failure else { return (Step::Deleted, None) };
    match failure.status {
        _ if failure.is_gone() => (Step::Gone, None),
        Some(423) => (Step::Kept, Some("it is running now; delete it again to stop it (423)".to_owned())),
        Some(400..500) => (Step::Kept, Some(failure.sentence())),
        None if matches!(failure.kind, Unresolved | Unconnected | Tls | Internal) => {
            (Step::Kept, Some(failure.sentence()))
        }
        _ => (Step::Unknown, Some(format!("nobody knows whether it is deleted: {}", failure.sentence()))),
    }
}

async fn write(
    journal: &Shared,
    line: impl FnOnce(&mut Journal) -> io::Result<()> + Send + 'static,
) -> io::Result<()> {
    let journal = Arc::clone(journal);
    let writing = move || line(&mut journal.lock().unwrap_or_else(PoisonError::into_inner));
    spawn_blocking(writing).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_means_is_never_guessed() {
        use FailureKind::{Interrupted, Limited, Rejected, Server, Timeout, Unconnected, Unexpected};
        for (kind, status, step) in [
            (Unexpected, Some(404), Step::Gone),
            (Unexpected, Some(410), Step::Gone),
            (Unexpected, Some(423), Step::Kept),
            (Rejected, Some(401), Step::Kept),
            (Limited, Some(429), Step::Kept),
            (Unconnected, None, Step::Kept),
            (FailureKind::Internal, None, Step::Kept),
            (Server, Some(503), Step::Unknown),
            (Timeout, None, Step::Unknown),
            (Interrupted, None, Step::Unknown),
            (FailureKind::Redirected, Some(302), Step::Unknown),
        ] {
            let failure = Failure { status, ..Failure::new(kind, "") };
            let (told, why) = outcome(Some(&failure));
            assert_eq!((told, why.is_none()), (step, step == Step::Gone), "{failure:?}");
        }
        assert_eq!(outcome(None), (Step::Deleted, None));
    }
}
