//! The service in virtual time: no sockets, no clock, no JSON. It is for simulations of clients, which
//! move its time on, hear what they would hear on the wire, and may know what is true.

use super::core::{Call, Core, Entry, Heard};
use super::scenario::Scenario;

/// A fleet that plays a scenario, and does nothing that it is not told.
#[derive(Debug)]
pub struct Offline {
    core: Core,
    lag_ms: i64,
}

impl Offline {
    /// The fleet at the start of the scenario, which is `start_ms` (ms since 1970, UTC).
    ///
    /// # Errors
    /// Where the scenario names something that the material does not have.
    pub fn new(scenario: &Scenario, start_ms: i64) -> Result<Self, String> {
        Core::new(scenario, start_ms).map(|core| Self { core, lag_ms: 0 })
    }

    /// Lets time go on to `now_ms`; a moment before the last one is ignored.
    pub fn advance(&mut self, now_ms: i64) {
        self.core.advance(now_ms);
    }

    /// The values of the keys, in the scenario's order.
    pub fn keys(&self) -> Vec<String> {
        self.core.keys().map(|(_, value, _)| value.to_owned()).collect()
    }

    /// From now on jobs are listed some time after their submission, up to so much.
    pub fn lag(&mut self, lag_ms: i64) {
        self.lag_ms = lag_ms;
    }

    /// Asks the environment at that place of the scenario for its list, with a key's value: as
    /// `GET /v2/jobs` with that query. Gives what is heard, and after how many ms.
    pub fn list(&mut self, environment: usize, key: &str, query: &str) -> (Heard, u64) {
        let authorization = format!("Bearer {key}");
        let lag_ms = self.lag_ms;
        let call = self.call("GET", "/v2/jobs", query, Some(&authorization), b"");
        self.core.list_plainly(environment, &call, lag_ms)
    }

    /// All jobs that the key's holder has there now, newest first, whatever is wrong there.
    pub fn truth(&self, environment: usize, key: &str) -> Vec<Entry> {
        self.core.truth(environment, key)
    }

    /// Somebody else deletes a job, running or not.
    pub fn delete(&mut self, environment: usize, id: &str) {
        self.core.lose(environment, id);
    }

    /// A call to the control door: what stays of its path after `/control`, and a JSON body. Gives the
    /// body of the answer.
    pub fn control(&mut self, method: &str, path: &str, body: &str) -> String {
        let path = format!("/control{path}");
        let door = self.core.hosts().count().saturating_sub(1);
        let call = self.call(method, &path, "", None, body.as_bytes());
        match self.core.answer(door, &call) {
            super::core::Answer::Reply { reply, .. } => reply.body,
            _ => String::new(),
        }
    }

    fn call<'a>(
        &self,
        method: &'a str,
        path: &'a str,
        query: &'a str,
        authorization: Option<&'a str>,
        body: &'a [u8],
    ) -> Call<'a> {
        Call { method, path, query, authorization, body, upgrades: false, arrived_ms: self.core.now_ms() }
    }
}
