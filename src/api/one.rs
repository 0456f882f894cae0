//! What is asked of one job by its id: the job itself, as the list would give it, its transcript, its
//! log; and its deletion, the only request that changes anything.

use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::client::{Ask, Client};
use super::text::Reader;
use super::{job, json, page};
use crate::model::{Failure, FailureKind, Job, JobId, KeyValue, Material, Status};

/// The largest transcript or log that is read, in bytes.
const LARGEST_MATERIAL: usize = 64 * 1024 * 1024;

/// `{"job": {…}}`
#[derive(Deserialize)]
struct Envelope<'t> {
    #[serde(borrow)]
    job: &'t RawValue,
}

impl Client {
    /// Asks for one job (`GET /v2/jobs/ID?wait=N`). With a `wait`, in whole seconds, the service holds the
    /// answer back until the job has ended, at most that long; it may cap the wait lower, and answers then
    /// with the job as it is. The request is given that time on top of the timeout. One request, never
    /// repeated.
    ///
    /// # Errors
    /// Any [`FailureKind`]; where there is no such job, [`Failure::is_gone`] says so.
    pub async fn job(&self, key: &KeyValue, id: &JobId, wait: Duration) -> Result<Job, Failure> {
        let reader = Reader::new(key);
        let mut url = self.of_job(id)?;
        url.query_pairs_mut().append_pair("wait", &wait.as_secs().to_string());
        let answer = self.get(Ask::json(url, self.timeout + wait), key).await?;
        let read = read(&answer.body, reader).map_err(|why| answer.unreadable(why, reader))?;
        if read.id == *id { Ok(read) } else { Err(answer.unreadable("the answer is another job", reader)) }
    }

    /// Asks for a job's transcript or log as it is now (`wait=0`); gives the bytes as they came.
    /// `progress` is told how many there are. The request is given four times the timeout: a transcript
    /// may have many megabytes.
    ///
    /// # Errors
    /// Any [`FailureKind`]. 404: there is none yet, or never will be; 410: it has expired; 501: the
    /// environment keeps no logs.
    pub async fn material(
        &self,
        key: &KeyValue,
        id: &JobId,
        material: Material,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<u8>, Failure> {
        let mut url = self.of_job(id)?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(material.noun());
        }
        if let Some(format) = material.format() {
            url.query_pairs_mut().append_pair("format", format).append_pair("wait", "0");
        }
        let ask = Ask {
            accept: if material == Material::Json { "application/json" } else { "text/plain, */*" },
            most: LARGEST_MATERIAL,
            progress,
            ..Ask::json(url, self.timeout * 4)
        };
        Ok(self.get(ask, key).await?.body)
    }

    /// Deletes a job with its audio, transcript and configuration; gives it as the service then describes
    /// it. One that is still running is deleted only with `force`. One request, never repeated: after a
    /// failure without an answer nobody knows whether the job is there.
    ///
    /// # Errors
    /// [`FailureKind::Internal`] where this client may only read: nothing is sent then. 423: it is running;
    /// [`Failure::is_gone`]: there is no such job (any more). Else as any request.
    pub async fn delete(&self, key: &KeyValue, id: &JobId, force: bool) -> Result<Job, Failure> {
        if !self.writable {
            return Err(Failure::new(FailureKind::Internal, "this environment is read-only for voxtop"));
        }
        let reader = Reader::new(key);
        let mut url = self.of_job(id)?;
        if force {
            url.query_pairs_mut().append_pair("force", "true");
        }
        let ask = Ask { method: Method::DELETE, ..Ask::json(url, self.timeout) };
        let answer = self.get(ask, key).await?;
        // It is gone whatever the body says.
        let job = read(&answer.body, reader).ok().filter(|job| job.id == *id);
        Ok(Job { status: Status::Deleted, ..job.unwrap_or_else(|| Job::new(id.clone(), Status::Deleted)) })
    }

    /// The URL of a job. An id that would name another place is refused before it is sent.
    fn of_job(&self, id: &JobId) -> Result<Url, Failure> {
        let mut url = self.jobs.clone();
        if !matches!(id.as_str(), "" | "." | "..")
            && let Ok(mut path) = url.path_segments_mut()
        {
            path.push(id.as_str());
        } else {
            return Err(Failure::new(FailureKind::Internal, "no job can have this id"));
        }
        Ok(url)
    }
}

/// Reads a body. The error says in a few words what it is instead.
fn read(body: &[u8], reader: Reader<'_>) -> Result<Job, &'static str> {
    const NO_JOB: &str = "the JSON holds no job";
    let text = String::from_utf8_lossy(body);
    let text = json::tame(text.trim_start_matches('\u{feff}'));
    if text.trim().is_empty() {
        return Err(page::EMPTY);
    }
    let envelope: Envelope<'_> =
        serde_json::from_str(&text).map_err(|error| page::instead(&error, NO_JOB))?;
    job::read(envelope.job, reader).job.ok_or(NO_JOB)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        let base = Url::parse("http://127.0.0.1:9/path/").unwrap();
        Client::new(&base, Duration::from_secs(1), Duration::from_secs(1)).unwrap()
    }

    #[test]
    fn an_id_stays_in_its_place() {
        for (id, url) in [
            ("yjbmf9kqub", Some("http://127.0.0.1:9/path/v2/jobs/yjbmf9kqub")),
            ("a/../b?c#d e", Some("http://127.0.0.1:9/path/v2/jobs/a%2F..%2Fb%3Fc%23d%20e")),
            ("%2e%2e", Some("http://127.0.0.1:9/path/v2/jobs/%252e%252e")),
            ("..", None),
            (".", None),
            ("", None),
        ] {
            let made = client().of_job(&JobId::new(id)).ok();
            assert_eq!(made.as_ref().map(Url::as_str), url, "{id}");
        }
    }

    /// Nothing listens there: another kind of failure would tell that it was asked.
    #[tokio::test]
    async fn a_client_deletes_nothing_unless_it_was_told_that_it_may() {
        let (key, id) = (KeyValue::new("sk-1234567890").unwrap(), JobId::new("a1"));
        let refused = client().delete(&key, &id, true).await.unwrap_err();
        assert_eq!((refused.kind, refused.status), (FailureKind::Internal, None));
        assert!(refused.detail.contains("read-only"), "{refused:?}");
        let asked = client().writable().delete(&key, &id, true).await.unwrap_err();
        assert_ne!(asked.kind, FailureKind::Internal);
    }

    #[test]
    fn a_job_is_read_like_one_of_a_list_and_nothing_else_is() {
        let key = KeyValue::new("sk-1234567890").unwrap();
        let read = |body: &str| read(body.as_bytes(), Reader::new(&key));
        let job = read(
            r#"{"job":{"id":"a1","status":"running","data_name":"x\u001b[2J.wav","config":{"tracking":
               {"title":"with sk-1234567890"}}}}"#,
        );
        let job = job.unwrap();
        assert_eq!((job.id.as_str(), job.status.as_str(), &*job.data_name), ("a1", "running", "x[2J.wav"));
        assert_eq!(job.title.as_deref(), Some("with [key]"));
        for (body, why) in [
            ("", "the body is empty"),
            ("<html>", "the body is not JSON"),
            (r#"{"job":{"#, "the JSON ends too early"),
            (r#"{"jobs":[]}"#, "the JSON holds no job"),
            (r#"{"job":{"status":"done"}}"#, "the JSON holds no job"),
            (r#"{"job":null}"#, "the JSON holds no job"),
        ] {
            assert_eq!(read(body).unwrap_err(), why, "{body}");
        }
    }
}
