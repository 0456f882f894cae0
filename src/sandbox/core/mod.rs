//! The service without its wires: a seed, a scenario and a moment in; answers out. It does no I/O and reads no
//! clock: time is what [`Core::advance`] was told last. The same scenario and the same calls at the same
//! moments give the same bytes.

mod call;
mod fault;
mod instant;
mod job;
mod material;
mod portrait;
mod project;
mod random;
mod recipe;
mod reply;
#[cfg(test)]
mod tests;

use std::fmt::Write;

pub(super) use call::Call;
use call::Operation;
use fault::Fault;
use instant::civil;
use job::Id;
use material::Material;
use project::{Found, Project};
use random::Random;
use reply::Dress;
pub(super) use reply::{Answer, Reply};

use super::scenario::{FaultKind, JobsPlan, KeyPlan, Scenario};

/// A batch environment: its jobs, by project.
#[derive(Debug)]
struct Environment {
    name: String,
    region: String,
    projects: Vec<Project>,
}

/// A key, whose value is made here and worth nothing elsewhere.
#[derive(Debug)]
struct Key {
    name: String,
    value: String,
    project: String,
    declared: Option<Vec<String>>,
    /// The places of the environments that accept it.
    accepted: Vec<usize>,
}

/// The whole fleet at one moment.
#[derive(Debug)]
pub(super) struct Core {
    material: Material,
    environments: Vec<Environment>,
    keys: Vec<Key>,
    faults: Vec<Fault>,
    start_ms: i64,
    now_ms: i64,
    /// Numbers of requests, and delays.
    random: Random,
}

/// The body that all environments give for `GET /v1/discovery/features`.
const FEATURES: &str = include_str!("../../../assets/sandbox/features.json");

impl Core {
    /// The fleet at the start of the scenario, which is `start_ms` (ms since 1970, UTC).
    ///
    /// # Errors
    /// Where the scenario names something that the material does not have.
    pub(super) fn new(scenario: &Scenario, start_ms: i64) -> Result<Self, String> {
        let material = Material::shipped()?;
        let names: Vec<&str> = scenario.environments.iter().map(|one| one.name.get_ref().as_str()).collect();
        let key_names: Vec<&str> = scenario.keys.iter().map(|key| key.name.get_ref().as_str()).collect();
        let mut environments: Vec<Environment> = (scenario.environments.iter())
            .map(|plan| Environment {
                name: plan.name.get_ref().clone(),
                region: plan.region.clone(),
                projects: Vec::new(),
            })
            .collect();
        for plan in &scenario.jobs {
            let place = names.iter().position(|name| name == plan.environment.get_ref()).unwrap_or(0);
            let offset_ms = scenario.environments.get(place).map_or(0, |plan| plan.utc_offset.0);
            let project = new_project(scenario.seed, plan, &material, offset_ms, start_ms)?;
            if let Some(environment) = environments.get_mut(place) {
                environment.projects.push(project);
            }
        }
        let keys = scenario.keys.iter().map(|plan| Key::new(scenario.seed, plan, &names)).collect();
        let faults = scenario.faults.iter().map(|plan| Fault::new(plan, &names, &key_names)).collect();
        let random = Random::stream(scenario.seed, "requests");
        let mut core = Self { material, environments, keys, faults, start_ms, now_ms: start_ms, random };
        core.advance(start_ms);
        Ok(core)
    }

    /// Lets time go on to `now_ms`; a moment before the last one is ignored.
    pub(super) fn advance(&mut self, now_ms: i64) {
        self.now_ms = self.now_ms.max(now_ms);
        for environment in &mut self.environments {
            for project in &mut environment.projects {
                project.advance(&self.material, self.now_ms);
            }
        }
    }

    /// The environments' names and regions, in the scenario's order.
    pub(super) fn environments(&self) -> impl Iterator<Item = (&str, &str)> {
        self.environments.iter().map(|one| (one.name.as_str(), one.region.as_str()))
    }

    /// The keys: name, value, and where they are declared.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &str, Option<&[String]>)> {
        self.keys.iter().map(|key| (key.name.as_str(), key.value.as_str(), key.declared.as_deref()))
    }

    /// Whether nobody listens at that environment now.
    pub(super) fn is_down(&self, environment: usize) -> bool {
        self.strikes(environment, FaultKind::Down)
    }

    /// What that environment answers.
    pub(super) fn answer(&mut self, environment: usize, call: &Call<'_>) -> Answer {
        if self.is_down(environment) {
            return Answer::Reset;
        }
        if self.strikes(environment, FaultKind::Hanging) {
            return Answer::Hang;
        }
        let delay_ms = self.delay_ms(environment);
        let mut reply = if self.strikes(environment, FaultKind::Unavailable) {
            Dress::unavailable()
        } else {
            self.reply(environment, call).unwrap_or_else(|refusal| refusal)
        };
        self.stamp(&mut reply);
        Answer::Reply { reply, delay_ms }
    }

    fn strikes(&self, environment: usize, kind: FaultKind) -> bool {
        let elapsed_ms = self.now_ms - self.start_ms;
        self.faults.iter().any(|fault| fault.kind == kind && fault.strikes(environment, elapsed_ms))
    }

    fn delay_ms(&mut self, environment: usize) -> u64 {
        let elapsed_ms = self.now_ms - self.start_ms;
        let slow = self.faults.iter().filter(|fault| fault.strikes(environment, elapsed_ms));
        slow.map(|fault| fault.delay_ms(&mut self.random)).max().unwrap_or(0)
    }

    fn reply(&self, environment: usize, call: &Call<'_>) -> Result<Reply, Reply> {
        let operation = call.operation();
        // Discovery is open to everybody; anything else has to get past the proxy first, even what there is not.
        if operation == Ok(Operation::Features) {
            return Ok(Dress::body(FEATURES.trim_end().to_owned()));
        }
        let project = self.authorize(environment, call).ok_or_else(Dress::unauthorized)?;
        match operation? {
            Operation::Features => Ok(Dress::body(FEATURES.trim_end().to_owned())),
            Operation::ListJobs => {
                let query = call.list_query()?;
                Ok(self.list(project, query))
            }
            Operation::GetJob(id) => self.get(project, id),
        }
    }

    /// The project that the call's key opens there; `None`: 401.
    fn authorize(&self, environment: usize, call: &Call<'_>) -> Option<&Project> {
        let token = call.token()?;
        let (place, key) = self.keys.iter().enumerate().find(|(_, key)| key.value == token)?;
        let elapsed_ms = self.now_ms - self.start_ms;
        let barred = self.faults.iter().any(|fault| {
            fault.kind == FaultKind::Unauthorized
                && fault.strikes(environment, elapsed_ms)
                && fault.holds_for(place)
        });
        if barred || !key.accepted.contains(&environment) {
            return None;
        }
        let projects = &self.environments.get(environment)?.projects;
        projects.iter().find(|project| project.name == key.project)
    }

    fn list(&self, project: &Project, query: project::ListQuery) -> Reply {
        let mut body = String::with_capacity(64 * 1024);
        body.push_str("{\"jobs\":[");
        for (at, job) in project.list(query, self.now_ms).enumerate() {
            body.push_str(if at > 0 { "," } else { "" });
            portrait::write_job(&mut body, &self.material, &project.recipe, job, self.now_ms);
        }
        body.push_str("]}");
        Dress::body(body)
    }

    fn get(&self, project: &Project, id: Option<Id>) -> Result<Reply, Reply> {
        let unknown = || Dress::json(404, "Job not found", None);
        match project.find(id.ok_or_else(unknown)?, self.now_ms) {
            Found::Job(job) if job.deleted => Err(unknown()),
            Found::Job(job) => {
                let mut body = String::from("{\"job\":");
                portrait::write_job(&mut body, &self.material, &project.recipe, job, self.now_ms);
                body.push('}');
                Ok(Dress::body(body))
            }
            Found::Expired => Err(Dress::json(410, "Job Expired", None)),
            Found::Nothing => Err(unknown()),
        }
    }

    /// The two references that every answer carries.
    fn stamp(&mut self, reply: &mut Reply) {
        let _ = write!(reply.request_id, "{:016x}{:016x}", self.random.next(), self.random.next());
        let at = civil(self.now_ms);
        let _ = at.write_day(&mut reply.azure_ref);
        reply.azure_ref.push('T');
        let _ = at.write_clock(&mut reply.azure_ref);
        let _ = write!(reply.azure_ref, "Z-{:016x}{:08x}", self.random.next(), self.random.next() >> 32);
    }
}

impl Key {
    fn new(seed: u64, plan: &KeyPlan, environments: &[&str]) -> Self {
        let name = plan.name.get_ref();
        let place = |name: &str| environments.iter().position(|known| *known == name);
        Self {
            value: key_value(seed, name),
            name: name.clone(),
            project: plan.project.clone(),
            declared: (plan.declared.as_ref())
                .map(|names| names.iter().map(|name| name.get_ref().clone()).collect()),
            accepted: plan.accepted.iter().filter_map(|name| place(name.get_ref())).collect(),
        }
    }
}

/// Thirty-two letters and digits, as the service's long-lived keys are.
fn key_value(seed: u64, name: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = Random::stream(seed, &format!("key {name}"));
    (0..32).filter_map(|_| random.pick(LETTERS)).map(|byte| char::from(*byte)).collect()
}

fn new_project(
    seed: u64,
    plan: &JobsPlan,
    material: &Material,
    offset_ms: i64,
    start_ms: i64,
) -> Result<Project, String> {
    let recipe = recipe::Recipe::new(plan, material, offset_ms)?;
    let label = format!("jobs {} {}", plan.environment.get_ref(), plan.project);
    let random = Random::stream(seed, &label);
    let rate = (plan.history, plan.per_minute);
    Ok(Project::new(&plan.project, recipe, material, random, rate, start_ms))
}
