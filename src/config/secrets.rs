//! Fetches the keys' values: from variables, files, commands and the vendor's profiles.
//!
//! Blocking, and done before the terminal is taken, because a password manager may ask for its
//! passphrase. A value exists in a [`KeyValue`] and nowhere else; no error repeats any of it.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

use crate::catalog;
use crate::model::{InvalidKey, KeyName, KeyValue};

use super::address;
use super::command::{self, Terminal};
use super::document::{Document, plain, read_at_most};
use super::error::{At, ConfigError, Place, Problem, Problems, shown};
use super::plan::PlannedKey;
use super::raw::{KeyOrigin, RawKey};
use super::surroundings::Surroundings;

/// The variable that most tools for the service use.
const VARIABLE: &str = "SPEECHMATICS_API_KEY";

/// More than any key is, in bytes.
const LARGEST: usize = 64 * 1024;

/// A key's value, and what its owner should know all the same.
pub(super) type Fetched = Result<(KeyValue, Vec<String>), Problem>;

/// Fetches every key; commands run side by side.
///
/// # Errors
/// Every key that could not be had.
pub(super) fn fetch(
    keys: &[PlannedKey],
    beside: &Path,
    surroundings: &Surroundings,
    warnings: &mut Vec<String>,
) -> Result<Vec<KeyValue>, ConfigError> {
    let mut problems = Problems::default();
    let mut values = Vec::new();
    for result in fetch_each(keys, beside, surroundings) {
        if let Some((value, said)) = problems.keep(result) {
            values.push(value);
            warnings.extend(said);
        }
    }
    problems.settle()?;
    let named: Vec<_> = keys.iter().map(|key| &key.name).zip(&values).collect();
    warn_of_twins(&named, warnings);
    Ok(values)
}

/// Fetches every key, in their order, each with its own end; commands run side by side.
pub(super) fn fetch_each(keys: &[PlannedKey], beside: &Path, surroundings: &Surroundings) -> Vec<Fetched> {
    std::thread::scope(|scope| {
        let started: Vec<_> = keys
            .iter()
            .map(|key| {
                let thread = std::thread::Builder::new().name("key".to_owned());
                thread.spawn_scoped(scope, || one(key, beside, surroundings, Terminal::Free))
            })
            .collect();
        let ended = started.into_iter().zip(keys).map(|(thread, key)| {
            let lost = || Problem::new(&key.origin.place, "the key could not be fetched", "Try again.");
            thread.map_err(|_| lost()).and_then(|thread| thread.join().unwrap_or_else(|_| Err(lost())))
        });
        ended.collect()
    })
}

/// Fetches one key again while the program runs.
#[derive(Clone)]
pub struct KeyFetcher {
    key: PlannedKey,
    beside: PathBuf,
    surroundings: Arc<Surroundings>,
}

impl fmt::Debug for KeyFetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyFetcher({})", self.key.name)
    }
}

impl KeyFetcher {
    pub(super) fn new(key: PlannedKey, beside: &Path, surroundings: &Arc<Surroundings>) -> Self {
        Self { key, beside: beside.to_owned(), surroundings: Arc::clone(surroundings) }
    }

    /// The file that the key is in: when it changes, the key may have.
    pub fn file(&self) -> Option<PathBuf> {
        match &self.key.origin.value {
            KeyOrigin::File(path) => Some(self.beside.join(self.surroundings.expand(Path::new(path)))),
            KeyOrigin::Profile(_) => Some(self.surroundings.vendor_file()),
            KeyOrigin::Env(_) | KeyOrigin::Command(_) | KeyOrigin::Given(_) => None,
        }
    }

    /// The variable that the key is in: what the program starts must not inherit it.
    pub fn variable(&self) -> Option<&str> {
        match &self.key.origin.value {
            KeyOrigin::Env(variable) => Some(variable),
            _ => None,
        }
    }

    /// Whether only running a command tells what the key is now.
    pub fn is_a_command(&self) -> bool {
        matches!(self.key.origin.value, KeyOrigin::Command(_))
    }

    /// The key as it is now. Blocks, a command for at most 30 s; it gets no terminal, which belongs to
    /// the dashboard.
    ///
    /// # Errors
    /// Why there is none, without anything of it.
    pub fn fetch(&self) -> Result<KeyValue, ConfigError> {
        let fetched = one(&self.key, &self.beside, &self.surroundings, Terminal::Taken);
        fetched.map(|(value, _)| value).map_err(ConfigError::from)
    }
}

fn one(key: &PlannedKey, beside: &Path, surroundings: &Surroundings, terminal: Terminal) -> Fetched {
    let key_at = Origin { name: &key.name, place: &key.origin.place };
    match &key.origin.value {
        KeyOrigin::Given(value) => Ok((value.clone(), Vec::new())),
        KeyOrigin::Env(variable) => key_at.variable(variable, surroundings),
        KeyOrigin::File(path) => key_at.file(path, beside, surroundings),
        KeyOrigin::Command(argv) => key_at.command(argv, surroundings, terminal),
        KeyOrigin::Profile(profile) => {
            let found = profile_key(profile, surroundings);
            found.map_err(|(what, remedy)| key_at.refuse(what, remedy))
        }
    }
}

/// A key's name and place, for saying what is wrong with it.
struct Origin<'a> {
    name: &'a KeyName,
    place: &'a Place,
}

impl Origin<'_> {
    fn refuse(&self, what: impl AsRef<str>, remedy: impl Into<String>) -> Problem {
        Problem::new(self.place, format!("key `{}`: {}", self.name, what.as_ref()), remedy)
    }

    fn value(&self, raw: &str, whose: &str) -> Fetched {
        let value = KeyValue::new(raw);
        value.map(|value| (value, Vec::new())).map_err(|why| self.invalid(why, whose))
    }

    fn invalid(&self, why: InvalidKey, whose: &str) -> Problem {
        self.refuse(format!("{whose} {why}"), "It should hold the key and nothing else.")
    }

    fn variable(&self, name: &str, surroundings: &Surroundings) -> Fetched {
        // Somebody may have written the key itself here, so that only what is plainly a name is shown.
        let plainly = name.contains('_') || name.len() <= 16;
        let usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') || name.is_empty() {
            let remedy = format!("Write the variable's name, not the key: env = \"{VARIABLE}\".");
            return Err(self.refuse("`env` is not the name of a variable", remedy));
        }
        let called = if plainly && name.bytes().all(usual) { shown(name) } else { "it names".to_owned() };
        match surroundings.variable(name) {
            None => {
                let remedy = "Export it before voxtop starts, or use file, command or profile.";
                Err(self.refuse(format!("the variable {called} is not set"), remedy))
            }
            Some(value) => {
                let value = value.into_string().map_err(|_| InvalidKey::Unprintable);
                let value = value.map_err(|why| self.invalid(why, &format!("the variable {called}")))?;
                self.value(&value, &format!("the variable {called}"))
            }
        }
    }

    fn file(&self, given: &str, beside: &Path, surroundings: &Surroundings) -> Fetched {
        let whose = format!("the file {}", shown(given));
        if given.trim().is_empty() {
            return Err(self.refuse("`file` is empty", "Write the path of a file that holds the key."));
        }
        let path = beside.join(surroundings.expand(Path::new(given)));
        let cannot = |error: &std::io::Error| {
            let (what, remedy) = match error.kind() {
                ErrorKind::NotFound => ("is not there".to_owned(), "Put the key there, or correct the path."),
                _ => (format!("cannot be read: {}", plain(error)), "Make it a file that you can read."),
            };
            self.refuse(format!("{whose} {what}"), remedy)
        };
        let about = std::fs::metadata(&path).map_err(|error| cannot(&error))?;
        if !about.is_file() {
            let kind = if about.is_dir() { "is a directory" } else { "is no regular file" };
            return Err(
                self.refuse(format!("{whose} {kind}"), "Name a file that holds the key and nothing else.")
            );
        }
        if let Some((what, remedy)) = open_to_others(&about, &path) {
            return Err(self.refuse(format!("{whose} {what}"), remedy));
        }
        let Some(bytes) = read_at_most(&path, LARGEST).map_err(|error| cannot(&error))? else {
            return Err(self
                .refuse(format!("{whose} is larger than 64 KiB"), "Name a file that holds the key alone."));
        };
        let text = String::from_utf8(bytes).map_err(|_| self.invalid(InvalidKey::Unprintable, &whose))?;
        self.value(&text, &whose)
    }

    fn command(&self, argv: &[String], surroundings: &Surroundings, terminal: Terminal) -> Fetched {
        let Some((program, arguments)) = argv.split_first().filter(|(program, _)| !program.is_empty()) else {
            let remedy = "Write the program and its arguments: command = [\"pass\", \"speechmatics/prod\"].";
            return Err(self.refuse("`command` is empty", remedy));
        };
        // The arguments are not shown: they may hold what only the command should know.
        let whose = format!("the command {}", shown(program));
        let remedy = "Run it by hand: it should print the key as its first line and end with status 0.";
        if argv.iter().any(|word| word.contains('\0')) {
            return Err(self.refuse(format!("{whose} holds a NUL character"), remedy));
        }
        let program = surroundings.expand(Path::new(program));
        let printed = command::output(&program.to_string_lossy(), arguments, command::PATIENCE, terminal)
            .map_err(|what| self.refuse(format!("{whose} {what}"), remedy))?;
        let printed = String::from_utf8(printed)
            .map_err(|_| self.refuse(format!("{whose} printed what is not text"), remedy))?;
        // Password managers print the secret first and notes below it.
        match printed.lines().find(|line| !line.trim().is_empty()) {
            None => Err(self.refuse(format!("{whose} printed nothing"), remedy)),
            Some(line) => self.value(line, &format!("what {whose} printed first")),
        }
    }
}

/// Who else can reach a file, and what closes it to them. Root can read what is another user's; so can that one.
#[cfg(unix)]
fn open_to_others(about: &std::fs::Metadata, path: &Path) -> Option<(String, String)> {
    use std::os::unix::fs::MetadataExt;
    let (mode, file, own) = (about.mode() & 0o777, path.display(), rustix::process::geteuid().as_raw());
    if mode & 0o077 != 0 {
        return Some((format!("can be read by others (mode {mode:04o})"), format!("chmod 600 {file}")));
    }
    let what = || format!("belongs to another user (uid {}), who can read it", about.uid());
    (about.uid() != own).then(|| (what(), format!("chown {own} {file}")))
}

/// Elsewhere the home directory itself is closed to others.
#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata, _: &Path) -> Option<(String, String)> {
    None
}

/// What there is to say of the vendor's file where others than its owner can reach it.
pub(super) fn open_vendor_file(surroundings: &Surroundings) -> Option<String> {
    let path = surroundings.vendor_file();
    let (what, remedy) = open_to_others(&std::fs::metadata(&path).ok()?, &path)?;
    Some(format!("{} {what}: {remedy}", path.display()))
}

/// A profile's key out of the vendor's file. That file is often open to others, since the vendor's
/// command line leaves it so: that is warned of, not refused.
fn profile_key(
    profile: &str,
    surroundings: &Surroundings,
) -> Result<(KeyValue, Vec<String>), (String, String)> {
    let path = surroundings.vendor_file();
    let file = path.display().to_string();
    let remedy = || {
        format!("`speechmatics config set` writes it, with --auth-token and --profile {}.", shown(profile))
    };
    let document = Document::open(&path)
        .map_err(|problem| {
            (problem.to_string().replace('\n', " "), "Repair it, or use env, file or command.".to_owned())
        })?
        .ok_or_else(|| {
            (format!("the vendor's file {file} is not there"), "Use env, file or command.".to_owned())
        })?;
    let tree = document.parse().map_err(|(place, what)| {
        (format!("{place}: {what}"), "Repair it, or use env, file or command.".to_owned())
    })?;
    let tables = tree.get_ref();
    let Some(table) = tables.get(profile).and_then(|value| value.get_ref().as_table()) else {
        let known: Vec<String> = tables.keys().map(|name| shown(name.get_ref())).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err((
            format!("{file} has no profile {}", shown(profile)),
            format!("Profiles there: {known}."),
        ));
    };
    let Some(token) = table.get("auth_token").and_then(|value| value.get_ref().as_str()) else {
        return Err((format!("the profile {} of {file} has no auth_token", shown(profile)), remedy()));
    };
    let value = KeyValue::new(token)
        .map_err(|why| (format!("auth_token in the profile {} of {file} {why}", shown(profile)), remedy()))?;
    let mut warnings = Vec::new();
    warnings.extend(open_vendor_file(surroundings));
    warnings.extend(elsewhere(table, profile, &file));
    Ok((value, warnings))
}

/// A profile that asks a service of its own must not be mistaken for a key of the public one.
fn elsewhere(profile: &DeTable<'_>, name: &str, file: &str) -> Option<String> {
    let url = profile.get("batch_url")?.get_ref().as_str()?;
    if catalog::find(url).is_some() {
        return None;
    }
    let host =
        address::parse(url).map_or_else(|_| "another service".to_owned(), |url| address::shown_host(&url));
    let whose = format!("the profile {} of {file}", shown(name));
    Some(format!("{whose} has a batch_url at {host}, which is not followed: add it under [[environments]]"))
}

/// Warns of keys of different names and one value.
pub(super) fn warn_of_twins(keys: &[(&KeyName, &KeyValue)], warnings: &mut Vec<String>) {
    for (index, (name, value)) in keys.iter().enumerate() {
        let mut earlier = keys.iter().take(index);
        if let Some((twin, _)) = earlier.find(|(_, other)| other.expose() == value.expose()) {
            warnings.push(format!("keys {twin} and {name} are the same key: its jobs are asked for twice"));
        }
    }
}

/// The key of somebody who configured none: the usual variable, else the vendor's default profile.
///
/// # Errors
/// When the variable is set to something that is no key; an odd vendor file is only warned of.
pub(super) fn fallback(
    surroundings: &Surroundings,
    warnings: &mut Vec<String>,
) -> Result<Option<RawKey>, ConfigError> {
    let found = |origin, place: Place| RawKey {
        name: At { value: "default".to_owned(), place: place.clone() },
        origin: At { value: origin, place },
        environments: None,
    };
    if let Some(text) = surroundings.variable(VARIABLE).filter(|text| !text.is_empty()) {
        let place = Place::whole(VARIABLE);
        let value = text.to_str().ok_or(InvalidKey::Unprintable).and_then(KeyValue::new);
        return match value {
            Ok(value) => Ok(Some(found(KeyOrigin::Given(value), place))),
            Err(InvalidKey::Empty) => Ok(vendor(surroundings, warnings, found)),
            Err(why) => {
                let remedy = "It should hold the key and nothing else: check how it is set.";
                Err(Problem::new(&place, format!("the variable {why}"), remedy).into())
            }
        };
    }
    Ok(vendor(surroundings, warnings, found))
}

fn vendor(
    surroundings: &Surroundings,
    warnings: &mut Vec<String>,
    found: impl Fn(KeyOrigin, Place) -> RawKey,
) -> Option<RawKey> {
    let path = surroundings.vendor_file();
    if !path.exists() {
        return None;
    }
    match profile_key("default", surroundings) {
        // It is read again where all keys are, and whatever is to be said of it is said there.
        Ok(_) => {
            let origin = KeyOrigin::Profile("default".to_owned());
            Some(found(origin, Place::whole(path.display().to_string())))
        }
        Err((what, remedy)) => {
            warnings.push(format!("{what}. {remedy}"));
            None
        }
    }
}
