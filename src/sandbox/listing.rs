//! A running sandbox in words: a table for people, exports for shells, a configuration for the dashboard, JSON
//! for scripts. It prints nothing; it only makes the texts. The keys in them open nothing but the sandbox.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Running, RunningKey};

impl Running {
    /// Hosts, keys and where each is accepted, for people.
    pub fn table(&self) -> String {
        let mut rows: Vec<[String; 3]> = vec![["HOST", "REGION", "URL"].map(str::to_owned)];
        for host in self.environments.iter().chain(&self.realtime) {
            rows.push([host.name.clone(), host.region.clone(), host.url.clone()]);
        }
        if let Some(url) = &self.management {
            rows.push(["mp".to_owned(), String::new(), url.clone()]);
        }
        rows.push(["control".to_owned(), String::new(), self.control.clone()]);
        let mut out = aligned(&rows);
        out.push('\n');
        let mut rows: Vec<[String; 3]> = vec![["KEY", "VALUE", "DECLARED IN"].map(str::to_owned)];
        for key in &self.keys {
            let declared =
                key.environments.as_ref().map_or("(to be discovered)".to_owned(), |names| names.join(", "));
            rows.push([key.name.clone(), key.value.clone(), declared]);
        }
        out.push_str(&aligned(&rows));
        out
    }

    /// `export NAME='value'` lines, for the vendor's clients: the first key, the first environment, and each by
    /// name. The batch URL ends in `/v2`, as the Python client wants it; the JavaScript client wants it without.
    pub fn exports(&self) -> String {
        let mut out = String::new();
        let mut export = |name: &str, value: &str| {
            // A quote cannot come up in what the sandbox makes; a shell must not depend on that.
            let _ = writeln!(out, "export {name}='{}'", value.replace('\'', "'\\''"));
        };
        if let Some(key) = self.keys.first() {
            export("SPEECHMATICS_API_KEY", &key.value);
        }
        if let Some(environment) = self.environments.first() {
            export("SPEECHMATICS_BATCH_URL", &format!("{}/v2", environment.url));
        }
        if let Some(host) = self.realtime.first() {
            export("SPEECHMATICS_RT_URL", &format!("{}/v2", host.url.replacen("http", "ws", 1)));
        }
        if let Some(url) = &self.management {
            export("SM_MANAGEMENT_PLATFORM_URL", url);
        }
        for host in self.environments.iter().chain(&self.realtime) {
            export(&format!("VOXTOP_SANDBOX_URL_{}", shouted(&host.name)), &host.url);
        }
        for key in &self.keys {
            export(&format!("VOXTOP_SANDBOX_KEY_{}", shouted(&key.name)), &key.value);
        }
        export("VOXTOP_SANDBOX_CONTROL", &self.control);
        out
    }

    /// A configuration of voxtop for this sandbox, whole: it needs no variable set. The keys come from a
    /// command, because a configuration file holds no key.
    pub fn config(&self) -> String {
        let mut out = String::from(
            "# voxtop --config THIS-FILE, while `voxtop sandbox` runs.\n\nbuiltin_environments = false\n",
        );
        for key in &self.keys {
            let RunningKey { name, value, environments } = key;
            let command = [json!("printf"), json!("%s"), json!(value)];
            let _ = write!(out, "\n[[keys]]\nname = {}\ncommand = {}\n", json!(name), list(&command));
            if let Some(environments) = environments {
                let environments: Vec<Value> = environments.iter().map(|name| json!(name)).collect();
                let _ = writeln!(out, "environments = {}", list(&environments));
            }
        }
        for environment in &self.environments {
            let (name, region, url) =
                (json!(environment.name), json!(environment.region), json!(environment.url));
            let _ = write!(out, "\n[[environments]]\nname = {name}\nregion = {region}\nurl = {url}\n");
        }
        out
    }

    /// All of it, for scripts: one object, on several lines.
    pub fn json(&self) -> String {
        let hosts = |hosts: &[super::RunningEnvironment]| -> Vec<Value> {
            hosts
                .iter()
                .map(|host| json!({"name": host.name, "region": host.region, "url": host.url}))
                .collect()
        };
        let keys: Vec<Value> = (self.keys.iter())
            .map(|key| json!({"name": key.name, "value": key.value, "declared": key.environments}))
            .collect();
        let all = json!({
            "environments": hosts(&self.environments),
            "realtime": hosts(&self.realtime),
            "management": self.management,
            "control": self.control,
            "keys": keys,
        });
        format!("{all:#}\n")
    }
}

/// A TOML array on one line; the JSON of strings is their TOML.
fn list(items: &[Value]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", items.join(", "))
}

/// A name as variables are written.
fn shouted(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// Columns as wide as they need to be.
fn aligned(rows: &[[String; 3]]) -> String {
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let mut out = String::new();
    for [one, two, three] in rows {
        let line = format!("{one:first$}  {two:second$}  {three}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch;
    use tokio::task::JoinSet;

    use crate::sandbox::{Running, RunningEnvironment, RunningKey};

    fn running() -> Running {
        let host = |name: &str, region: &str, port: u16| RunningEnvironment {
            name: name.to_owned(),
            region: region.to_owned(),
            url: format!("http://127.0.0.1:{port}"),
        };
        let key = |name: &str, environments: Option<Vec<String>>| RunningKey {
            name: name.to_owned(),
            value: format!("value-of-{name}"),
            environments,
        };
        Running {
            environments: vec![host("eu1", "EU", 1), host("us1", "US", 2)],
            realtime: vec![host("eu.rt", "EU", 3)],
            management: Some("http://127.0.0.1:4".to_owned()),
            control: "http://127.0.0.1:5".to_owned(),
            keys: vec![key("prod", Some(vec!["eu1".to_owned(), "us1".to_owned()])), key("it's", None)],
            _stop: watch::Sender::new(()),
            tasks: JoinSet::new(),
        }
    }

    #[test]
    fn exports_name_what_the_clients_read() {
        insta::assert_snapshot!(running().exports(), @r"
        export SPEECHMATICS_API_KEY='value-of-prod'
        export SPEECHMATICS_BATCH_URL='http://127.0.0.1:1/v2'
        export SPEECHMATICS_RT_URL='ws://127.0.0.1:3/v2'
        export SM_MANAGEMENT_PLATFORM_URL='http://127.0.0.1:4'
        export VOXTOP_SANDBOX_URL_EU1='http://127.0.0.1:1'
        export VOXTOP_SANDBOX_URL_US1='http://127.0.0.1:2'
        export VOXTOP_SANDBOX_URL_EU_RT='http://127.0.0.1:3'
        export VOXTOP_SANDBOX_KEY_PROD='value-of-prod'
        export VOXTOP_SANDBOX_KEY_IT_S='value-of-it'\''s'
        export VOXTOP_SANDBOX_CONTROL='http://127.0.0.1:5'
        ");
    }

    #[test]
    fn the_table_shows_all() {
        insta::assert_snapshot!(running().table(), @r"
        HOST     REGION  URL
        eu1      EU      http://127.0.0.1:1
        us1      US      http://127.0.0.1:2
        eu.rt    EU      http://127.0.0.1:3
        mp               http://127.0.0.1:4
        control          http://127.0.0.1:5

        KEY   VALUE          DECLARED IN
        prod  value-of-prod  eu1, us1
        it's  value-of-it's  (to be discovered)
        ");
    }

    #[test]
    fn the_configuration_is_toml_and_the_json_is_json() {
        let config: toml::Table = running().config().parse().unwrap();
        assert_eq!(config["keys"][0]["command"][2].as_str(), Some("value-of-prod"));
        assert_eq!(config["keys"][1].get("environments"), None);
        assert_eq!(config["environments"][1]["url"].as_str(), Some("http://127.0.0.1:2"));
        let json: serde_json::Value = serde_json::from_str(&running().json()).unwrap();
        assert_eq!(json["realtime"][0]["name"], "eu.rt");
        assert_eq!(json["keys"][1]["declared"], serde_json::Value::Null);
    }

    #[test]
    fn debugging_shows_no_key() {
        assert!(!format!("{:?}", running()).contains("value-of"));
    }
}
