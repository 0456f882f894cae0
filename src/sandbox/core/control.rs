//! The control door: what tests and people change while a scenario plays. It speaks JSON of its own, and no
//! client of the service ever comes here.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::fault::Fault;
use super::job::{Id, Outcome, Refusal};
use super::reply::{Dress, Reply};
use super::{Core, Outcome as Turn};
use crate::sandbox::scenario::{FaultPlan, HostKind};
use crate::sandbox::span::Span;

/// The most jobs that one call submits.
const BURST: u64 = 100_000;
/// The furthest that one call advances the clock.
const LEAP_MS: i64 = 400 * 86_400_000;
/// The most faults there can be.
const FAULTS: usize = 1_000;

type Fields = Map<String, Value>;

impl Core {
    /// What the door answers.
    pub(super) fn control(&mut self, call: &Call<'_>) -> Result<Turn, Reply> {
        let steps = call.steps();
        let reply = match (call.method, steps.as_slice()) {
            ("GET", ["control"]) => self.state(),
            ("POST", ["control", "faults"]) => self.set_fault(&fields(call)?)?,
            ("DELETE", ["control", "faults"]) => self.clear_faults(None),
            ("DELETE", ["control", "faults", name]) => self.clear_faults(Some(name)),
            ("POST", ["control", "advance"]) => self.leap(&fields(call)?)?,
            ("POST", ["control", "jobs"]) => self.burst(&fields(call)?)?,
            ("POST", ["control", "jobs", id, "finish"]) => self.finish(id, &fields(call)?)?,
            ("POST", ["control", "keys", name, "revoke"]) => self.revoke(name, true)?,
            ("POST", ["control", "keys", name, "restore"]) => self.revoke(name, false)?,
            _ => return Err(wrong(404, USAGE)),
        };
        Ok(Turn::Reply(reply))
    }

    /// Hosts, jobs, keys and faults as they are.
    fn state(&self) -> Reply {
        let hosts: Vec<Value> = (self.hosts.iter().enumerate())
            .filter(|(_, host)| host.kind != HostKind::Control)
            .map(|(place, host)| {
                let projects: Fields = (host.projects.iter())
                    .map(|one| (one.name.clone(), json!({"jobs": one.len(), "running": one.running()})))
                    .collect();
                json!({"name": host.name, "region": host.region, "down": self.is_down(place), "projects": projects})
            })
            .collect();
        let faults: Vec<Value> = (self.faults.iter())
            .map(|fault| json!({"name": fault.name, "kind": fault.kind.to_string()}))
            .collect();
        Dress::body(json!({"now_ms": self.now_ms, "environments": hosts, "faults": faults}).to_string())
    }

    /// Adds a fault, or replaces the one of that name. Its times count from now.
    fn set_fault(&mut self, fields: &Fields) -> Result<Reply, Reply> {
        // The control door is the last, and nothing is ever wrong with it.
        let hosts: Vec<(&str, HostKind)> = (self.hosts.iter())
            .filter(|host| host.kind != HostKind::Control)
            .map(|host| (host.name.as_str(), host.kind))
            .collect();
        let keys: Vec<&str> = self.keys.iter().map(|key| key.name.as_str()).collect();
        let plan = FaultPlan::from_json(fields, &hosts, &keys).map_err(|problem| wrong(422, &problem))?;
        let names: Vec<&str> = hosts.iter().map(|(name, _)| *name).collect();
        let fault = Fault::new(&plan, &names, &keys, self.elapsed_ms());
        self.faults.retain(|other| other.name.is_none() || other.name != fault.name);
        if self.faults.len() >= FAULTS {
            return Err(wrong(429, "there are 1000 faults already: DELETE some first"));
        }
        self.faults.push(fault);
        Ok(Dress::created(json!({"faults": self.faults.len()}).to_string()))
    }

    /// Takes away the faults of that name, or all.
    fn clear_faults(&mut self, name: Option<&str>) -> Reply {
        let before = self.faults.len();
        self.faults.retain(|fault| name.is_some() && fault.name.as_deref() != name);
        Dress::body(json!({"removed": before - self.faults.len()}).to_string())
    }

    /// `{"by": "8d"}`: time goes on at once.
    fn leap(&mut self, fields: &Fields) -> Result<Reply, Reply> {
        let by = Span::parse(text(fields, "by")?).map_err(|problem| wrong(422, &problem))?;
        if !(0..=LEAP_MS).contains(&by.0) {
            return Err(wrong(422, "`by` must be from 0s to 400d: time does not go back"));
        }
        self.leap_ms += by.0;
        self.advance(self.now_ms.saturating_add(by.0));
        Ok(Dress::body(json!({"now_ms": self.now_ms}).to_string()))
    }

    /// `{"environment": "eu1", "key": "prod", "count": 250}`: that many jobs of this very moment.
    fn burst(&mut self, fields: &Fields) -> Result<Reply, Reply> {
        let (environment, key) = (text(fields, "environment")?, text(fields, "key")?);
        let count = fields.get("count").map_or(Some(1), Value::as_u64).filter(|count| *count <= BURST);
        let count = count.and_then(|count| u32::try_from(count).ok());
        let count = count.ok_or_else(|| wrong(422, "`count` must be a number up to 100000"))?;
        let project = self.keys.iter().find(|one| one.name == key).map(|one| one.project.clone());
        let project = project.ok_or_else(|| wrong(404, "there is no key of that name"))?;
        let host = self.hosts.iter_mut().find(|host| host.name == environment);
        let found = host.and_then(|host| host.projects.iter_mut().find(|one| one.name == project));
        let found =
            found.ok_or_else(|| wrong(404, "that key has no project in an environment of that name"))?;
        let ids = found.burst(&self.material, count, self.now_ms);
        let ids: Vec<String> = ids.into_iter().map(Id::text).collect();
        Ok(Dress::created(json!({"ids": ids}).to_string()))
    }

    /// `{"outcome": "done"}` or `"rejected"`: the job ends now.
    fn finish(&mut self, id: &str, fields: &Fields) -> Result<Reply, Reply> {
        let outcome = match text(fields, "outcome")? {
            "done" => Outcome::Done,
            "unheard" => Outcome::DoneUnheard,
            "rejected" => Outcome::Rejected(Refusal::BadAudio),
            _ => return Err(wrong(422, "`outcome` must be done, unheard or rejected")),
        };
        let id = Id::parse(id).ok_or_else(|| wrong(404, "that is no job's id"))?;
        let (material, now_ms) = (&self.material, self.now_ms);
        let mut projects = self.hosts.iter_mut().flat_map(|host| &mut host.projects);
        if projects.any(|project| project.settle(material, id, outcome, now_ms)) {
            return Ok(Dress::body("{}".to_owned()));
        }
        Err(wrong(404, "there is no job of that id"))
    }

    fn revoke(&mut self, name: &str, revoked: bool) -> Result<Reply, Reply> {
        if self.keys.set_revoked(name, revoked) {
            return Ok(Dress::body(json!({"key": name, "revoked": revoked}).to_string()));
        }
        Err(wrong(404, "there is no key of that name"))
    }
}

const USAGE: &str = "there is: GET /control; POST /control/faults; DELETE /control/faults[/NAME]; \
    POST /control/advance; POST /control/jobs; POST /control/jobs/ID/finish; POST /control/keys/NAME/revoke|restore";

fn wrong(code: u16, text: &str) -> Reply {
    let mut reply = Dress::json(code, text, None);
    reply.body = json!({"error": text}).to_string();
    reply
}

fn fields(call: &Call<'_>) -> Result<Fields, Reply> {
    serde_json::from_slice(call.body)
        .map_err(|error| wrong(422, &format!("the body must be a JSON object: {error}")))
}

fn text<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Reply> {
    fields
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| wrong(422, &format!("`{name}` is missing, or no text")))
}
