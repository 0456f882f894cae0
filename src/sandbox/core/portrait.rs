//! A job as the service shows it: JSON, written field by field. It shows; it decides nothing.

use std::fmt::Write;

use super::instant::civil;
use super::job::{Job, Outcome, Refusal, Status};
use super::material::{Material, Occasion};
use super::odd::disfigure;
use super::recipe::{Recipe, Sketch};
use crate::sandbox::scenario::Shapes;

/// What a portrait is made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Studio<'a> {
    pub(super) material: &'a Material,
    pub(super) shapes: Shapes,
    pub(super) now_ms: i64,
}

impl Studio<'_> {
    /// Appends the job as `GET /v2/jobs` lists it.
    pub(super) fn write_job(&self, out: &mut String, recipe: &Recipe, job: &Job) {
        if self.shapes == Shapes::Hostile {
            let mut plain = String::new();
            self.write_plain(&mut plain, recipe, job);
            disfigure(out, &plain, job.seed);
        } else {
            self.write_plain(out, recipe, job);
        }
    }

    /// The job before anything is done to its shape.
    pub(super) fn write_plain(&self, out: &mut String, recipe: &Recipe, job: &Job) {
        let status = job.status(self.now_ms);
        out.push_str("{\"created_at\":\"");
        civil(job.created_ms).write_rfc3339(out);
        out.push_str("\",\"data_name\":");
        if status == Status::Deleted {
            // It has lost everything but that it was.
            out.push_str("\"\",\"id\":\"");
            job.id.write(out);
            out.push_str("\",\"status\":\"deleted\"}");
            return;
        }
        let mut pen = Pen { studio: *self, occasion: recipe.occasion(job), out };
        if let Some(sent) = &job.sent {
            pen.string(&sent.data_name);
            pen.middle(job, status, sent.data_name.is_empty());
            pen.out.push_str(&sent.config);
            pen.errors(job, sent.hook.as_deref());
        } else if let Some(mut sketch) = recipe.sketch(self.material, job.seed) {
            let name = self.material.filled(&sketch.work.name, pen.occasion);
            pen.string(if sketch.fetched { "" } else { &name });
            pen.middle(job, status, sketch.fetched);
            let hook = pen.config(&mut sketch, &name);
            pen.errors(job, hook.as_deref());
        } else {
            pen.out.push_str("\"\"");
        }
        pen.out.push('}');
    }
}

/// Writes into the answer with the job's material at hand.
struct Pen<'a> {
    studio: Studio<'a>,
    occasion: Occasion,
    out: &'a mut String,
}

impl Pen<'_> {
    /// A JSON string, quoted and escaped.
    fn string(&mut self, text: &str) {
        write_string(self.out, text);
    }

    /// Duration, id and status; what follows is the configuration.
    fn middle(&mut self, job: &Job, status: Status, fetched: bool) {
        let seconds = match job.outcome {
            // Unknown while audio is yet to be fetched; the vendor's old command line dies of that.
            _ if fetched && status == Status::Running => (self.studio.shapes == Shapes::Clean).then_some(0),
            Outcome::Rejected(Refusal::FetchFailed(_)) => Some(0),
            _ => Some(job.audio_s),
        };
        if let Some(seconds) = seconds {
            let _ = write!(self.out, ",\"duration\":{seconds}");
        }
        self.out.push_str(",\"id\":\"");
        job.id.write(self.out);
        self.out.push_str("\",\"status\":\"");
        self.out.push_str(status.word());
        self.out.push_str("\",\"config\":");
    }

    /// The configuration; the answer is where its submitter is told of the end, if anywhere.
    fn config(&mut self, sketch: &mut Sketch<'_>, name: &str) -> Option<String> {
        self.out.push_str("{\"type\":\"transcription\",\"transcription_config\":{\"language\":");
        self.string(sketch.language);
        // A fifth still use the deprecated word for the model.
        let old = sketch.model != "melia-1" && sketch.random.chance(200);
        self.out.push_str(if old { ",\"operating_point\":" } else { ",\"model\":" });
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
        let title = self.studio.material.filled(&sketch.work.title, self.occasion);
        if !title.is_empty() {
            self.out.push_str("\"title\":");
            self.string(&title);
            self.out.push(',');
        }
        self.out.push_str("\"reference\":");
        let trade = sketch.trade;
        let reference = sketch.random.pick(&trade.references);
        let reference = reference.map(|one| self.studio.material.filled(one, self.occasion));
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
    fn errors(&mut self, job: &Job, hook: Option<&str>) {
        let mut first = true;
        for (at_ms, message) in complaints(job, hook) {
            if at_ms > self.studio.now_ms {
                continue;
            }
            self.out.push_str(if first { ",\"errors\":[{\"timestamp\":\"" } else { ",{\"timestamp\":\"" });
            first = false;
            civil(at_ms).write_rfc3339(self.out);
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
        Outcome::DoneUnheard => unheard(job, hook.unwrap_or("https://hooks.example.com/asr/done?token=0")),
        Outcome::Rejected(refusal) => match refusal {
            Refusal::FetchFailed(code) => [2_000, 4_000, 14_000, 34_000]
                .map(|after| {
                    (job.created_ms + after, format!("unable to fetch audio: http status code {code}"))
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
    let joint = if hook.contains('?') { '&' } else { '?' };
    let timed_out = format!(
        "Error in sending notification: unable to send notification: HTTPError: Post \
         \"{hook}{joint}id={id}&status=success\": context deadline exceeded \
         (Client.Timeout exceeded while awaiting headers), retrying"
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
    let escaped = |byte: u8| u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < 0x20);
    // Without a branch, so that a processor looks at many at once.
    if text.bytes().fold(0, |any, byte| any | escaped(byte)) == 0 {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte != b'"' && byte != b'\\' && byte > 0x1f {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        let _ = match byte {
            b'"' => out.write_str("\\\""),
            b'\\' => out.write_str("\\\\"),
            control => write!(out, "\\u{control:04x}"),
        };
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}
