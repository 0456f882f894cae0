//! `voxtop jobs --follow ID`: finds out which environments have a job of that id, waits for its end in
//! each with the service's long poll, tells every change on the way, and prints it.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::output::{Format, Listing};
use super::{Writes, fleet_of, jobs, now};
use crate::config::Config;
use crate::model::{EnvironmentId, Failure, FailureKind, Fleet, Job, JobId, PollEvent, Report, SourceId};
use crate::poll::{self, Follows, SourcePoll};
use crate::state::{Masked, Presenter};
use crate::store::Store;

/// What was asked for.
pub struct Follow {
    /// The fleet and how it is asked.
    pub config: Config,
    /// Which job.
    pub id: JobId,
    /// How to print it.
    pub format: Format,
    /// The zone of the times.
    pub zone: TimeZone,
    /// What may be shown of the job.
    pub presenter: Presenter,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Its end was seen, wherever it is.
    Ended,
    /// All answered, and it is not there, or no more.
    Nowhere,
    /// Some did not answer; where they did, it is not there.
    SomeAnswered,
    /// None answered.
    NoneAnswered,
}

impl Followed {
    /// 0, 1, 3, 4.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Ended => 0,
            Self::Nowhere => 1,
            Self::SomeAnswered => 3,
            Self::NoneAnswered => 4,
        }
    }
}

/// Follows the job to its end: that goes to `out`, what happens on the way to `err`.
///
/// # Errors
/// When `out` cannot be written to. A reader that went away (a closed pipe) is no error.
pub async fn run(follow: Follow, out: &mut impl Write, err: &mut impl Write) -> io::Result<Followed> {
    let (store, sources, _keys) = fleet_of(&follow.config, Writes::Forbidden);
    let mut told = Telling {
        fleet: store.fleet().clone(),
        zone: follow.zone.clone(),
        id: JobId::new(follow.presenter.show(Masked::Id, follow.id.as_str())),
        presenter: follow.presenter.clone(),
        trouble: HashMap::new(),
    };
    let mut found = look(&sources, &follow.id).await;
    let places = told.places(&found, err);
    let gone = until_the_end(&follow, sources, places, &mut found, &mut told, err).await;
    print(&follow, store, &found, out, err)?;
    let ended = |answer: &Answer| answer.as_ref().is_ok_and(|job| !job.status.is_active());
    let silent = |answer: &Answer| answer.as_ref().is_err_and(|failure| !failure.is_gone());
    Ok(match found.iter().filter(|(_, answer)| silent(answer)).count() {
        _ if found.iter().any(|(_, answer)| ended(answer)) => Followed::Ended,
        _ if gone => Followed::Nowhere,
        0 => Followed::Nowhere,
        all if all == found.len() => Followed::NoneAnswered,
        _ => Followed::SomeAnswered,
    })
}

type Answer = Result<Job, Failure>;

/// Asks every source at once whether it has the job; the answers in the order of the sources.
async fn look(sources: &[SourcePoll], id: &JobId) -> Vec<(SourceId, Answer)> {
    let mut looks = JoinSet::new();
    for source in sources {
        let (source, id) = (source.clone(), id.clone());
        looks.spawn(async move { (source.source, poll::look_twice(&source, &id).await) });
    }
    let mut found: Vec<(SourceId, Answer)> = Vec::new();
    while let Some(answer) = looks.join_next().await {
        found.extend(answer.ok());
    }
    for source in sources {
        if !found.iter().any(|(id, _)| *id == source.source) {
            found.push((source.source, Err(Failure::new(FailureKind::Internal, ""))));
        }
    }
    found.sort_by_key(|(source, _)| *source);
    found
}

/// Follows the job at each of `places` until it has ended there, and puts the last answers into `found`.
/// Says whether it went away somewhere without an end.
async fn until_the_end(
    follow: &Follow,
    sources: Vec<SourcePoll>,
    mut places: Vec<SourceId>,
    found: &mut [(SourceId, Answer)],
    told: &mut Telling,
    err: &mut impl Write,
) -> bool {
    let (reports, mut incoming) = mpsc::channel(8);
    let mut follows = Follows::new(sources, reports);
    for place in &places {
        follows.follow(*place, follow.id.clone());
    }
    let mut gone = false;
    while !places.is_empty() {
        let Some(Report { source, at, event, .. }) = incoming.recv().await else { break };
        let PollEvent::Job { answer, over, .. } = event else { continue };
        let answer = answer.map(|job| *job);
        let environment = told.environment(source);
        let known = found.iter_mut().filter(|(other, _)| told.environment(*other) == environment);
        let mut known: Vec<&mut Answer> =
            known.map(|(_, known)| known).filter(|known| known.is_ok()).collect();
        if let Some(known) = known.first() {
            told.change(source, at, known, &answer, err);
        }
        // A failure on the way says nothing of the job. What one key sees, others of its environment see.
        if over || answer.is_ok() {
            for known in &mut known {
                known.clone_from(&answer);
            }
        }
        if over {
            places.retain(|place| *place != source);
            gone |= answer.is_err();
        }
    }
    gone
}

/// Prints the job as it was last answered for, in the form that lists have.
fn print(
    follow: &Follow,
    mut store: Store,
    found: &[(SourceId, Answer)],
    out: &mut impl Write,
    err: &mut impl Write,
) -> io::Result<()> {
    let at = now();
    for (source, answer) in found {
        let event = match answer {
            Err(failure) if !failure.is_gone() => {
                PollEvent::Failed { failure: failure.clone(), latency: Duration::ZERO, next: at }
            }
            answer => PollEvent::Page {
                jobs: answer.iter().cloned().collect(),
                unreadable: 0,
                latency: Duration::ZERO,
                spans: Vec::new(),
            },
        };
        store.merge(Report { source: *source, sequence: 1, at, event });
    }
    for line in jobs::diagnosis(&store, &follow.config.warnings) {
        // Nobody reads the diagnosis: the data still goes out.
        let _ = writeln!(err, "voxtop: {}", follow.presenter.told(&line));
    }
    let picked: Vec<_> = store.jobs().map(|(_, held)| held).collect();
    let (zone, presenter) = (&follow.zone, &follow.presenter);
    let listing = Listing { store: &store, jobs: &picked, generated_at: at, zone, bounded: true, presenter };
    match listing.write(follow.format, out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// What is told on the way, a line at a time.
struct Telling {
    fleet: Fleet,
    zone: TimeZone,
    presenter: Presenter,
    /// As it may be shown.
    id: JobId,
    /// What was told last of a source that does not answer.
    trouble: HashMap<SourceId, String>,
}

impl Telling {
    /// Where the job goes on and is to be followed: once in each environment, for all keys of one see the
    /// same. Tells where it is.
    fn places(&self, found: &[(SourceId, Answer)], err: &mut impl Write) -> Vec<SourceId> {
        let (mut environments, mut places) = (HashSet::new(), Vec::new());
        for (source, answer) in found {
            let Ok(job) = answer else { continue };
            if environments.insert(self.environment(*source)) {
                self.tell(*source, now(), &format!("is {}", job.status), err);
                places.extend(job.status.is_active().then_some(*source));
            }
        }
        if environments.is_empty() {
            self.tell_that_it_is_nowhere(found, err);
        }
        places
    }

    fn tell_that_it_is_nowhere(&self, found: &[(SourceId, Answer)], err: &mut impl Write) {
        let with = |status| {
            let answers = found.iter().filter(move |(_, answer)| {
                answer.as_ref().is_err_and(|failure| failure.status == Some(status))
            });
            answers.map(|(source, _)| self.place(*source)).collect::<Vec<_>>()
        };
        let line = match (with(410).as_slice(), with(404).as_slice()) {
            ([], []) => return,
            ([], places) => format!("there is no job {} in {}", self.id, places.join(", ")),
            (places, _) => format!("job {} has expired in {}", self.id, places.join(", ")),
        };
        // Nobody reads it: the exit status says it too.
        let _ = writeln!(err, "voxtop: {line}");
    }

    /// Tells of an answer that says something new.
    fn change(
        &mut self,
        source: SourceId,
        at: Timestamp,
        known: &Answer,
        answer: &Answer,
        err: &mut impl Write,
    ) {
        let news = match answer {
            Ok(job) => {
                let trouble = self.trouble.remove(&source).is_some();
                let same = known.as_ref().is_ok_and(|before| before.status == job.status);
                (trouble || !same).then(|| format!("is {}", job.status))
            }
            Err(failure) if failure.is_gone() => {
                Some("is no longer there: it was deleted, or has expired".to_owned())
            }
            Err(failure) => {
                let sentence = failure.sentence();
                let before = self.trouble.insert(source, sentence.clone());
                (before.as_ref() != Some(&sentence))
                    .then(|| format!("is asked for again: {}", self.presenter.told(&sentence)))
            }
        };
        if let Some(news) = news {
            self.tell(source, at, &news, err);
        }
    }

    fn tell(&self, source: SourceId, at: Timestamp, what: &str, err: &mut impl Write) {
        let time = at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z");
        // Nobody reads it: the job is followed all the same.
        let _ = writeln!(err, "voxtop: {time}: {}: job {} {what}", self.place(source), self.id);
        let _ = err.flush();
    }

    fn environment(&self, source: SourceId) -> Option<EnvironmentId> {
        self.fleet.source(source).map(|source| source.environment)
    }

    fn place(&self, source: SourceId) -> String {
        self.environment(source).map_or(String::new(), |id| self.fleet.environment_name(id).to_owned())
    }
}
