//! The service without its wires: a seed, a scenario and a moment in; answers out. It does no I/O and reads no
//! clock: time is what [`Core::advance`] was told last. The same scenario and the same calls at the same
//! moments give the same bytes.

mod audio;
mod batch;
mod call;
mod config;
mod control;
mod fault;
mod instant;
mod job;
mod keys;
mod limits;
mod management;
mod material;
mod odd;
mod plain;
mod portrait;
mod project;
mod random;
mod realtime;
mod recipe;
mod reply;
mod speech;
#[cfg(test)]
mod tests;
mod transcript;
mod usage;

use std::fmt::Write;

pub(super) use audio::{HEAD, Upload};
use batch::Visit;
use call::Operation;
pub(super) use call::{BadUpload, Call, Submission};
pub(super) use config::{CONFIG_LIMIT, MODELS};
use fault::Fault;
use instant::civil;
pub(super) use instant::http_date;
use keys::{Key, Keys, Purpose};
use limits::Limits;
use material::Material;
pub use plain::{Entry, Heard};
use project::Project;
use random::Random;
pub(super) use realtime::Session;
use recipe::Recipe;
use reply::Dress;
pub(super) use reply::{Answer, Opening, Reply, Ticket};
use serde_json::Value;
use speech::Speech;

use super::scenario::{FaultKind, HostKind, Scenario, Shapes, said};

/// What listens under one name.
#[derive(Debug)]
struct Host {
    name: String,
    region: String,
    kind: HostKind,
    /// The jobs of a batch environment, by project.
    projects: Vec<Project>,
}

/// The whole fleet at one moment.
#[derive(Debug)]
pub(super) struct Core {
    material: Material,
    speech: Speech,
    /// The languages that submissions may ask for.
    languages: Vec<String>,
    shapes: Shapes,
    default_wait_ms: i64,
    /// Whether `created_before` lists a job of that very moment.
    inclusive: bool,
    hosts: Vec<Host>,
    keys: Keys,
    faults: Vec<Fault>,
    limits: Limits,
    start_ms: i64,
    now_ms: i64,
    /// How far the control door has moved time on, beyond what the shell's clock shows.
    leap_ms: i64,
    /// Numbers of requests, delays, shares.
    random: Random,
}

/// What a call comes to, before it is dressed.
#[derive(Debug)]
enum Outcome {
    Reply(Reply),
    Later { at_ms: i64, ticket: Option<Ticket> },
    Upload,
    Session(Opening),
}

/// The body that all hosts give for `GET /v1/discovery/features`.
const FEATURES: &str = include_str!("../../../assets/sandbox/features.json");
/// How long a job or transcript that is not ready is waited for, where neither call nor scenario says.
const DEFAULT_WAIT_MS: i64 = 2_000;
/// What the control door is called among the hosts.
const CONTROL: &str = "control";

impl Core {
    /// The fleet at the start of the scenario, which is `start_ms` (ms since 1970, UTC).
    ///
    /// # Errors
    /// Where the scenario names something that the material does not have.
    pub(super) fn new(scenario: &Scenario, start_ms: i64) -> Result<Self, String> {
        let names: Vec<&str> = scenario.environments.iter().map(|one| one.name.get_ref().as_str()).collect();
        let key_names: Vec<&str> = scenario.keys.iter().map(|key| key.name.get_ref().as_str()).collect();
        let keys: Vec<Key> = scenario.keys.iter().map(|plan| Key::new(scenario.seed, plan, &names)).collect();
        let faults = scenario.faults.iter().map(|plan| Fault::new(plan, &names, &key_names, 0)).collect();
        let mut core = Self {
            material: Material::shipped()?,
            speech: Speech::shipped()?,
            languages: languages(),
            shapes: scenario.shapes,
            default_wait_ms: said(scenario.default_wait.as_ref()).map_or(DEFAULT_WAIT_MS, |wait| wait.0),
            inclusive: !scenario.created_before_is_exclusive,
            hosts: hosts(scenario),
            keys: Keys::new(keys),
            faults,
            limits: Limits::new(scenario.limits),
            start_ms,
            now_ms: start_ms,
            leap_ms: 0,
            random: Random::stream(scenario.seed, "requests"),
        };
        core.populate(scenario)?;
        core.advance(start_ms);
        Ok(core)
    }

    /// Gives every project its jobs, and every key a project wherever it is accepted.
    fn populate(&mut self, scenario: &Scenario) -> Result<(), String> {
        let stream =
            |host: &str, project: &str| Random::stream(scenario.seed, &format!("jobs {host} {project}"));
        for plan in &scenario.jobs {
            let name = plan.environment.get_ref();
            let planned = scenario.environments.iter().find(|one| one.name.get_ref() == name);
            let offset_ms =
                planned.map_or(0, |one| said(one.utc_offset.as_ref()).map_or(0, |offset| offset.0));
            let recipe = Recipe::new(plan, &self.material, offset_ms)?;
            let mut project =
                Project::new(plan.project.get_ref(), recipe, stream(name, plan.project.get_ref()));
            let history = said(plan.history.as_ref()).unwrap_or(0);
            let per_minute = said(plan.per_minute.as_ref()).unwrap_or(0.0);
            project.populate(&self.material, (history, per_minute), self.start_ms);
            project.burst(&self.material, said(plan.running.as_ref()).unwrap_or(0), self.start_ms);
            if let Some(host) = self.hosts.iter_mut().find(|host| host.name == *name) {
                host.projects.push(project);
            }
        }
        for key in self.keys.iter() {
            for place in key.accepted() {
                let Some(host) = self.hosts.get_mut(*place) else { continue };
                if host.kind == HostKind::Batch && host.projects.iter().all(|one| one.name != key.project) {
                    let random = stream(&host.name, &key.project);
                    host.projects.push(Project::new(&key.project, Recipe::bare(&self.material), random));
                }
            }
        }
        Ok(())
    }

    /// Lets time go on to `now_ms`, and as much further as the control door has moved it; a moment before the
    /// last one is ignored.
    pub(super) fn keep_time(&mut self, now_ms: i64) {
        self.advance(now_ms.saturating_add(self.leap_ms));
    }

    /// Lets time go on to `now_ms`.
    pub(super) fn advance(&mut self, now_ms: i64) {
        self.now_ms = self.now_ms.max(now_ms);
        for project in self.hosts.iter_mut().flat_map(|host| &mut host.projects) {
            project.advance(&self.material, self.now_ms);
        }
    }

    /// The moment that it is, in ms since 1970.
    pub(super) fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn elapsed_ms(&self) -> i64 {
        self.now_ms - self.start_ms
    }

    /// Names, regions and kinds of the hosts, in the scenario's order; the control door is the last.
    pub(super) fn hosts(&self) -> impl Iterator<Item = (&str, &str, HostKind)> {
        self.hosts.iter().map(|host| (host.name.as_str(), host.region.as_str(), host.kind))
    }

    /// The keys: name, value, and where they are declared.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &str, Option<&[String]>)> {
        self.keys.iter().map(|key| (key.name.as_str(), key.value.as_str(), key.declared.as_deref()))
    }

    /// Whether nobody listens at that host now.
    pub(super) fn is_down(&self, host: usize) -> bool {
        self.reigns(host, FaultKind::Down)
    }

    /// Whether such a fault is on at that host, whomever it strikes. None ever is at the control door.
    fn reigns(&self, host: usize, kind: FaultKind) -> bool {
        let elapsed_ms = self.elapsed_ms();
        self.kind(host) != Some(HostKind::Control)
            && self.faults.iter().any(|fault| fault.kind == kind && fault.reigns(host, elapsed_ms))
    }

    fn kind(&self, host: usize) -> Option<HostKind> {
        self.hosts.get(host).map(|host| host.kind)
    }

    /// The first fault of that kind that strikes this request.
    fn fault(&mut self, host: usize, key: Option<usize>, kind: FaultKind) -> Option<Fault> {
        if !self.reigns(host, kind) {
            return None;
        }
        let elapsed_ms = self.elapsed_ms();
        let random = &mut self.random;
        let mut concerned =
            self.faults.iter().filter(|fault| fault.kind == kind && fault.reigns(host, elapsed_ms));
        concerned.find(|fault| fault.concerns(key) && fault.strikes(random)).cloned()
    }

    fn strikes(&mut self, host: usize, key: Option<usize>, kind: FaultKind) -> bool {
        self.fault(host, key, kind).is_some()
    }

    /// How long the answer is held back: as long as the slowest of its faults says.
    fn delay_ms(&mut self, host: usize, key: Option<usize>) -> u64 {
        [FaultKind::Slow, FaultKind::BrownOut]
            .into_iter()
            .filter_map(|kind| {
                let elapsed_ms = self.elapsed_ms();
                let random = &mut self.random;
                let slow =
                    self.faults.iter().filter(|fault| fault.kind == kind && fault.reigns(host, elapsed_ms));
                // The share of a brown-out is of those that fail: all are slow.
                let struck = slow.filter(|fault| fault.concerns(key));
                struck.map(|fault| fault.delay_ms(random)).max()
            })
            .max()
            .unwrap_or(0)
    }

    /// What that host answers to a call.
    pub(super) fn answer(&mut self, host: usize, call: &Call<'_>) -> Answer {
        let key = self.caller(call);
        if let Some(silence) = self.silence(host, key) {
            return silence;
        }
        let turn = self.turn(host, call, key);
        self.dress(host, key, turn)
    }

    /// What that host answers to a submission, once its body is read.
    pub(super) fn submit(
        &mut self,
        host: usize,
        call: &Call<'_>,
        submission: Result<Submission, BadUpload>,
    ) -> Answer {
        let key = self.caller(call);
        if let Some(silence) = self.silence(host, key) {
            return silence;
        }
        let visit = self.admit(host, call);
        let turn = visit.and_then(|visit| self.accept(&visit, call, submission));
        self.dress(host, key, turn)
    }

    /// Asks again for a submission that waits.
    pub(super) fn collect(&mut self, host: usize, call: &Call<'_>, ticket: Ticket) -> Answer {
        let key = self.caller(call);
        if let Some(silence) = self.silence(host, key) {
            return silence;
        }
        let visit = self.admit(host, call);
        let turn = visit.map(|visit| self.await_job(&visit, ticket));
        self.dress(host, key, turn)
    }

    /// The key that a call comes with, whether or not it opens anything there: whom a fault of one key strikes.
    fn caller(&self, call: &Call<'_>) -> Option<usize> {
        let from_query = call.parameter("jwt");
        self.keys.owner(call.token().or(from_query.as_deref())?)
    }

    /// Faults of the wire itself, once the request is read.
    fn silence(&mut self, host: usize, key: Option<usize>) -> Option<Answer> {
        if self.is_down(host) || self.strikes(host, key, FaultKind::Resetting) {
            return Some(Answer::Reset);
        }
        self.strikes(host, key, FaultKind::Hanging).then_some(Answer::Hang)
    }

    fn turn(&mut self, host: usize, call: &Call<'_>, key: Option<usize>) -> Result<Outcome, Reply> {
        self.be_available(host, key)?;
        if let Some(answer) = call.at_root().filter(|_| self.kind(host) != Some(HostKind::Control)) {
            return answer.map(Outcome::Reply);
        }
        match self.kind(host) {
            Some(HostKind::Batch) => {}
            Some(HostKind::Realtime) => return self.shake_hands(host, call),
            Some(HostKind::Management) => return self.manage(call),
            Some(HostKind::Control) => return self.control(call),
            None => return Err(call.nowhere()),
        }
        let operation = call.operation();
        // Discovery is open to everybody; anything else has to get past the proxy first, even what there is not.
        if let Ok(Operation::Features) = operation {
            return Ok(Outcome::Reply(self.features()));
        }
        let visit = self.pass(host, call, key, matches!(operation, Ok(Operation::Submit)))?;
        self.operate(&visit, operation?, call)
    }

    /// The proxy's 503, while it lasts.
    fn be_available(&mut self, host: usize, key: Option<usize>) -> Result<(), Reply> {
        for kind in [FaultKind::Unavailable, FaultKind::BrownOut] {
            if let Some(fault) = self.fault(host, key, kind) {
                return Err(Dress::unavailable().after(fault.retry_after_s));
            }
        }
        Ok(())
    }

    /// Lets a caller in to the project that its key opens there; else the 401.
    fn admit(&mut self, host: usize, call: &Call<'_>) -> Result<Visit, Reply> {
        let access =
            call.token().and_then(|token| self.keys.access(token, host, Purpose::Batch, self.now_ms));
        let key = access.as_ref().map(|access| access.key);
        if self.strikes(host, key, FaultKind::UnauthorizedJson) {
            return Err(Dress::json(401, "Unauthorized", None));
        }
        let barred = self.strikes(host, key, FaultKind::Unauthorized);
        let access = access.filter(|_| !barred).ok_or_else(Dress::unauthorized)?;
        let projects = self.hosts.get(host).map_or(&[] as &[Project], |host| host.projects.as_slice());
        let project = projects.iter().position(|project| project.name == access.project);
        Ok(Visit { host, project: project.ok_or_else(Dress::unauthorized)?, access })
    }

    #[expect(clippy::unused_self, reason = "what a host can do is its core's to say")]
    fn features(&self) -> Reply {
        Dress::body(FEATURES.trim_end().to_owned())
    }

    /// What every answer carries: the two references, and the service's clock.
    fn stamp(&mut self, host: usize, key: Option<usize>, reply: &mut Reply) {
        let _ = write!(reply.request_id, "{:016x}{:016x}", self.random.next(), self.random.next());
        let at = civil(self.now_ms);
        at.write_day(&mut reply.azure_ref);
        reply.azure_ref.push('T');
        at.write_clock(&mut reply.azure_ref);
        let _ = write!(reply.azure_ref, "Z-{:016x}{:08x}", self.random.next(), self.random.next() >> 32);
        let skew_ms = self.fault(host, key, FaultKind::ClockSkew).map_or(0, |fault| fault.by_ms);
        reply.date_ms = self.now_ms.saturating_add(skew_ms);
    }
}

/// The scenario's hosts, and the control door.
fn hosts(scenario: &Scenario) -> Vec<Host> {
    let planned = scenario.environments.iter().map(|plan| Host {
        name: plan.name.get_ref().clone(),
        region: plan.region.clone(),
        kind: plan.kind,
        projects: Vec::new(),
    });
    let control = Host {
        name: CONTROL.to_owned(),
        region: String::new(),
        kind: HostKind::Control,
        projects: Vec::new(),
    };
    planned.chain([control]).collect()
}

/// The names of the trades that jobs can be of.
pub(super) fn trades() -> Result<Vec<String>, String> {
    Ok(Material::shipped()?.trades.into_iter().map(|trade| trade.name).collect())
}

/// The languages that the features name.
pub(super) fn languages() -> Vec<String> {
    let features: Value = serde_json::from_str(FEATURES).unwrap_or_default();
    let languages = features.pointer("/batch/transcription/0/languages").and_then(Value::as_array);
    languages.into_iter().flatten().filter_map(|code| code.as_str().map(str::to_owned)).collect()
}
