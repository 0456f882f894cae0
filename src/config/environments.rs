//! The environments of this run: the built-in ones and the file's own, looked up by any spelling.

use url::Url;

use crate::catalog::{self, Found};
use crate::model::{EnvironmentName, Region};

use super::address;
use super::error::{At, Place, Problem, Problems, shown};
use super::names;
use super::raw::RawEnvironment;

/// An environment that a key may be tried at.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) name: EnvironmentName,
    pub(super) region: Region,
    /// What is asked.
    pub(super) base: Url,
    /// Other hosts that reach the same environment.
    pub(super) others: Vec<Url>,
    /// Whether keys that name no environments are tried here.
    pub(super) discovered: bool,
    /// Whether whatever is changed there wants a word typed.
    pub(super) protected: bool,
    /// Whether nothing may be changed there.
    pub(super) read_only: bool,
    /// Where the file adds or overrides it.
    given: Option<Given>,
}

#[derive(Clone, Debug)]
struct Given {
    place: Place,
    /// Where its url is; a built-in environment overridden without one keeps its hosts.
    url: Option<Place>,
}

impl Known {
    /// A built-in environment as it is documented.
    fn documented(one: &catalog::Environment, builtin: bool) -> Option<Self> {
        let mut hosts =
            one.hosts.iter().filter_map(|host| Url::parse(&format!("https://{}/", host.host)).ok());
        Some(Self {
            name: one.name.clone(),
            region: one.region.clone(),
            base: hosts.next()?,
            others: hosts.collect(),
            discovered: builtin && one.production,
            protected: false,
            read_only: false,
            given: None,
        })
    }

    /// Whether its url is the file's own, so that no documented host stands for it.
    fn is_moved(&self) -> bool {
        self.given.as_ref().is_some_and(|given| given.url.is_some())
    }
}

/// What a spelling stands for: the place in the list, and the host where it names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelled {
    pub(super) index: usize,
    pub(super) host: Option<Url>,
}

/// Every environment, in the catalogue's order and then the file's.
#[derive(Debug)]
pub(super) struct Environments(pub(super) Vec<Known>);

impl Environments {
    /// Far more than there are, so that ids cannot run out.
    const MOST: usize = 100;

    /// Merges the file's environments into the built-in ones. `builtin` says whether the latter are
    /// tried without being named.
    pub(super) fn merge(raw: &[RawEnvironment], builtin: bool, problems: &mut Problems) -> Self {
        let documented = catalog::builtin().environments.iter();
        let mut all = Self(documented.filter_map(|one| Known::documented(one, builtin)).collect());
        for (count, one) in raw.iter().enumerate() {
            if count == Self::MOST {
                let what = format!("there are more than {} environments", Self::MOST);
                problems.add(Problem::new(&one.name.place, what, "Keep those that you watch."));
                break;
            }
            if let Err(problem) = all.add(one, problems) {
                problems.add(problem);
            }
        }
        all
    }

    fn add(&mut self, raw: &RawEnvironment, problems: &mut Problems) -> Result<(), Problem> {
        let place = &raw.name.place;
        let name = names::environment_name(&raw.name)?;
        let region = raw.region.as_ref().and_then(|region| problems.keep(names::region(region)));
        let region = region.map(Region::new);
        self.check_name(&name, place)?;
        let base = raw.url.as_ref().map(|url| self.address(url)).transpose()?;
        let set = |switch: &Option<At<bool>>| switch.as_ref().is_some_and(|switch| switch.value);
        let (protected, read_only) = (set(&raw.protected), set(&raw.read_only));
        let given = Some(Given { place: place.clone(), url: raw.url.as_ref().map(|url| url.place.clone()) });
        if let Some(known) = self.0.iter_mut().find(|known| known.name.as_str() == name) {
            if let Some(base) = base {
                (known.base, known.others) = (base, Vec::new());
            }
            known.region = region.unwrap_or_else(|| known.region.clone());
            (known.given, known.discovered) = (given, true);
            (known.protected, known.read_only) = (protected, read_only);
            return Ok(());
        }
        let Some(base) = base else {
            let near =
                catalog::nearest(&name).map(|near| format!(" or correct the name (`{near}` is built in)"));
            let what = format!("environment {} has no url and is not built in", shown(&name));
            let remedy = format!("Add url = \"https://…\"{}.", near.unwrap_or_default());
            return Err(Problem::new(place, what, remedy));
        };
        self.0.push(Known {
            // Without a region it is one of its own: nothing is known of whose keys it accepts.
            region: region.unwrap_or_else(|| Region::new(name.to_ascii_uppercase())),
            name: EnvironmentName::new(&name),
            base,
            others: Vec::new(),
            discovered: true,
            protected,
            read_only,
            given,
        });
        Ok(())
    }

    /// Refuses a name that the file gave already, or that means something else.
    fn check_name(&self, name: &str, place: &Place) -> Result<(), Problem> {
        let given =
            self.0.iter().find(|known| known.name.as_str() == name).and_then(|known| known.given.as_ref());
        if let Some(first) = given {
            let what = format!("environment {} is there already, {}", shown(name), first.place.line());
            return Err(Problem::new(place, what, "Give each environment once, or another name."));
        }
        let owner = match catalog::find(name) {
            Some(Found::Batch(one, _)) if one.name.as_str() != name => one.name.as_str(),
            Some(Found::Realtime(one)) => one.host.as_str(),
            _ => return Ok(()),
        };
        let what = format!("{} is another name of {owner}", shown(name));
        Err(Problem::new(place, what, "Choose a name of its own, or the built-in name to override it."))
    }

    /// The base of a url that no other environment of the file has.
    fn address(&self, url: &At<String>) -> Result<Url, Problem> {
        let base =
            address::parse(&url.value).map_err(|(what, remedy)| Problem::new(&url.place, what, remedy))?;
        match self.0.iter().find(|known| known.is_moved() && known.base == base) {
            None => Ok(base),
            Some(twin) => {
                let what = format!("environment `{}` has the same url already", twin.name);
                Err(Problem::new(
                    &url.place,
                    what,
                    "Give each environment once; its jobs would be shown twice.",
                ))
            }
        }
    }

    /// What a key's word for an environment stands for.
    pub(super) fn find(&self, text: &At<String>) -> Result<Spelled, Problem> {
        let wanted = text.value.trim();
        let own = self.0.iter().position(|known| {
            known.name.as_str().eq_ignore_ascii_case(wanted)
                || known.is_moved() && is_address_of(&known.base, wanted)
        });
        if let Some(index) = own {
            return Ok(Spelled { index, host: None });
        }
        match catalog::find(wanted) {
            Some(Found::Batch(one, host)) => {
                let index = self.0.iter().position(|known| known.name == one.name);
                let host = host.and_then(|host| Url::parse(&format!("https://{}/", host.host)).ok());
                index.map(|index| Spelled { index, host }).ok_or_else(|| self.unknown(text))
            }
            Some(Found::Realtime(one)) => {
                let what = format!("{} is a realtime endpoint, which keeps no jobs", shown(wanted));
                let batch = one.environment.as_ref().map(|name| format!(", here perhaps `{name}`"));
                let remedy = format!("Name a batch environment{}.", batch.unwrap_or_default());
                Err(Problem::new(&text.place, what, remedy))
            }
            None => Err(self.unknown(text)),
        }
    }

    fn unknown(&self, text: &At<String>) -> Problem {
        let names = || self.0.iter().map(|known| known.name.as_str());
        let near = catalog::nearest_of(&text.value, names().chain(catalog::builtin().words()));
        let near = near.map_or_else(String::new, |near| format!("Did you mean `{near}`? "));
        let known: Vec<&str> = names().collect();
        let what = if text.value.trim().is_empty() {
            "an environment's name is empty".to_owned()
        } else {
            format!("unknown environment {}", shown(text.value.trim()))
        };
        let remedy =
            format!("{near}Known: {}; [[environments]] adds another, with its url.", known.join(", "));
        Problem::new(&text.place, what, remedy)
    }

    /// The host of a built-in environment whose own url the file replaced is not asked.
    pub(super) fn is_moved(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(Known::is_moved)
    }

    /// Asks another of an environment's hosts first.
    pub(super) fn pin(&mut self, index: usize, host: &Url) {
        if let Some(known) = self.0.get_mut(index)
            && let Some(place) = known.others.iter().position(|other| other == host)
        {
            let pinned = known.others.remove(place);
            known.others.insert(0, std::mem::replace(&mut known.base, pinned));
        }
    }
}

/// Whether a text is the address of an environment that the file gave: its host with port, or a url.
fn is_address_of(base: &Url, text: &str) -> bool {
    if text.contains("://") {
        return address::parse(text).is_ok_and(|url| url == *base);
    }
    address::shown_host(base).eq_ignore_ascii_case(text)
}
