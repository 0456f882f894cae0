//! Homes with configurations in them, and the program run in them.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::run::{Finished, finish, voxtop};
use crate::wire::Authority;

/// A home directory. What it trusts is nobody, until it is told.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self(TempDir::new().unwrap());
        fs::create_dir_all(home.path().join("config/voxtop")).unwrap();
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.path().join(name), content).unwrap();
    }

    pub(crate) fn chmod(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path().join(name), PermissionsExt::from_mode(mode)).unwrap();
    }

    /// From now on this authority is trusted, and nobody else.
    pub(crate) fn trust(&self, authority: &Authority) {
        self.write("roots.pem", &authority.pem);
    }

    /// A key as the configuration names it, in a file that only its owner reads; `environments` is a list
    /// in TOML without its brackets, or one bare name; empty: it is tried everywhere.
    pub(crate) fn key(&self, name: &str, value: &str, environments: &str) -> String {
        let file = format!("config/voxtop/{name}.key");
        self.write(&file, value);
        self.chmod(&file, 0o600);
        let file = self.path().join(file);
        let declared = match environments {
            "" => String::new(),
            list if list.contains('"') => format!("environments = [{list}]\n"),
            one => format!("environments = [\"{one}\"]\n"),
        };
        format!("[[keys]]\nname = \"{name}\"\nfile = {file:?}\n{declared}")
    }

    /// Writes the default configuration: these environments alone, and these keys.
    pub(crate) fn fleet(&self, environments: &[(String, String)], keys: &[(&str, &str, &str)]) {
        let mut text = "builtin_environments = false\n".to_owned();
        for (name, value, places) in keys {
            text.push_str(&self.key(name, value, places));
        }
        for (name, url) in environments {
            let region = "LAB";
            let _ =
                write!(text, "[[environments]]\nname = \"{name}\"\nregion = \"{region}\"\nurl = \"{url}\"\n");
        }
        self.write("config/voxtop/config.toml", &text);
    }

    /// Adds to the default configuration.
    pub(crate) fn append(&self, more: &str) {
        let path = self.path().join("config/voxtop/config.toml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, text + more).unwrap();
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = voxtop(self.path(), args);
        let roots = self.path().join("roots.pem");
        if roots.exists() {
            command.env("SSL_CERT_FILE", roots);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Finished {
        finish(self.command(args))
    }

    /// Runs it where https goes by way of a proxy.
    pub(crate) fn proxied(&self, args: &[&str], proxy: &str) -> Finished {
        let mut command = self.command(args);
        command.env("HTTPS_PROXY", proxy);
        finish(command)
    }
}

/// The row of a list whose field has a value.
pub(crate) fn row(rows: &Value, field: &str, value: &str) -> Value {
    let found = rows.as_array().unwrap().iter().find(|row| row[field] == value);
    found.unwrap_or_else(|| panic!("no {field} is {value} in {rows}")).clone()
}

pub(crate) fn findings(report: &Value) -> Vec<Value> {
    report["findings"].as_array().unwrap().clone()
}

/// The finding of a group that says something, or is about something.
pub(crate) fn finding(report: &Value, group: &str, words: &str) -> Value {
    let says =
        |row: &Value| ["about", "what"].iter().any(|field| row[field].as_str().unwrap().contains(words));
    let found = findings(report).into_iter().find(|row| row["group"] == group && says(row));
    found.unwrap_or_else(|| panic!("nothing about {words} in {report:#}"))
}
