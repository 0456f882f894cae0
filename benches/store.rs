//! What a million jobs cost: memory, merging, rows, filters, sorts and frames.
//!
//! `cargo bench --bench store` prints each figure beside its target, and beside what the same takes with a
//! plain `Vec<Job>` in the same run. It asserts nothing: the figures are the machine's.

#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::alloc::System;
use std::fmt::Display;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use voxtop::model::{
    Coverage, Entitlement, Environment, EnvironmentId, EnvironmentName, Fleet, Job, JobError, JobId, KeyId,
    KeyLabel, KeyName, KeyValue, PollEvent, Region, Report, Source, SourceId, Span, Status,
};
use voxtop::state::{Message, Settings, Size, State};
use voxtop::store::query::{Query, Scratch, Subject};
use voxtop::store::{Rows, Sort, Store};
use voxtop::ui::{self, Theme, ThemeName};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const JOBS: u64 = 1_000_000;
const ENVIRONMENTS: u16 = 5;
const PAGE: u64 = 100;
/// The newest job's moment; one is submitted every 600 ms.
const NOW: i64 = 1_790_000_000;
/// A page of jobs that were submitted one after the other spans no more than this.
const NEIGHBOURS: SignedDuration = SignedDuration::from_mins(1);
/// How often what is quick is measured.
const TIMES: usize = 400;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut state = filled(&mut out)?;
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).map_err(io::Error::other)?;
    let theme = Theme::named(ThemeName::Dark);
    pages(&mut out, &mut state, &mut terminal, &theme)?;
    keystrokes(&mut out, &mut state, &mut terminal, &theme)?;
    sorts(&mut out, &mut state)?;
    rows(&mut out, &state)?;
    drop(state);
    baseline(&mut out)
}

/// A job of a fleet with some habits of naming.
fn job(number: u64) -> Job {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let pick = |words: &[&str], shift: u32| -> String {
        let at = usize::try_from((mixed >> shift) % words.len() as u64).unwrap_or_default();
        words.get(at).copied().unwrap_or_default().to_owned()
    };
    let family = pick(&["call", "board-meeting", "invoice", "Interview", "podcast_episode", "voicemail"], 20);
    let id: String = (0..10_u32)
        .map(|at| {
            let digit = u32::try_from((mixed >> (at * 5)) % 36).unwrap_or_default();
            char::from_digit(digit, 36).unwrap_or('0')
        })
        .collect();
    let id = format!("{}{}", id.get(..4).unwrap_or_default(), base36(number));
    let status = match mixed % 100 {
        0..2 => "rejected",
        2..4 => "running",
        _ => "done",
    };
    let title = number.is_multiple_of(2).then(|| format!("{family} of {}", number % 7_919));
    let reference = number.is_multiple_of(3).then(|| format!("ACME-{number:07}"));
    let language = pick(&["en", "en", "en", "de", "fr", "es", "ja"], 30);
    let model = pick(&["standard", "enhanced"], 40);
    let tags: Vec<Box<str>> =
        if number.is_multiple_of(4) { vec![pick(&["q1", "q2", "test"], 44).into()] } else { Vec::new() };
    let json = |text: &Option<String>| text.as_ref().map_or("null".to_owned(), |text| format!("\"{text}\""));
    let config = format!(
        "{{\"tracking\":{{\"reference\":{},\"tags\":{tags:?},\"title\":{}}},\"transcription_config\":{{\"diarization\":\"speaker\",\"language\":\"{language}\",\"operating_point\":\"{model}\"}},\"type\":\"transcription\"}}",
        json(&reference),
        json(&title),
    );
    let errors = if status == "rejected" {
        vec![JobError { timestamp: None, message: "unable to fetch audio: http status code 404".into() }]
    } else {
        Vec::new()
    };
    Job {
        id: JobId::new(id),
        status: Status::parse(status),
        created_at: Timestamp::from_millisecond(created(number)).ok(),
        data_name: format!("{family}-{:06}-{number:07}.wav", mixed >> 44).into(),
        duration_s: Some(mixed % 7_200),
        language: Some(language.into()),
        model: Some(model.into()),
        title: title.map(Into::into),
        reference: reference.map(Into::into),
        tags,
        errors,
        config: Some(config.into()),
    }
}

fn base36(mut number: u64) -> String {
    let mut text = ['0'; 6];
    for place in text.iter_mut().rev() {
        *place = char::from_digit(u32::try_from(number % 36).unwrap_or_default(), 36).unwrap_or('0');
        number /= 36;
    }
    text.iter().collect()
}

/// Number 0 is the newest of those that are there at first.
fn created(number: u64) -> i64 {
    NOW * 1_000 - i64::try_from(number).unwrap_or_default() * 600
}

/// A job that is submitted later.
fn future(number: u64) -> Job {
    let later = i64::try_from(number + 1).unwrap_or_default() * 600;
    Job { created_at: Timestamp::from_millisecond(NOW * 1_000 + later).ok(), ..job(JOBS + number) }
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW + 3_600).unwrap_or_default()
}

fn fleet() -> Fleet {
    let names = ["eu1", "eu2", "us1", "us2", "au1"];
    Fleet {
        environments: names
            .iter()
            .map(|name| Environment {
                name: EnvironmentName::new(name),
                region: Region::new("EU"),
                host: format!("{name}.example"),
            })
            .collect(),
        keys: KeyValue::new("bench")
            .map(|value| KeyLabel {
                name: KeyName::new("prod"),
                fingerprint: value.fingerprint(),
                temporary: false,
                expires_at: None,
            })
            .into_iter()
            .collect(),
        sources: (0..ENVIRONMENTS)
            .map(|at| Source {
                environment: EnvironmentId(at),
                key: KeyId(0),
                entitlement: Entitlement::Declared,
            })
            .collect(),
    }
}

fn page(source: u16, sequence: u64, jobs: Vec<Job>) -> Report {
    // A list is of neighbours in time, between which there are no others; changed jobs from anywhere are of none.
    let moments = || jobs.iter().filter_map(|job| job.created_at);
    let spans = match (moments().min(), moments().max()) {
        (Some(first), Some(last)) if last.duration_since(first) <= NEIGHBOURS => vec![Span { first, last }],
        _ => Vec::new(),
    };
    let event = PollEvent::Page { jobs, unreadable: 0, latency: Duration::from_millis(40), spans };
    Report { source: SourceId(source), sequence, at: now(), event }
}

/// The bytes of a job's own strings.
fn own(job: &Job) -> usize {
    let errors: usize = job.errors.iter().map(|error| error.message.len()).sum();
    let text = |text: Option<&str>| text.map_or(0, str::len);
    job.id.as_str().len()
        + job.data_name.len()
        + text(job.title.as_deref())
        + text(job.reference.as_deref())
        + errors
}

fn heap() -> usize {
    let stats = HEAP.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// Resident memory in bytes; 0 where the system does not say.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or_default() * 4_096
}

fn line(out: &mut impl Write, what: &str, figure: impl Display, target: &str) -> io::Result<()> {
    writeln!(out, "{what:<58} {figure:>32}   {target}")
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at =
        |part: usize| times.get((times.len() * part / 100).min(times.len() - 1)).copied().unwrap_or_default();
    format!("p50 {:.2?}  p99 {:.2?}  max {:.2?}", at(50), at(99), at(100))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// A dashboard that has listed everything, newest first, as the pollers do.
fn filled(out: &mut impl Write) -> io::Result<State> {
    let settings = Settings {
        refresh: Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    let (before, resident_before) = (heap(), resident());
    let store = Store::new(Arc::new(fleet()));
    let mut state = State::new(store, settings, Size { width: 120, height: 40 }, now());
    let (mut strings, mut merges, mut follows) = (0, Vec::new(), Vec::new());
    for (number, first) in (0..JOBS).step_by(100).enumerate() {
        let jobs: Vec<Job> = (first..first + PAGE).map(job).collect();
        strings += jobs.iter().map(own).sum::<usize>();
        let source = u16::try_from(number % usize::from(ENVIRONMENTS)).unwrap_or_default();
        let report = page(source, 1, jobs);
        merges.push(timed(|| state.update(Message::Report(report), now())).1);
        follows.push(timed(|| state.refresh()).1);
    }
    for source in (0..ENVIRONMENTS).map(SourceId) {
        let event = PollEvent::Finished { coverage: Coverage::Whole, next: now() };
        state.update(Message::Report(Report { source, sequence: 1, at: now(), event }), now());
    }
    state.refresh();
    let (total, jobs) = (heap() - before, usize::try_from(JOBS).unwrap_or(1));
    line(out, "jobs, and rows", format!("{} and {}", state.rows().total(), state.rows().len()), "")?;
    line(out, "bytes a job on the heap, with rows", total / jobs, "")?;
    line(out, "  of it strings of its own", strings / jobs, "")?;
    line(out, "  beyond them", (total - strings) / jobs, "target 200")?;
    line(out, "MB on the heap", total / 1_000_000, "target 250")?;
    line(out, "MB resident", (resident() - resident_before) / 1_000_000, "target 250")?;
    line(out, "merging a page of history", percentiles(merges), "target p99 0.5 ms")?;
    line(out, "  its rows", percentiles(follows), "")?;
    Ok(state)
}

type Screen = Terminal<TestBackend>;

fn draw(state: &mut State, terminal: &mut Screen, theme: &Theme) -> io::Result<()> {
    state.refresh();
    let drawn = terminal.draw(|frame| {
        black_box(ui::draw(frame, state, theme));
    });
    drawn.map_err(io::Error::other)?;
    Ok(())
}

/// What the refreshes bring, one after the other.
type Pages<'a> = &'a dyn Fn(u64) -> Vec<Job>;

/// Pages of a refresh: nothing new, a hundred changed jobs, a hundred new ones.
fn pages(out: &mut impl Write, state: &mut State, terminal: &mut Screen, theme: &Theme) -> io::Result<()> {
    let changed = |at: u64| (0..PAGE).map(move |n| (at * 7_919 + n * 97) % (JOBS / 500) * 500);
    let kinds: [(&str, Pages<'_>); 3] = [
        ("a quiet page", &|_| (0..PAGE).map(job).collect()),
        ("a page of 100 changed jobs", &|at| {
            let status = if at % 2 == 0 { Status::Running } else { Status::Rejected };
            changed(at).map(|number| Job { status: status.clone(), ..job(number) }).collect()
        }),
        ("a page of 100 new jobs", &|at| (0..PAGE).map(|n| future(at * PAGE + n)).collect()),
    ];
    let mut sequence = 2;
    for (what, jobs) in kinds {
        let (mut merges, mut follows, mut frames) = (Vec::new(), Vec::new(), Vec::new());
        for at in (0..).take(TIMES) {
            let report = page(0, sequence, jobs(at));
            merges.push(timed(|| state.update(Message::Report(report), now())).1);
            follows.push(timed(|| state.refresh()).1);
            let (drawn, time) = timed(|| draw(state, terminal, theme));
            drawn?;
            frames.push(time);
            sequence += 1;
        }
        line(out, &format!("merging {what}"), percentiles(merges), "target p99 0.5 ms")?;
        line(out, "  its rows and counts", percentiles(follows), "")?;
        line(out, "  a frame, 120x40", percentiles(frames), "target p99 4 ms")?;
    }
    // In the middle of the list, with a selection to keep.
    for _ in 0..3 {
        press(state, KeyCode::Char('G'));
        press(state, KeyCode::PageUp);
    }
    let mut frames = Vec::new();
    for at in (0..).take(TIMES) {
        state.update(
            Message::Report(page(0, sequence, (0..PAGE).map(|n| future(100_000 + at * PAGE + n)).collect())),
            now(),
        );
        let (drawn, time) = timed(|| draw(state, terminal, theme));
        drawn?;
        frames.push(time);
        sequence += 1;
    }
    line(out, "a frame after 100 new jobs, far down, one selected", percentiles(frames), "target p99 4 ms")?;
    press(state, KeyCode::Esc);
    Ok(())
}

fn press(state: &mut State, code: KeyCode) {
    state.update(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)), now());
}

/// Works until the rows are there; the longest step, and how long it took.
fn finish(state: &mut State) -> (Duration, Duration) {
    let (mut longest, start) = (Duration::ZERO, Instant::now());
    while state.is_building() {
        longest = longest.max(timed(|| state.work()).1);
    }
    (longest, start.elapsed())
}

fn keystrokes(
    out: &mut impl Write,
    state: &mut State,
    terminal: &mut Screen,
    theme: &Theme,
) -> io::Result<()> {
    let (mut echoes, mut results, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    let mut slowest = Vec::new();
    for text in
        ["invoice", "board-meet 0042", "clrec", "status:rejected", "-lang:en dur>1h", "acme-00042", "q"]
    {
        press(state, KeyCode::Char('/'));
        for char in text.chars() {
            let start = Instant::now();
            press(state, KeyCode::Char(char));
            draw(state, terminal, theme)?;
            echoes.push(start.elapsed());
            steps.push(finish(state).0);
            draw(state, terminal, theme)?;
            let time = start.elapsed();
            let typed = state.filter.input().map_or("", |input| input.value());
            slowest.push((time, format!("{typed:?}, {} rows", state.rows().len())));
            results.push(time);
        }
        press(state, KeyCode::Enter);
        press(state, KeyCode::Esc);
        state.refresh();
        finish(state);
    }
    line(out, "a keystroke in the filter, to its echo", percentiles(echoes), "target p99 16 ms")?;
    line(out, "  to its result", percentiles(results), "target p99 50 ms")?;
    line(out, "  the longest step of each", percentiles(steps), "")?;
    slowest.sort();
    for (time, what) in slowest.iter().rev().take(5) {
        line(out, "  the slowest", format!("{time:.1?}: {what}"), "")?;
    }
    Ok(())
}

fn sorts(out: &mut impl Write, state: &mut State) -> io::Result<()> {
    let mut steps = Vec::new();
    for key in ['>', 'o'].into_iter().cycle().take(30) {
        let start = Instant::now();
        press(state, KeyCode::Char(key));
        let ((), first) = timed(|| state.refresh());
        let (longest, _) = finish(state);
        steps.push(first.max(longest));
        let turned = if key == 'o' { " turned round" } else { "" };
        let what = format!("change of sort to {}{turned}", state.sort.column);
        line(
            out,
            &what,
            format!("{:.1?}, step {:.2?}", start.elapsed(), first.max(longest)),
            "target 150 ms",
        )?;
    }
    line(out, "  the longest step of each", percentiles(steps), "")
}

/// Rows at once, without steps between.
fn rows(out: &mut impl Write, state: &State) -> io::Result<()> {
    let build = || Rows::build(&state.store, &Query::default(), Sort::default(), now());
    let (rows, time) = timed(build);
    line(out, "all rows of the default sort, afresh", format!("{time:.1?}"), "")?;
    let key = rows.get(rows.len() / 2).and_then(|handle| state.store.key_of(handle));
    if let Some(key) = key {
        let times = (0..TIMES).map(|_| timed(|| black_box(rows.position(&state.store, &key))).1).collect();
        line(out, "finding a job's row", percentiles(times), "")?;
    }
    Ok(())
}

/// The same with a plain `Vec<Job>`.
fn baseline(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nwith a plain Vec<Job>")?;
    let before = heap();
    let mut jobs: Vec<Job> = (0..JOBS).map(job).collect();
    line(out, "bytes a job on the heap", (heap() - before) / jobs.len(), "")?;
    let ((), time) =
        timed(|| jobs.sort_unstable_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.id.cmp(&b.id))));
    line(out, "sorting by age (it is almost sorted)", format!("{time:.1?}"), "")?;
    let mut names: Vec<&Job> = jobs.iter().collect();
    let lower = |job: &Job| job.data_name.to_lowercase();
    let ((), time) = timed(|| names.sort_by_key(|job| lower(job)));
    line(out, "sorting by name", format!("{time:.1?}"), "")?;
    let mut scratch = Scratch::default();
    for text in ["invoice", "status:rejected"] {
        let query = Query::parse(text, &TimeZone::UTC).map_err(|error| io::Error::other(error.message))?;
        let matches = |job: &&Job| {
            let subject = Subject { job: *job, environment: "eu1", region: "EU", key: "prod", others: None };
            query.matches(&subject, now(), &mut scratch)
        };
        let (count, time) = timed(|| jobs.iter().filter(matches).count());
        line(out, &format!("filtering for {text}, {count} rows"), format!("{time:.1?}"), "")?;
    }
    let wanted = jobs.get(jobs.len() / 2).map(|job| job.id.clone());
    let (_, time) = timed(|| black_box(jobs.iter().position(|job| Some(&job.id) == wanted.as_ref())));
    line(out, "finding a job's row", format!("{time:.1?}"), "")
}
