//! The configuration as its users meet it: a file, variables and a home directory in, a fleet or an
//! explanation out.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::model::Entitlement;

mod alerts;
mod bindings;
mod errors;
mod fleet;
mod keys;
mod looks;
mod schema;
mod secrecy;
mod starter;
mod survey;

/// The shape of a real key: what must never get out.
const SECRET: &str = "3xAmPl3K3yN0tR34l0123456789abcde";

/// A home directory with a configuration in it.
struct Home {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap(), variables: Vec::new() }
    }

    /// A home whose default configuration file holds a text; `$KEY_A` and `$KEY_B` are keys.
    fn with(config: &str) -> Self {
        let home = Self::new().set("KEY_A", "aaaa").set("KEY_B", "bbbb");
        home.write(".config/voxtop/config.toml", config, 0o644);
        home
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings::new(self.directory.path(), Platform::Unix, self.variables.clone())
    }

    fn load_with(&self, request: &Request) -> Result<Config, ConfigError> {
        load(request, &self.surroundings())
    }

    fn load(&self) -> Result<Config, ConfigError> {
        self.load_with(&Request::default())
    }

    fn refused(&self) -> String {
        self.load().expect_err("the configuration is wrong").to_string()
    }
}

/// The sources as `environment/key`, with a `?` where the key is only tried.
fn sources(config: &Config) -> Vec<String> {
    let fleet = &config.fleet;
    let one = |source: &crate::model::Source| {
        let mark = if source.entitlement == Entitlement::Discovered { "?" } else { "" };
        format!("{}/{}{mark}", fleet.environment_name(source.environment), fleet.key_name(source.key))
    };
    fleet.sources.iter().map(one).collect()
}

/// Where an environment is asked.
fn asked<'a>(config: &'a Config, name: &str) -> &'a str {
    let (id, _) = config.fleet.environments().find(|(_, one)| one.name.as_str() == name).unwrap();
    config.endpoint(id).unwrap().base.as_str()
}

const KEY_A: &str = "[[keys]]\nname = \"a\"\nenv = \"KEY_A\"\n";
const KEY_B: &str = "[[keys]]\nname = \"b\"\nenv = \"KEY_B\"\n";
