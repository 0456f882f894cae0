//! A job as the service shows it: JSON, written field by field. It shows; it decides nothing.

use std::fmt::Write;

use super::instant::civil;
use super::job::{Job, Outcome, Refusal, Status};
use super::material::{Material, Occasion, Pattern};
use super::recipe::{Recipe, Sketch};

/// Appends the job as `GET /v2/jobs` lists it.
pub(super) fn write_job(out: &mut String, material: &Material, recipe: &Recipe, job: &Job, now_ms: i64) {
    let status = job.status(now_ms);
    out.push_str("{\"created_at\":\"");
    let _ = civil(job.created_ms).write_rfc3339(out);
    out.push_str("\",\"data_name\":");
    let sketch = recipe.sketch(material, job.seed).filter(|_| status != Status::Deleted);
    let Some(mut sketch) = sketch else {
        // A deleted job has lost everything but that it was.
        out.push_str("\"\",\"id\":\"");
        job.id.write(out);
        out.push_str("\",\"status\":\"deleted\"}");
        return;
    };
    let mut pen = Pen { material, occasion: recipe.occasion(job.created_ms, sketch.language), out };
    let name = pen.data_name(&mut sketch);
    pen.string(if sketch.fetched { "" } else { &name });
    pen.duration(job, status, sketch.fetched);
    pen.out.push_str(",\"id\":\"");
    job.id.write(pen.out);
    let _ = write!(pen.out, "\",\"status\":\"{}\",\"config\":", status.word());
    let hook = pen.config(&mut sketch, &name);
    pen.errors(job, now_ms, hook.as_deref());
    pen.out.push('}');
}

/// Writes into the answer with the job's material at hand.
struct Pen<'a> {
    material: &'a Material,
    occasion: Occasion<'a>,
    out: &'a mut String,
}

impl Pen<'_> {
    /// A JSON string, quoted and escaped.
    fn string(&mut self, text: &str) {
        write_string(self.out, text);
    }

    fn filled(&self, pattern: &Pattern, sketch: &mut Sketch<'_>) -> String {
        let mut text = String::new();
        self.material.fill(&mut text, pattern, self.occasion, &mut sketch.random);
        text
    }

    fn data_name(&self, sketch: &mut Sketch<'_>) -> String {
        let names = sketch.own.map_or(&sketch.trade.names, |own| &own.names);
        sketch.random.pick(names).map(|name| self.filled(name, sketch)).unwrap_or_default()
    }

    /// Whole seconds. Unknown while audio is yet to be fetched, and 0 where it never was.
    fn duration(&mut self, job: &Job, status: Status, fetched: bool) {
        let seconds = match job.outcome {
            _ if fetched && status == Status::Running => return,
            Outcome::Rejected(Refusal::FetchFailed) => 0,
            _ => job.audio_s,
        };
        let _ = write!(self.out, ",\"duration\":{seconds}");
    }

    /// The configuration; the answer is where its submitter is told of the end, if anywhere.
    fn config(&mut self, sketch: &mut Sketch<'_>, name: &str) -> Option<String> {
        self.out.push_str("{\"type\":\"transcription\",\"transcription_config\":{\"language\":");
        self.string(sketch.language);
        // A fifth still use the deprecated word for the model.
        let word =
            if sketch.model != "melia-1" && sketch.random.chance(200) { "operating_point" } else { "model" };
        let _ = write!(self.out, ",\"{word}\":");
        self.string(sketch.model);
        if sketch.trade.diarization != "none" {
            self.out.push_str(",\"diarization\":");
            self.string(&sketch.trade.diarization);
        }
        if sketch.random.chance(350) {
            self.out.push_str(",\"enable_entities\":true");
        }
        self.out.push('}');
        if sketch.language == "auto" {
            self.out.push_str(
                ",\"language_identification_config\":{\"expected_languages\":[\"en\",\"es\",\"fr\"]}",
            );
        }
        if sketch.fetched {
            self.fetch(sketch, name);
        }
        let hook = sketch.notified.then(|| self.notification(sketch));
        self.tracking(sketch);
        self.out.push('}');
        hook
    }

    fn fetch(&mut self, sketch: &mut Sketch<'_>, name: &str) {
        let (signature, expires) = (sketch.random.next(), sketch.random.between(900, 86_400));
        let path: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let url = format!(
            "https://ingest.{}.example.com/audio/{path}?X-Amz-Expires={expires}&X-Amz-Signature={signature:016x}",
            sketch.trade.name
        );
        self.out.push_str(",\"fetch_data\":{\"url\":");
        self.string(&url);
        if sketch.random.chance(300) {
            let secret = sketch.random.next();
            let _ = write!(self.out, ",\"auth_headers\":[\"Authorization: Bearer fetch-{secret:016x}\"]");
        }
        self.out.push('}');
    }

    fn notification(&mut self, sketch: &mut Sketch<'_>) -> String {
        let (token, secret) = (sketch.random.next(), sketch.random.next());
        let url = format!("https://hooks.{}.example.com/asr/done?token={token:016x}", sketch.trade.name);
        self.out.push_str(",\"notification_config\":[{\"url\":");
        self.string(&url);
        self.out.push_str(",\"contents\":[\"transcript\"]");
        if sketch.random.chance(500) {
            let _ = write!(self.out, ",\"auth_headers\":[\"Authorization: Bearer hook-{secret:016x}\"]");
        }
        self.out.push_str("}]");
        url
    }

    fn tracking(&mut self, sketch: &mut Sketch<'_>) {
        if sketch.random.chance(150) {
            return;
        }
        self.out.push_str(",\"tracking\":{");
        let titles = sketch.own.map_or(&sketch.trade.titles, |own| &own.titles);
        if let Some(title) = sketch.random.pick(titles) {
            let title = self.filled(title, sketch);
            if !title.is_empty() {
                self.out.push_str("\"title\":");
                self.string(&title);
                self.out.push(',');
            }
        }
        self.out.push_str("\"reference\":");
        let trade = sketch.trade;
        let reference = sketch.random.pick(&trade.references).map(|one| self.filled(one, sketch));
        self.string(&reference.unwrap_or_default());
        self.out.push_str(",\"tags\":[");
        let count = sketch.random.below(3);
        let first = sketch.random.below(u64::try_from(trade.tags.len()).unwrap_or(0));
        let first = usize::try_from(first).unwrap_or(0);
        let tags = trade.tags.iter().cycle().skip(first).take(usize::try_from(count).unwrap_or(0));
        for (at, tag) in tags.enumerate() {
            self.out.push_str(if at > 0 { "," } else { "" });
            self.string(tag);
        }
        self.out.push_str("]}");
    }

    /// The errors that have come about by now.
    fn errors(&mut self, job: &Job, now_ms: i64, hook: Option<&str>) {
        let mut first = true;
        for (at_ms, message) in complaints(job, hook) {
            if at_ms > now_ms {
                continue;
            }
            self.out.push_str(if first { ",\"errors\":[{\"timestamp\":\"" } else { ",{\"timestamp\":\"" });
            first = false;
            let _ = civil(at_ms).write_rfc3339(self.out);
            self.out.push_str("\",\"message\":");
            self.string(&message);
            self.out.push('}');
        }
        if !first {
            self.out.push(']');
        }
    }
}

/// Everything that goes wrong with the job, and when; the texts are the documented ones.
fn complaints(job: &Job, hook: Option<&str>) -> Vec<(i64, String)> {
    let once = |text: &str| vec![(job.finishes_ms, text.to_owned())];
    match job.outcome {
        Outcome::Done => Vec::new(),
        Outcome::DoneUnheard => unheard(job, hook.unwrap_or("https://hooks.example.com/")),
        Outcome::Rejected(refusal) => match refusal {
            Refusal::FetchFailed => [2_000, 4_000, 14_000, 34_000]
                .map(|after| {
                    (job.created_ms + after, "unable to fetch audio: http status code 404".to_owned())
                })
                .to_vec(),
            Refusal::BadAudio => once("Job rejected due to invalid audio"),
            Refusal::NoSpeech => once("No speech found for language identification"),
            Refusal::LowConfidence => {
                once("Language identification could not identify any language with sufficient confidence")
            }
            Refusal::UnexpectedLanguage => {
                once("The identified language 'de' is not one of the expected languages")
            }
            Refusal::UnsupportedLanguage => {
                once("The identified language 'uz' is not supported for transcription")
            }
        },
    }
}

/// Notification is tried again twice; the last word of it has no `, retrying`.
fn unheard(job: &Job, hook: &str) -> Vec<(i64, String)> {
    let mut id = String::new();
    job.id.write(&mut id);
    let timed_out = format!(
        "Error in sending notification: unable to send notification: HTTPError: Post \"{hook}&id={id}&status=success\": \
         context deadline exceeded (Client.Timeout exceeded while awaiting headers), retrying"
    );
    let again = "Error in sending notification: unable to send notification: Response status: 500, retrying";
    let last = "unable to send notification: unable to send notification: Response status: 500";
    vec![
        (job.finishes_ms + 5_000, timed_out),
        (job.finishes_ms + 15_000, again.to_owned()),
        (job.finishes_ms + 35_000, last.to_owned()),
    ]
}

/// Appends `text` as a JSON string.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
