//! What decoding a page of 100 jobs costs, beside `serde_json` into the smallest struct that borrows the same
//! fields from the same page: no time is parsed there, no secret masked, nothing scrubbed and nothing kept.
//!
//! `cargo bench --bench decode` prints both, taken in turns in one run. The page is the embedded sandbox's.

#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::borrow::Cow;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use voxtop::api::Page;
use voxtop::model::KeyValue;
use voxtop::sandbox::{Scenario, start};

/// How often each is measured, in turns.
const TIMES: usize = 2_000;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    jobs: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    id: &'a str,
    status: &'a str,
    created_at: &'a str,
    data_name: &'a str,
    duration: Option<u64>,
    #[serde(borrow)]
    config: Config<'a>,
    #[serde(default, borrow)]
    errors: Vec<Message<'a>>,
}

#[derive(Deserialize)]
struct Config<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    #[serde(rename = "transcription_config")]
    transcription: Option<Transcription<'a>>,
    #[serde(borrow)]
    tracking: Option<Tracking<'a>>,
}

#[derive(Deserialize)]
struct Transcription<'a> {
    language: &'a str,
    model: Option<&'a str>,
    operating_point: Option<&'a str>,
}

#[derive(Deserialize)]
struct Tracking<'a> {
    title: Option<&'a str>,
    reference: Option<&'a str>,
    #[serde(default, borrow)]
    tags: Vec<&'a str>,
}

#[derive(Deserialize)]
struct Message<'a> {
    timestamp: &'a str,
    /// Quotes in it are escaped: there is nothing to borrow then.
    #[serde(borrow)]
    message: Cow<'a, str>,
}

impl Body<'_> {
    /// Something of every field, so that none is decoded in vain.
    fn weight(&self) -> usize {
        let length = |text: Option<&str>| text.map_or(0, str::len);
        let weigh = |job: &Entry<'_>| {
            let config = &job.config;
            let transcription = config.transcription.as_ref().map_or(0, |settings| {
                settings.language.len() + length(settings.model) + length(settings.operating_point)
            });
            let tracking = config.tracking.as_ref().map_or(0, |tracking| {
                length(tracking.title)
                    + length(tracking.reference)
                    + tracking.tags.iter().map(|tag| tag.len()).sum::<usize>()
            });
            let errors =
                job.errors.iter().map(|error| error.timestamp.len() + error.message.len()).sum::<usize>();
            job.id.len()
                + job.status.len()
                + job.created_at.len()
                + job.data_name.len()
                + config.kind.len()
                + usize::from(job.duration.is_some())
                + transcription
                + tracking
                + errors
        };
        self.jobs.iter().map(weigh).sum()
    }
}

fn main() -> io::Result<()> {
    let (tell, hear) = mpsc::channel();
    thread::spawn(move || serve(&tell));
    let body = hear.recv().map_err(io::Error::other)??;
    let key = KeyValue::new("key-of-the-bench-1234567890").map_err(|_| io::Error::other("no key"))?;
    let (mut ours, mut smallest) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let start = Instant::now();
        let page = black_box(Page::read(black_box(&body), &key)).map_err(io::Error::other)?;
        ours.push(start.elapsed());
        let start = Instant::now();
        let plain: Body<'_> = black_box(serde_json::from_slice(black_box(&body)))?;
        smallest.push(start.elapsed());
        if page.jobs.len() != plain.jobs.len() || plain.weight() == 0 {
            return Err(io::Error::other("the two read different pages"));
        }
    }
    let (ours, smallest) = (median(ours), median(smallest));
    let mut out = io::stdout().lock();
    writeln!(out, "a page of {} bytes, at the median of {TIMES}", body.len())?;
    writeln!(out, "voxtop, to jobs that own what they hold      {ours:>10.1?}")?;
    writeln!(out, "serde_json, to the smallest struct           {smallest:>10.1?}")?;
    let ratio = smallest.as_secs_f64() / ours.as_secs_f64();
    writeln!(out, "its speed, of serde_json's                   {ratio:>10.2}   target 0.7")
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The body of a page of the sandbox, which runs on this thread until it has been got.
fn serve(tell: &mpsc::Sender<io::Result<Vec<u8>>>) {
    let fetched =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().and_then(
            |runtime| {
                runtime.block_on(async {
                    let scenario = Scenario::shipped("million").map_err(io::Error::other)?;
                    let running = start(&scenario).await?;
                    let url = running.environments.first().map(|one| one.url.replace("http://", ""));
                    let key = running.keys.first().map(|key| key.value.clone());
                    let place = url.zip(key).ok_or_else(|| io::Error::other("no environment or no key"))?;
                    tokio::task::spawn_blocking(move || fetch(&place.0, &place.1))
                        .await
                        .map_err(io::Error::other)?
                })
            },
        );
    let _ = tell.send(fetched);
}

fn fetch(address: &str, key: &str) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    let request = format!(
        "GET /v2/jobs?limit=100 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    Ok(answer.split_off(head))
}
