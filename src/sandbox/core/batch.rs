//! The Jobs API: what a batch environment answers to a caller whose key it has accepted.

use serde_json::Value;

use super::audio::tone;
use super::call::{BadUpload, Call, Operation, Submission};
use super::config::JobConfig;
use super::instant::civil;
use super::job::{Id, Job, Outcome, Refusal, Sent, Status};
use super::keys::Access;
use super::portrait::{Studio, write_string};
use super::project::{Found, Full, Project};
use super::reply::{Answer, Dress, Reply, Ticket};
use super::transcript::{Format, Transcript, part};
use super::{Core, Outcome as Turn};
use crate::sandbox::scenario::FaultKind;

/// Who asks, and where: the places of the host and of the project there.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) host: usize,
    pub(super) project: usize,
    pub(super) access: Access,
}

impl Core {
    /// Lets a caller in who may come and does not come too often, unless something is wrong.
    pub(super) fn pass(
        &mut self,
        host: usize,
        call: &Call<'_>,
        key: Option<usize>,
        submits: bool,
    ) -> Result<Visit, Reply> {
        let visit = self.admit(host, call)?;
        let again = call.arrived_ms < self.now_ms;
        if let Some(fault) = self.fault(host, key, FaultKind::RateLimited) {
            return Err(Dress::rate_limited().after(fault.retry_after_s));
        }
        if !again && !self.limits.admit(visit.access.key, submits, self.now_ms) {
            return Err(Dress::rate_limited());
        }
        if self.strikes(host, key, FaultKind::Forbidden) {
            return Err(Dress::json(403, "Forbidden", Some("Entitlement check failed")));
        }
        if self.strikes(host, key, FaultKind::Error) {
            return Err(Dress::json(500, "Internal Server Error", None));
        }
        Ok(visit)
    }

    /// What the host answers to an operation.
    pub(super) fn operate(
        &mut self,
        visit: &Visit,
        operation: Operation,
        call: &Call<'_>,
    ) -> Result<Turn, Reply> {
        match operation {
            Operation::Features => Ok(Turn::Reply(self.features())),
            Operation::ListJobs => self.list(visit, call).map(Turn::Reply),
            Operation::Submit => Ok(Turn::Upload),
            Operation::GetJob(id) => self.get(visit, id, call),
            Operation::DeleteJob(id) => self.delete(visit, id, call).map(Turn::Reply),
            Operation::Transcript(id) => self.transcript(visit, id, call),
            Operation::Log(id) => self.log(visit, id).map(Turn::Reply),
            Operation::Data(id) => self.data(visit, id).map(Turn::Reply),
            Operation::Usage => self.usage(visit, call).map(Turn::Reply),
        }
    }

    pub(super) fn project(&self, visit: &Visit) -> Result<&Project, Reply> {
        let host = self.hosts.get(visit.host);
        host.and_then(|host| host.projects.get(visit.project)).ok_or_else(not_found)
    }

    fn studio(&self) -> Studio<'_> {
        Studio { material: &self.material, shapes: self.shapes, now_ms: self.now_ms }
    }

    /// The job, where the caller may see it.
    fn find(
        &self,
        visit: &Visit,
        id: Option<Id>,
        expired: impl Fn() -> Reply,
    ) -> Result<(&Project, &Job), Reply> {
        let project = self.project(visit)?;
        match project.find(id.ok_or_else(not_found)?, self.now_ms) {
            Found::Job(job) if job.deleted || !may_see(&visit.access, job) => Err(not_found()),
            Found::Job(job) => Ok((project, job)),
            Found::Expired => Err(expired()),
            Found::Nothing => Err(not_found()),
        }
    }

    fn list(&self, visit: &Visit, call: &Call<'_>) -> Result<Reply, Reply> {
        let mut query = call.list_query()?;
        query.inclusive = self.inclusive;
        let project = self.project(visit)?;
        // A reference is looked for among all jobs: the page's limit counts what its holder may see.
        let limit = query.limit.take();
        let seen = project.list(query, self.now_ms).filter(|job| may_see(&visit.access, job));
        let mut body = String::with_capacity(limit.unwrap_or(1000) * 768);
        body.push_str("{\"jobs\":[");
        for (at, job) in seen.take(limit.unwrap_or(usize::MAX)).enumerate() {
            body.push_str(if at > 0 { "," } else { "" });
            self.studio().write_job(&mut body, &project.recipe, job);
        }
        body.push_str("]}");
        Ok(Dress::body(body))
    }

    fn get(&self, visit: &Visit, id: Option<Id>, call: &Call<'_>) -> Result<Turn, Reply> {
        let wait_ms = call.wait_ms()?.unwrap_or(self.default_wait_ms);
        let (project, job) = self.find(visit, id, expired)?;
        if let Some(at_ms) = self.still(job, call.arrived_ms.saturating_add(wait_ms)) {
            return Ok(Turn::Later { at_ms, ticket: None });
        }
        Ok(Turn::Reply(Dress::body(self.job_body(project, job))))
    }

    fn job_body(&self, project: &Project, job: &Job) -> String {
        let mut body = String::from("{\"job\":");
        self.studio().write_job(&mut body, &project.recipe, job);
        body.push('}');
        body
    }

    /// When to look at a running job again, of a call that waits until `until_ms`; `None`: it has waited enough.
    fn still(&self, job: &Job, until_ms: i64) -> Option<i64> {
        let waits = job.status(self.now_ms) == Status::Running && self.now_ms < until_ms;
        waits.then(|| job.finishes_ms.min(until_ms))
    }

    fn delete(&mut self, visit: &Visit, id: Option<Id>, call: &Call<'_>) -> Result<Reply, Reply> {
        let force = call.boolean("force")?;
        let (project, job) = self.find(visit, id, expired)?;
        if job.status(self.now_ms) == Status::Running && !force {
            return Err(Dress::json(423, "Resource Locked", None));
        }
        let (id, status) = (job.id, job.status(self.now_ms));
        // The answer still shows the job whole; what a list shows of it later is wiped.
        let body = self.job_body(project, job);
        let was = format!("\"status\":\"{}\"", status.word());
        let body = body.replacen(&was, "\"status\":\"deleted\"", 1);
        let now_ms = self.now_ms;
        if let Some(project) =
            self.hosts.get_mut(visit.host).and_then(|host| host.projects.get_mut(visit.project))
        {
            project.delete(&self.material, id, now_ms);
        }
        Ok(Dress::body(body))
    }

    fn transcript(&self, visit: &Visit, id: Option<Id>, call: &Call<'_>) -> Result<Turn, Reply> {
        let (format, wait_ms) = (call.format()?, call.wait_ms()?.unwrap_or(self.default_wait_ms));
        let (project, job) = self.find(visit, id, file_expired)?;
        if let Some(at_ms) = self.still(job, call.arrived_ms.saturating_add(wait_ms)) {
            return Ok(Turn::Later { at_ms, ticket: None });
        }
        match job.status(self.now_ms) {
            Status::Done => {
                let text = self.written(project, job, format).ok_or_else(not_found)?;
                Ok(Turn::Reply(Dress::text(format.content_type(), text)))
            }
            Status::Rejected => Err(Dress::json(404, "Job rejected", None)),
            Status::Running | Status::Deleted => Err(Dress::json(404, "Transcription not ready", None)),
        }
    }

    /// The recording; there is none where it could not be fetched. Nobody keeps what was uploaded: it is a tone.
    fn data(&self, visit: &Visit, id: Option<Id>) -> Result<Reply, Reply> {
        let (_, job) = self.find(visit, id, file_expired)?;
        match (job.status(self.now_ms), job.outcome) {
            (Status::Rejected, Outcome::Rejected(Refusal::FetchFailed(_))) => {
                Err(Dress::json(404, "Job rejected", None))
            }
            _ => Ok(Dress::bytes(tone(job.seed, job.audio_s))),
        }
    }

    fn written(&self, project: &Project, job: &Job, format: Format) -> Option<String> {
        let mut plain = String::new();
        self.studio().write_plain(&mut plain, &project.recipe, job);
        let plain: Value = serde_json::from_str(&plain).ok()?;
        Transcript::new(&self.speech, &plain, job.seed, job.finishes_ms).map(|said| said.write(format))
    }

    fn log(&mut self, visit: &Visit, id: Option<Id>) -> Result<Reply, Reply> {
        self.find(visit, id, file_expired)?;
        if self.strikes(visit.host, Some(visit.access.key), FaultKind::NotImplemented) {
            return Err(Dress::json(501, "Not Implemented", None));
        }
        let (project, job) = self.find(visit, id, file_expired)?;
        let status = job.status(self.now_ms);
        if status == Status::Running {
            return Err(Dress::json(404, "Log file not available", Some("Could not read log file")));
        }
        let mut plain = String::new();
        self.studio().write_plain(&mut plain, &project.recipe, job);
        let plain: Value = serde_json::from_str(&plain).map_err(|_| not_found())?;
        Ok(Dress::text("text/plain; charset=utf-8", log_text(job, &plain, status)))
    }

    fn usage(&self, visit: &Visit, call: &Call<'_>) -> Result<Reply, Reply> {
        if visit.access.client_ref.is_some() {
            return Err(Dress::json(403, "Forbidden", Some("Entitlement check failed")));
        }
        let (since, until) = (call.day("since")?, call.day("until")?);
        Ok(Dress::body(self.project(visit)?.tally.report(since, until, self.now_ms)))
    }

    /// Takes a submission, once its body is read.
    pub(super) fn accept(
        &mut self,
        visit: &Visit,
        call: &Call<'_>,
        submission: Result<Submission, BadUpload>,
    ) -> Result<Turn, Reply> {
        let (format, wait_ms) = (call.format()?, call.wait_ms()?);
        if self.strikes(visit.host, Some(visit.access.key), FaultKind::Full) {
            return Err(full());
        }
        let submission = submission.map_err(|problem| match problem {
            BadUpload::Malformed => Dress::json(400, "Malformed request", None),
            BadUpload::TooLarge => Dress::too_large(),
        })?;
        let (sent, end) = self.read(&visit.access, submission)?;
        let now_ms = self.now_ms;
        let project = self.hosts.get_mut(visit.host).and_then(|host| host.projects.get_mut(visit.project));
        let project = project.ok_or_else(not_found)?;
        let id = project.submit(&self.material, sent, end, now_ms).map_err(|Full| full())?;
        match wait_ms {
            None => Ok(Turn::Reply(created(id, ""))),
            Some(wait_ms) => {
                let ticket = Ticket { id, format, until_ms: now_ms.saturating_add(wait_ms) };
                Ok(self.await_job(visit, ticket))
            }
        }
    }

    /// What a submission holds: the job, and how long its audio is or why it cannot be used.
    fn read(&self, access: &Access, submission: Submission) -> Result<(Sent, (u32, Option<Refusal>)), Reply> {
        const BROKEN: &str = "Job config JSON is invalid";
        let rejected = |detail: &str| Dress::json(400, "Job rejected", Some(detail));
        let text = submission.config.ok_or_else(|| rejected(BROKEN))?;
        let config = JobConfig::parse(&text, &self.languages)
            .map_err(|problem| rejected(&format!("{BROKEN}. Error: {problem}")))?;
        let (data_name, end) = match (submission.data_file, &config.fetch_url) {
            (Some(file), _) => {
                let seconds = file.seconds();
                (file.name, (seconds.unwrap_or(0), seconds.is_none().then_some(Refusal::BadAudio)))
            }
            (None, Some(url)) => (String::new(), fetched(url)),
            (None, None) => return Err(Dress::json(400, "Missing data_file", None)),
        };
        let JobConfig { text, language, model, hook, .. } = config;
        let client_ref = access.client_ref.clone();
        Ok((Sent { data_name, config: text, language, model, hook, client_ref }, end))
    }

    /// Answers a submission that waits, or says when to ask again.
    pub(super) fn await_job(&self, visit: &Visit, ticket: Ticket) -> Turn {
        let found = self.project(visit).ok().map(|project| (project, project.find(ticket.id, self.now_ms)));
        let Some((project, Found::Job(job))) = found else {
            return Turn::Reply(created(ticket.id, ",\"status\":\"deleted\""));
        };
        if let Some(at_ms) = self.still(job, ticket.until_ms) {
            return Turn::Later { at_ms, ticket: Some(ticket) };
        }
        let rest = match job.status(self.now_ms) {
            Status::Running => ",\"status\":\"created\"".to_owned(),
            Status::Deleted => ",\"status\":\"deleted\"".to_owned(),
            Status::Rejected => ",\"status\":\"rejected\"".to_owned(),
            Status::Done => {
                let text = self.written(project, job, ticket.format).unwrap_or_default();
                let mut rest = format!(",\"status\":\"done\",\"{}\":", ticket.format.word());
                match ticket.format {
                    Format::Json => rest.push_str(&text),
                    Format::Text | Format::Srt => write_string(&mut rest, &text),
                }
                rest
            }
        };
        Turn::Reply(created(ticket.id, &rest))
    }

    /// The answer that a turn comes to, with what every answer carries.
    pub(super) fn dress(&mut self, host: usize, key: Option<usize>, turn: Result<Turn, Reply>) -> Answer {
        let mut reply = match turn {
            Ok(Turn::Later { at_ms, ticket }) => return Answer::Later { at_ms, ticket },
            Ok(Turn::Upload) => return Answer::Upload,
            Ok(Turn::Session(mut opening)) => {
                self.stamp(host, key, &mut opening.reply);
                opening.delay_ms = self.delay_ms(host, key);
                return Answer::Session(opening);
            }
            Ok(Turn::Reply(reply)) | Err(reply) => reply,
        };
        if reply.status < 300 && self.strikes(host, key, FaultKind::Garbage) {
            reply = Dress::garbage();
        }
        self.stamp(host, key, &mut reply);
        let delay_ms = self.delay_ms(host, key);
        if self.strikes(host, key, FaultKind::Truncating) {
            return Answer::Truncate { reply, delay_ms };
        }
        Answer::Reply { reply, delay_ms }
    }
}

/// Whether the caller may know of the job: a reference confines its holder to what was submitted with it.
fn may_see(access: &Access, job: &Job) -> bool {
    match &access.client_ref {
        None => true,
        wanted => job.sent.as_ref().is_some_and(|sent| sent.client_ref == *wanted),
    }
}

/// Nothing is ever fetched here. A URL whose last step is an HTTP error's number fails with it; any other
/// stands for a recording whose length is drawn from its text.
fn fetched(url: &str) -> (u32, Option<Refusal>) {
    let url = url::Url::parse(url).ok();
    let last = url.as_ref().and_then(|url| url.path_segments()?.next_back()).unwrap_or_default();
    if let Ok(code @ 400..=599) = last.parse() {
        return (0, Some(Refusal::FetchFailed(code)));
    }
    let seed = last.bytes().fold(0_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    (30 + seed % 600, None)
}

fn created(id: Id, rest: &str) -> Reply {
    let mut body = String::from("{\"id\":\"");
    id.write(&mut body);
    body.push('"');
    body.push_str(rest);
    body.push('}');
    Dress::created(body)
}

fn not_found() -> Reply {
    Dress::json(404, "Job not found", None)
}

fn expired() -> Reply {
    Dress::json(410, "Job Expired", None)
}

fn file_expired() -> Reply {
    Dress::json(410, "File Expired", Some("File deleted from the storage"))
}

fn full() -> Reply {
    Dress::json(429, "Max concurrent running jobs exceeded", None)
}

/// A log in the orchestrator's manner.
fn log_text(job: &Job, plain: &Value, status: Status) -> String {
    use std::fmt::Write;
    let transcription = part(plain, "/config/transcription_config");
    let language = part(transcription, "/language").as_str().unwrap_or("en");
    let model = part(transcription, "/model")
        .as_str()
        .or(part(transcription, "/operating_point").as_str())
        .unwrap_or("standard");
    let last = match (status, job.outcome) {
        (Status::Rejected, Outcome::Rejected(_)) => ("ERROR   orchestrator.job", "Job rejected".to_owned()),
        _ => ("INFO    orchestrator.job", "Transcription finished".to_owned()),
    };
    let run_ms = job.finishes_ms - job.created_ms;
    let lines = [
        (5, "INFO    orchestrator.transport.api", format!("Accepted {} s of audio", job.audio_s)),
        (10, "INFO    orchestrator.transport.cmd.utils", format!("Loading model '{language}'")),
        (25, "INFO    orchestrator.transport.cmd.utils", format!("Operating point '{model}'")),
        (100, last.0, last.1),
    ];
    let mut out = String::new();
    for (percent, who, what) in lines {
        let at = civil(job.created_ms + run_ms * percent / 100);
        at.write_log(&mut out);
        let _ = writeln!(out, " {who} {what}");
    }
    out
}
