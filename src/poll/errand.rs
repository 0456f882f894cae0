//! What a person waits for of a single job: its transcript, its log, its deletion. One request within the budget of
//! the source's key, by the right of those who are waited for; never repeated by itself.

use std::sync::Arc;

use tracing::{debug, info};

use super::bucket::Class;
use super::source::SourcePoll;
use crate::api::{self, Client};
use crate::model::{Document, Failure, FailureKind, Job, JobId, KeyValue, Material};

/// Told how many bytes there are already.
pub type Progress = Arc<dyn Fn(usize) + Send + Sync>;

/// Fetches a transcript or a log, as the bytes that came.
///
/// # Errors
/// As [`Client::material`].
pub async fn fetch(
    source: &SourcePoll,
    id: &JobId,
    material: Material,
    progress: Progress,
) -> Result<Vec<u8>, Failure> {
    source.budget.one_request(Class::Head).await;
    let ask = |client: Client, key: KeyValue| {
        let (id, progress) = (id.clone(), Arc::clone(&progress));
        async move { client.material(&key, &id, material, &*progress).await }
    };
    let answer = source.of_any_host(ask).await;
    told(source, id, &answer);
    answer
}

/// Fetches a transcript or a log to be read on a screen: cleaned, and wrapped at a width.
///
/// # Errors
/// As [`fetch`].
pub async fn read(
    source: &SourcePoll,
    id: &JobId,
    material: Material,
    width: usize,
    progress: Progress,
) -> Result<Document, Failure> {
    let body = fetch(source, id, material, progress).await?;
    let key = source.key.borrow().clone();
    // Some megabytes are a second's work for nobody's task.
    let reading = move || Document::wrap(api::legible(&body, material, &key).into(), width);
    tokio::task::spawn_blocking(reading)
        .await
        .map_err(|_| Failure::new(FailureKind::Internal, "the text could not be read"))
}

/// Deletes a job. One request, never repeated by itself: see [`Client::delete`].
///
/// # Errors
/// As [`Client::delete`].
pub async fn delete(source: &SourcePoll, id: &JobId, force: bool) -> Result<Job, Failure> {
    source.budget.one_request(Class::Head).await;
    let ask = |client: Client, key: KeyValue| {
        let id = id.clone();
        async move { client.delete(&key, &id, force).await }
    };
    let answer = source.of_any_host(ask).await;
    told(source, id, &answer);
    answer
}

fn told<T>(source: &SourcePoll, id: &JobId, answer: &Result<T, Failure>) {
    match answer {
        Ok(_) => debug!(source = &*source.name, job = id.as_str(), "answered"),
        Err(failure) => {
            if failure.kind == FailureKind::Limited {
                source.budget.refused();
            }
            let request_id = failure.request_id.as_deref().unwrap_or("-");
            info!(source = &*source.name, job = id.as_str(), request_id, "{}", failure.sentence());
        }
    }
}
