//! One row of the table: told to the real client round by round, and compared with what must come of it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use url::Url;
use voxtop::model::{
    Entitlement, Environment, EnvironmentId, EnvironmentName, Fleet, KeyId, KeyLabel, KeyName, KeyValue,
    Region, Source,
};
use voxtop::poll::{self, Bounds, Limits, SourcePoll};
use voxtop::store::Store;

use crate::server::Host;

/// The whole table.
#[derive(Deserialize)]
pub(crate) struct Table {
    pub(crate) situation: Vec<Situation>,
}

/// A situation, as the table writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Situation {
    /// What it is.
    pub(crate) is: String,
    /// `prod: eu1 eu2` is declared there, `prod: *` is tried everywhere; `; ends 12m` makes it temporary.
    keys: Vec<String>,
    /// `eu1: ok 503*3`: an answer a round, to every key; `eu1/prod: 401` to one.
    answers: Vec<String>,
    /// The time between two rounds; 5s.
    every: Option<SignedDuration>,
    /// When one looks, counted from the first round; a second after the last.
    at: Option<SignedDuration>,
    #[serde(flatten)]
    expected: Expected,
}

/// What must come of it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Expected {
    /// `eu1 up, eu2 down`.
    environments: String,
    /// `prod: eu1 accepted, eu2 rejected`, one a key.
    key_states: Vec<String>,
    #[serde(default)]
    banners: Vec<Shown>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shown {
    head: String,
    sure: String,
    advice: String,
}

/// The story's first moment.
fn start() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().expect("a moment")
}

/// A key of the story.
struct Key<'a> {
    name: &'a str,
    value: KeyValue,
    /// Where it is declared; `None`: tried everywhere.
    declared: Option<Vec<&'a str>>,
}

fn key(line: &str) -> Key<'_> {
    let (name, rest) = line.split_once(": ").expect("a key's name");
    let (places, end) = rest.split_once("; ends ").map_or((rest, None), |(places, end)| (places, Some(end)));
    let value = match end {
        None => format!("k{name}0123456789abcdef"),
        Some(end) => {
            let end = start() + end.parse::<SignedDuration>().expect("a time");
            let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
            let claims = format!(r#"{{"exp":{},"for":"{name}"}}"#, end.as_second());
            format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(&claims))
        }
    };
    let declared = (places != "*").then(|| places.split(' ').collect());
    Key { name, value: KeyValue::new(&value).expect("a key"), declared }
}

/// The answers of a line, one a round: `ok 503*3`.
fn rounds(answers: &str) -> Vec<String> {
    let times = |word: &str| match word.split_once('*') {
        Some((answer, times)) => vec![answer.to_owned(); times.parse().expect("how often")],
        None => vec![word.to_owned()],
    };
    answers.split(' ').flat_map(times).collect()
}

fn region(environment: &str) -> String {
    environment.trim_end_matches(|char: char| char.is_ascii_digit()).to_uppercase()
}

/// What the hosts play.
#[derive(Clone, Copy)]
enum Play {
    /// A round of the story.
    Round(usize),
    /// Nothing is wrong any more.
    Well,
}

/// The hosts of a story, and what each answers to whom.
struct Stage<'a> {
    /// In the order of the table.
    environments: Vec<&'a str>,
    hosts: HashMap<&'a str, Host>,
    bases: Vec<Url>,
    /// By environment and key; an empty key stands for all.
    script: BTreeMap<(&'a str, &'a str), Vec<String>>,
}

impl<'a> Stage<'a> {
    fn set(answers: &'a [String]) -> Self {
        let mut stage = Self {
            environments: Vec::new(),
            hosts: HashMap::new(),
            bases: Vec::new(),
            script: BTreeMap::new(),
        };
        for line in answers {
            let (who, answers) = line.split_once(": ").expect("who answers");
            let (environment, key) = who.split_once('/').unwrap_or((who, ""));
            stage.script.insert((environment, key), rounds(answers));
            if stage.environments.contains(&environment) {
                continue;
            }
            let (scheme, address) = if answers == "refused" {
                ("http", Host::nobody())
            } else {
                let host = Host::start();
                let address = host.address;
                stage.hosts.insert(environment, host);
                (if answers.contains("tls") { "https" } else { "http" }, address)
            };
            stage.environments.push(environment);
            stage.bases.push(format!("{scheme}://{address}/").parse().expect("a URL"));
        }
        stage
    }

    fn rounds(&self) -> usize {
        self.script.values().map(Vec::len).max().unwrap_or(0)
    }

    /// Turns every host to its answers of a round; who has said all goes on with the last.
    fn turn(&self, play: Play, keys: &[Key<'_>]) {
        for (environment, host) in &self.hosts {
            let mut answers = HashMap::new();
            for key in keys {
                let own = self.script.get(&(*environment, key.name));
                let Some(script) = own.or_else(|| self.script.get(&(*environment, ""))) else { continue };
                let answer = match play {
                    Play::Round(round) => script.get(round).or(script.last()).map_or("", String::as_str),
                    Play::Well => "ok",
                };
                let answer = if answer == "tls" { "ok" } else { answer };
                answers.insert(key.value.expose().to_owned(), answer.to_owned());
            }
            host.turn(answers);
        }
    }

    fn fleet(&self, keys: &[Key<'_>]) -> Fleet {
        let environment = |(name, base): (&&str, &Url)| Environment {
            name: EnvironmentName::new(name),
            region: Region::new(region(name)),
            host: base.authority().to_owned(),
        };
        let label = |key: &Key<'_>| KeyLabel::of(KeyName::new(key.name), &key.value);
        let mut sources = Vec::new();
        for (environment, name) in (0..).map(EnvironmentId).zip(&self.environments) {
            for (key, own) in (0..).map(KeyId).zip(keys) {
                let entitlement = match &own.declared {
                    None => Entitlement::Discovered,
                    Some(places) if places.contains(name) => Entitlement::Declared,
                    Some(_) => continue,
                };
                sources.push(Source { environment, key, entitlement });
            }
        }
        Fleet {
            environments: self.environments.iter().zip(&self.bases).map(environment).collect(),
            keys: keys.iter().map(label).collect(),
            sources,
        }
    }
}

impl Situation {
    /// Tells the story; an error holds what came of it, as the table would write it.
    pub(crate) fn check(&self) -> Result<(), String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (store, looked) = runtime.block_on(tell(self, 0, |_, _| {}));
        let actual = observed(&store, looked, &self.expected.environments);
        if actual == self.expected {
            return Ok(());
        }
        let mut text = format!("# {}\n", self.is);
        text.push_str(&toml_of(&actual));
        let _ = writeln!(text, "# expected:\n{}", toml_of(&self.expected));
        Err(text)
    }

    /// Tells the story and shows the store after each round, counted from 0.
    pub(crate) fn watch(&self, cured: usize, seen: impl FnMut(usize, &Store)) -> Store {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(tell(self, cured, seen)).0
    }

    /// Tells the story and has everything answered well for two rounds more: nothing may be left to say.
    pub(crate) fn check_cure(&self) -> Result<(), String> {
        // Time is not cured, nor is a host that is not there.
        let incurable =
            |line: &String| line.contains("; ends ") || line.contains("refused") || line.contains("tls");
        if self.keys.iter().chain(&self.answers).any(incurable) {
            return Ok(());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (store, looked) = runtime.block_on(tell(self, 2, |_, _| {}));
        let actual = observed(&store, looked, &self.expected.environments);
        let ill = actual.environments.contains("down") || actual.environments.contains("degraded");
        if actual.banners.is_empty() && !ill {
            return Ok(());
        }
        Err(format!("# {}, and cured\n{}", self.is, toml_of(&actual)))
    }
}

/// Plays the rounds of the story and so many more in which everything is well.
async fn tell(
    situation: &Situation,
    cured: usize,
    mut seen: impl FnMut(usize, &Store),
) -> (Store, Timestamp) {
    let keys: Vec<Key<'_>> = situation.keys.iter().map(|line| key(line)).collect();
    let stage = Stage::set(&situation.answers);
    let fleet = stage.fleet(&keys);
    let values: Vec<KeyValue> = keys.iter().map(|key| key.value.clone()).collect();
    // Only who waits for a time-out need not be patient.
    let hangs = situation.answers.iter().any(|line| line.contains("hang"));
    let timeout = Duration::from_secs(if hangs { 3 } else { 30 });
    let limits =
        Limits { requests_per_second: 50.try_into().expect("not zero"), timeout, connect_timeout: timeout };
    let every = situation.every.unwrap_or(SignedDuration::from_secs(5));
    let mut store = Store::new(Arc::new(fleet.clone()));
    let mut at = start();
    for round in 0..stage.rounds() + cured {
        let well = round >= stage.rounds();
        stage.turn(if well { Play::Well } else { Play::Round(round) }, &keys);
        at = start() + every * i32::try_from(round).expect("few");
        let hosts: Vec<Vec<Url>> = stage.bases.iter().map(|base| vec![base.clone()]).collect();
        let (sources, _keys) = SourcePoll::of_fleet(&fleet, &hosts, &values, limits);
        let (sender, mut reports) = mpsc::channel(64);
        let merge = async {
            while let Some(report) = reports.recv().await {
                let sequence = u64::try_from(round).expect("few") + 1;
                store.merge(voxtop::model::Report { at, sequence, ..report });
            }
        };
        tokio::join!(poll::once(sources, Bounds::default(), sender), merge);
        seen(round, &store);
    }
    let looked = situation.at.map_or(at + SignedDuration::from_secs(1), |at| start() + at);
    (store, looked)
}

/// What the store says at a moment. A machine under load makes everything slow: where the table says up,
/// slow is up.
fn observed(store: &Store, now: Timestamp, expected: &str) -> Expected {
    let fleet = store.fleet();
    let states = fleet.environments().map(|(id, environment)| {
        let (name, state) = (&environment.name, store.state(id).to_string());
        let up = format!("{name} up");
        if state == "slow" && expected.split(", ").any(|word| word == up) {
            up
        } else {
            format!("{name} {state}")
        }
    });
    let key_states = fleet.keys().map(|(key, label)| {
        let cells = fleet.sources().filter(|(_, source)| source.key == key).map(|(id, source)| {
            format!("{} {}", fleet.environment_name(source.environment), store.key_state(id, now))
        });
        format!("{}: {}", label.name, cells.collect::<Vec<_>>().join(", "))
    });
    let banners = store.banners(now).into_iter().map(|banner| Shown {
        head: banner.head,
        sure: banner.sure.word().to_owned(),
        advice: banner.advice,
    });
    Expected {
        environments: states.collect::<Vec<_>>().join(", "),
        key_states: key_states.collect(),
        banners: banners.collect(),
    }
}

/// As the table writes it.
fn toml_of(expected: &Expected) -> String {
    let mut text =
        format!("environments = {:?}\nkey_states = {:?}\n", expected.environments, expected.key_states);
    for Shown { head, sure, advice } in &expected.banners {
        let _ = write!(
            text,
            "[[situation.banners]]\nhead = '''{head}'''\nsure = {sure:?}\nadvice = '''{advice}'''\n"
        );
    }
    text
}
