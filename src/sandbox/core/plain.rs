//! A list of jobs without its JSON: what is decided is decided as for everybody else, only nothing is
//! written, so that a simulation can ask a million times.

use super::batch::Visit;
use super::call::Call;
use super::job::{Id, Job};
use super::project::ListQuery;
use super::reply::{Answer, Reply};
use super::{Core, FaultKind};

/// A job, as far as a list's reader has to tell jobs apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// `running`, `done`, `rejected`.
    pub status: &'static str,
    /// When it was submitted, in ms since 1970.
    pub created_ms: i64,
}

/// What comes of asking for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// 200, and the jobs of the page, newest first.
    Page(Vec<Entry>),
    /// Another status, and perhaps how many seconds to stay away.
    Refused(u16, Option<u32>),
    /// 200, and nothing that can be read.
    Garbage,
    /// The connection broke in the middle of the body.
    Truncated,
    /// The connection broke before any answer.
    Reset,
    /// Nothing, for ever.
    Silence,
}

impl Core {
    /// What that host answers to a call for its list, and how long it holds that back, in ms. A job is
    /// listed only some time after its submission, which its seed draws, up to `lag_ms`.
    pub(in crate::sandbox) fn list_plainly(
        &mut self,
        host: usize,
        call: &Call<'_>,
        lag_ms: i64,
    ) -> (Heard, u64) {
        let key = self.caller(call);
        match self.silence(host, key) {
            Some(Answer::Hang) => return (Heard::Silence, 0),
            Some(_) => return (Heard::Reset, 0),
            None => {}
        }
        let visit = self.be_available(host, key).and_then(|()| self.pass(host, call, key, false));
        let page = visit.and_then(|visit| self.entries(&visit, call, lag_ms));
        let garbled = page.is_ok() && self.strikes(host, key, FaultKind::Garbage);
        let delay_ms = self.delay_ms(host, key);
        let heard = match page {
            _ if self.strikes(host, key, FaultKind::Truncating) => Heard::Truncated,
            Ok(_) if garbled => Heard::Garbage,
            Ok(page) => Heard::Page(page),
            Err(reply) => Heard::Refused(reply.status, reply.retry_after_s),
        };
        (heard, delay_ms)
    }

    fn entries(&self, visit: &Visit, call: &Call<'_>, lag_ms: i64) -> Result<Vec<Entry>, Reply> {
        let mut query = call.list_query()?;
        query.inclusive = self.inclusive;
        let limit = query.limit.take().unwrap_or(usize::MAX);
        let late_ms = |job: &Job| i64::try_from(job.seed % 1_024).unwrap_or(0) * lag_ms / 1_024;
        let listed = |job: &&Job| job.created_ms.saturating_add(late_ms(job)) <= self.now_ms;
        let jobs = self.project(visit)?.list(query, self.now_ms);
        Ok(jobs.filter(listed).take(limit).map(|job| self.entry(job)).collect())
    }

    fn entry(&self, job: &Job) -> Entry {
        let status = job.status(self.now_ms).word();
        Entry { id: job.id.text(), status, created_ms: job.created_ms }
    }

    /// All jobs that a key's holder has at a host now, newest first, whatever is wrong there.
    pub(in crate::sandbox) fn truth(&self, host: usize, key: &str) -> Vec<Entry> {
        let all = ListQuery { limit: None, created_before_ms: None, inclusive: true, include_deleted: false };
        let project = self.keys.iter().find(|one| one.value == key).map(|one| &one.project);
        let project = project
            .and_then(|name| self.hosts.get(host)?.projects.iter().find(|project| project.name == *name));
        let jobs = project.into_iter().flat_map(|project| project.list(all, self.now_ms));
        jobs.map(|job| self.entry(job)).collect()
    }

    /// Somebody else deletes a job, running or not.
    pub(in crate::sandbox) fn lose(&mut self, host: usize, id: &str) {
        let (Some(id), Some(found)) = (Id::parse(id), self.hosts.get_mut(host)) else { return };
        for project in &mut found.projects {
            project.delete(&self.material, id, self.now_ms);
        }
    }
}
