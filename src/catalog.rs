//! The built-in endpoints of the service: `assets/environments.toml` as typed data, looked up by
//! name, alias, hostname or URL.
//!
//! It holds what is documented and nothing else: it knows no keys, resolves no names, opens no
//! connection. The facts come from the vendor's authentication page, in the version that the project
//! started from ("seed") and in today's ("current").

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};
use strum::{Display, IntoStaticStr};

use crate::model::{EnvironmentName, Region};

#[cfg(test)]
mod tests;

const DATA: &str = include_str!("../assets/environments.toml");

/// Every documented endpoint.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Batch environments, in the order in which they are shown.
    pub environments: Vec<Environment>,
    /// Realtime endpoints. They keep no jobs and are never asked for any.
    pub realtime: Vec<Realtime>,
}

/// A batch environment: a deployment with its own jobs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name, lower case.
    #[serde(deserialize_with = "environment_name")]
    pub name: EnvironmentName,
    /// The region whose keys it accepts, upper case.
    #[serde(deserialize_with = "region")]
    pub region: Region,
    /// Other names for it that say nothing of a host.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Who may use it.
    pub customers: Customers,
    /// Whether the vendor's Portal shows its jobs.
    pub in_portal: bool,
    /// Whether keys are tried at it without being told to.
    pub production: bool,
    /// What else is documented.
    pub note: Option<String>,
    /// The hosts that reach it, at least one; the first is asked unless another is named.
    pub hosts: Vec<Host>,
}

/// One hostname of a batch environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// The hostname, lower case.
    pub host: String,
    /// Names that stand for this very host.
    #[serde(default)]
    pub names: Vec<String>,
    /// Whether the seed page names it.
    pub seed: bool,
    /// Whether today's documentation names it.
    pub current: bool,
    /// What else is documented.
    pub note: Option<String>,
}

/// A realtime endpoint.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Realtime {
    /// Its short name: `eu.rt`.
    pub name: String,
    /// The hostname, lower case.
    pub host: String,
    /// The region it serves, `GLOBAL` where it guarantees none.
    #[serde(deserialize_with = "region")]
    pub region: Region,
    /// The environment it belongs to, where it belongs to one.
    #[serde(default, deserialize_with = "optional_environment_name")]
    pub environment: Option<EnvironmentName>,
    /// Who may use it.
    pub customers: Customers,
    /// Whether the seed page names it.
    pub seed: bool,
    /// Whether today's documentation names it.
    pub current: bool,
    /// What else is documented.
    pub note: Option<String>,
}

/// Who may use an endpoint, as its documentation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Display, IntoStaticStr)]
pub enum Customers {
    /// Everybody.
    #[strum(serialize = "all")]
    All,
    /// Customers who pay as they go.
    #[strum(serialize = "on-demand")]
    OnDemand,
    /// Customers with a contract.
    #[strum(serialize = "enterprise")]
    Enterprise,
    /// Enterprise customers who are trying the service, with keys limited in time.
    #[strum(serialize = "enterprise trial")]
    EnterpriseTrial,
}

/// What a name, hostname or URL stands for.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// A batch environment, and the host where the text names a particular one.
    Batch(&'a Environment, Option<&'a Host>),
    /// A realtime endpoint.
    Realtime(&'a Realtime),
}

impl Catalog {
    fn parse(data: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(data)
    }

    /// What a name, alias, hostname or https/wss URL stands for; case does not matter.
    pub fn find(&self, text: &str) -> Option<Found<'_>> {
        let wanted = bare(text)?;
        let batch = self.environments.iter().find_map(|environment| {
            let is_name = environment.name.as_str() == wanted || environment.aliases.contains(&wanted);
            let host = environment.hosts.iter().find(|host| host.is_called(&wanted));
            (is_name || host.is_some()).then_some(Found::Batch(environment, host))
        });
        batch.or_else(|| {
            let realtime = self.realtime.iter().find(|one| one.name == wanted || one.host == wanted);
            realtime.map(Found::Realtime)
        })
    }

    /// Every word by which a batch environment is known: names, aliases and hostnames.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.environments.iter().flat_map(|environment| {
            let hosts = environment.hosts.iter();
            let hosts = hosts.flat_map(|host| host.names.iter().chain([&host.host]));
            [environment.name.as_str()]
                .into_iter()
                .chain(environment.aliases.iter().chain(hosts).map(String::as_str))
        })
    }
}

impl Host {
    fn is_called(&self, wanted: &str) -> bool {
        self.host == wanted || self.names.iter().any(|name| name == wanted)
    }
}

/// The catalogue that is built in. The data is part of the program and a test holds it to be whole,
/// so there is no error to handle; were it broken all the same, every name in it would be unknown.
pub fn builtin() -> &'static Catalog {
    static BUILTIN: LazyLock<Catalog> = LazyLock::new(|| Catalog::parse(DATA).unwrap_or_default());
    &BUILTIN
}

/// [`Catalog::find`] in the built-in catalogue.
pub fn find(text: &str) -> Option<Found<'static>> {
    builtin().find(text)
}

/// The built-in word that is most like the text, for suggestions; `None` where nothing is.
pub fn nearest(text: &str) -> Option<&'static str> {
    nearest_of(text, builtin().words())
}

/// The candidate that is most like the text; `None` where nothing is. Case does not matter, and the
/// first of equals wins.
pub fn nearest_of<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.5;
    // Distances cost the product of the lengths, and nothing known is nearly this long.
    let wanted: String = text.trim().chars().take(80).collect::<String>().to_lowercase();
    let mut best = None;
    let mut likeness = ALIKE;
    for candidate in candidates {
        let here = strsim::normalized_damerau_levenshtein(&wanted, &candidate.to_lowercase());
        if here > likeness || (best.is_none() && here >= ALIKE) {
            (best, likeness) = (Some(candidate), here);
        }
    }
    best
}

/// A name or hostname out of a name, a hostname or a URL, lower case. `None` for a URL that cannot
/// mean a built-in endpoint: another scheme, a port of its own, credentials.
fn bare(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (name, is_url) = match text.split_once("://") {
        Some(("https" | "wss", rest)) => (rest, true),
        Some(_) => return None,
        None => (text.as_str(), false),
    };
    let name = name.split(['/', '?', '#']).next().unwrap_or_default();
    let name = name.strip_suffix(":443").unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name);
    // `https://eu1` is a host called eu1, not the environment of that name.
    let usable = !name.is_empty() && (!is_url || name.contains('.'));
    usable.then(|| name.to_owned())
}

fn environment_name<'de, D: Deserializer<'de>>(from: D) -> Result<EnvironmentName, D::Error> {
    String::deserialize(from).map(EnvironmentName::new)
}

fn optional_environment_name<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<EnvironmentName>, D::Error> {
    environment_name(from).map(Some)
}

fn region<'de, D: Deserializer<'de>>(from: D) -> Result<Region, D::Error> {
    String::deserialize(from).map(Region::new)
}
