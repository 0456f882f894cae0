//! Transcripts in the three formats that the service gives: JSON (v2), plain text and subtitles.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::instant::civil;
use super::portrait::write_string;
use super::speech::{Sentence, Speech, Tongue, Utterance};

/// The formats that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Text,
    Srt,
}

impl Format {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "json-v2" => Some(Self::Json),
            "txt" => Some(Self::Text),
            "srt" => Some(Self::Srt),
            _ => None,
        }
    }

    /// The word that asks for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Json => "json-v2",
            Self::Text => "txt",
            Self::Srt => "srt",
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/vnd.speechmatics.v2+json",
            Self::Text | Self::Srt => "text/plain; charset=utf-8",
        }
    }
}

/// The label of speakers and channels.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Labels {
    None,
    Speakers,
    Channels(Vec<String>),
}

/// A job that is done, and everything said in it.
pub(super) struct Transcript<'a> {
    speech: &'a Speech,
    tongue: &'a Tongue,
    /// The job as the service shows it.
    job: &'a Value,
    labels: Labels,
    talk: Vec<(Sentence, Vec<Utterance<'a>>)>,
    finished_ms: i64,
}

impl<'a> Transcript<'a> {
    /// `None` only where nobody speaks any language here.
    pub(super) fn new(speech: &'a Speech, job: &'a Value, seed: u64, finished_ms: i64) -> Option<Self> {
        let transcription = part(job, "/config/transcription_config");
        let tongue = speech.tongue(part(transcription, "/language").as_str().unwrap_or_default())?;
        let labels = match part(transcription, "/diarization").as_str() {
            Some("speaker") => Labels::Speakers,
            Some("channel") => Labels::Channels(channel_labels(transcription)),
            _ => Labels::None,
        };
        let speakers = match &labels {
            Labels::None => 1,
            Labels::Speakers => 2 + usize::try_from(seed % 3).unwrap_or(0),
            Labels::Channels(labels) => labels.len(),
        };
        let audio_s =
            part(job, "/duration").as_u64().and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(0);
        Some(Self { speech, tongue, job, labels, talk: tongue.talk(seed, audio_s, speakers), finished_ms })
    }

    pub(super) fn write(&self, format: Format) -> String {
        match format {
            Format::Json => self.json(),
            Format::Text => self.text(),
            Format::Srt => self.srt(),
        }
    }

    /// The label of that speaker or channel.
    fn label(&self, speaker: usize) -> String {
        match &self.labels {
            Labels::Channels(labels) => labels.get(speaker).cloned().unwrap_or_default(),
            Labels::None | Labels::Speakers => format!("S{}", speaker + 1),
        }
    }

    fn json(&self) -> String {
        let mut out = String::from("{\"format\":\"2.9\",\"job\":");
        let _ = write!(out, "{}", self.job_info());
        let _ = write!(out, ",\"metadata\":{}", self.metadata());
        out.push_str(",\"results\":[");
        let mut first = true;
        for utterance in self.talk.iter().flat_map(|(_, said)| said) {
            out.push_str(if first { "" } else { "," });
            first = false;
            self.write_result(&mut out, utterance);
        }
        out.push(']');
        for (name, value) in self.extras() {
            let _ = write!(out, ",\"{name}\":{value}");
        }
        out.push('}');
        out
    }

    fn job_info(&self) -> Value {
        let mut info = Map::new();
        for name in ["created_at", "data_name", "duration", "id"] {
            info.insert(name.to_owned(), part(self.job, &format!("/{name}")).clone());
        }
        let tracking = part(self.job, "/config/tracking");
        if !tracking.is_null() {
            info.insert("tracking".to_owned(), tracking.clone());
        }
        Value::Object(info)
    }

    fn metadata(&self) -> Value {
        let mut created_at = String::new();
        civil(self.finished_ms).write_rfc3339(&mut created_at);
        let direction = if self.tongue.direction == "rtl" { "right-to-left" } else { "left-to-right" };
        let pack = json!({
            "adapted": false,
            "itn": true,
            "language_description": self.tongue.name,
            "word_delimiter": self.tongue.delimiter,
            "writing_direction": direction,
        });
        let mut metadata = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                metadata.insert(name.to_owned(), value);
            }
        };
        put("created_at", json!(created_at));
        put("type", json!("transcription"));
        put("transcription_config", part(self.job, "/config/transcription_config").clone());
        put("output_config", part(self.job, "/config/output_config").clone());
        put("orchestrator_version", json!("2026.11.1+sandbox"));
        put("language_pack_info", pack);
        put("translation_errors", self.translation_errors());
        Value::Object(metadata)
    }

    /// The languages that nobody here speaks; null where there is none.
    fn translation_errors(&self) -> Value {
        let failed = self.targets().filter(|target| self.speech.spoken(target).is_none());
        let failed: Vec<Value> = failed
            .map(|target| {
                let message = format!("Translation from {} to {target} is not supported", self.tongue.code);
                json!({"type": "unsupported_translation_pair", "message": message})
            })
            .collect();
        if failed.is_empty() { Value::Null } else { Value::Array(failed) }
    }

    fn write_result(&self, out: &mut String, utterance: &Utterance<'_>) {
        let seconds = |ms: u64| format!("{}.{:03}", ms / 1000, ms % 1000);
        let _ = write!(
            out,
            "{{\"start_time\":{},\"end_time\":{}",
            seconds(utterance.start_ms),
            seconds(utterance.end_ms)
        );
        if utterance.mark {
            let _ = write!(
                out,
                ",\"type\":\"punctuation\",\"attaches_to\":\"previous\",\"is_eos\":{}",
                utterance.ends
            );
        } else {
            out.push_str(",\"type\":\"word\"");
        }
        if let Labels::Channels(_) = self.labels {
            out.push_str(",\"channel\":");
            write_string(out, &self.label(utterance.speaker));
        }
        let whole = utterance.confidence / 100;
        let _ = write!(
            out,
            ",\"alternatives\":[{{\"confidence\":{whole}.{:02},\"content\":",
            utterance.confidence % 100
        );
        write_string(out, utterance.text);
        out.push_str(",\"language\":");
        write_string(out, &self.tongue.code);
        if self.labels == Labels::Speakers {
            let _ = write!(out, ",\"speaker\":\"S{}\"", utterance.speaker + 1);
        }
        let _ = write!(out, ",\"display\":{{\"direction\":\"{}\"}}}}]}}", self.tongue.direction);
    }

    fn targets(&self) -> impl Iterator<Item = &str> {
        let targets = part(self.job, "/config/translation_config/target_languages").as_array();
        targets.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Translations, summary and chapters, where they were asked for.
    fn extras(&self) -> Vec<(&'static str, Value)> {
        let mut extras = Vec::new();
        let translations: Map<String, Value> = (self.targets())
            .filter_map(|target| Some((target.to_owned(), self.translation(self.speech.spoken(target)?))))
            .collect();
        if !translations.is_empty() {
            extras.push(("translations", Value::Object(translations)));
        }
        if part(self.job, "/config/summarization_config").is_object() {
            let content: Vec<String> =
                self.talk.iter().take(3).map(|(said, _)| self.tongue.written(said.place)).collect();
            extras.push(("summary", json!({"content": content.join(&self.tongue.delimiter)})));
        }
        if part(self.job, "/config/auto_chapters_config").is_object() {
            extras.push(("chapters", self.chapters()));
        }
        extras
    }

    fn translation(&self, into: &Tongue) -> Value {
        let sentence = |said: &Sentence| {
            let mut sentence = Map::new();
            sentence.insert("start_time".to_owned(), json!(decimal(said.start_ms)));
            sentence.insert("end_time".to_owned(), json!(decimal(said.end_ms)));
            sentence.insert("content".to_owned(), json!(into.written(said.place)));
            let who = match self.labels {
                Labels::None => return Value::Object(sentence),
                Labels::Speakers => "speaker",
                Labels::Channels(_) => "channel",
            };
            sentence.insert(who.to_owned(), json!(self.label(said.speaker)));
            Value::Object(sentence)
        };
        self.talk.iter().map(|(said, _)| sentence(said)).collect()
    }

    /// A chapter for about every five minutes.
    fn chapters(&self) -> Value {
        let mut chapters: Vec<Value> = Vec::new();
        for part in
            self.talk.chunk_by(|(one, _), (next, _)| one.start_ms / 300_000 == next.start_ms / 300_000)
        {
            if let (Some((first, _)), Some((last, _))) = (part.first(), part.last()) {
                chapters.push(json!({"title": format!("Part {}", chapters.len() + 1),
                    "summary": self.tongue.written(first.place),
                    "start_time": decimal(first.start_ms), "end_time": decimal(last.end_ms)}));
            }
        }
        Value::Array(chapters)
    }

    /// What one sentence reads like.
    fn sentence(&self, said: &[Utterance<'_>]) -> String {
        let mut out = String::new();
        for utterance in said {
            if !out.is_empty() && !utterance.mark {
                out.push_str(&self.tongue.delimiter);
            }
            out.push_str(utterance.text);
        }
        out
    }

    fn text(&self) -> String {
        let mut out = String::new();
        let mut last = None;
        for (sentence, said) in &self.talk {
            let changed = self.labels != Labels::None && last != Some(sentence.speaker);
            if changed {
                out.push_str(if last.is_some() { "\n\n" } else { "" });
                let _ = writeln!(out, "SPEAKER: {}", self.label(sentence.speaker));
            } else if last.is_some() {
                out.push_str(&self.tongue.delimiter);
            }
            last = Some(sentence.speaker);
            out.push_str(&self.sentence(said));
        }
        out.push('\n');
        out
    }

    fn srt(&self) -> String {
        let overrides = part(self.job, "/config/output_config/srt_overrides");
        let wish =
            |name: &str, default: u64| overrides[name].as_u64().filter(|wish| *wish > 0).unwrap_or(default);
        let width = usize::try_from(wish("max_line_length", 37)).unwrap_or(37);
        let lines = usize::try_from(wish("max_lines", 2)).unwrap_or(2);
        let mut out = String::new();
        let mut number = 0;
        for (_, said) in &self.talk {
            for block in blocks(said, &self.tongue.delimiter, width, lines) {
                number += 1;
                let _ = write!(
                    out,
                    "{number}\n{} --> {}\n{}\n\n",
                    timecode(block.start_ms),
                    timecode(block.end_ms),
                    block.text
                );
            }
        }
        out
    }
}

/// The part of a value at that JSON pointer; null where there is none.
pub(super) fn part<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// A subtitle.
struct Block {
    start_ms: u64,
    end_ms: u64,
    text: String,
}

/// Breaks a sentence into lines of at most `width` characters, and those into blocks. A longer word has a line
/// of its own.
fn blocks(said: &[Utterance<'_>], delimiter: &str, width: usize, lines: usize) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut column, mut line) = (0, 0);
    for utterance in said {
        let letters = utterance.text.chars().count();
        let gap = if utterance.mark { "" } else { delimiter };
        let fits = utterance.mark || column + gap.chars().count() + letters <= width;
        match blocks.last_mut() {
            Some(block) if fits => {
                block.text.push_str(gap);
                column += gap.chars().count();
            }
            Some(block) if line + 1 < lines => {
                block.text.push('\n');
                (column, line) = (0, line + 1);
            }
            _ => {
                blocks.push(Block { start_ms: utterance.start_ms, end_ms: 0, text: String::new() });
                (column, line) = (0, 0);
            }
        }
        if let Some(block) = blocks.last_mut() {
            block.text.push_str(utterance.text);
            block.end_ms = utterance.end_ms;
            column += letters;
        }
    }
    blocks
}

/// `00:01:02,345`
fn timecode(ms: u64) -> String {
    format!("{:02}:{:02}:{:02},{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

fn decimal(ms: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most four hours of ms")]
    let seconds = ms as f64 / 1000.0;
    seconds
}

fn channel_labels(transcription: &Value) -> Vec<String> {
    let labels = part(transcription, "/channel_diarization_labels").as_array();
    let labels: Vec<String> =
        labels.into_iter().flatten().filter_map(|label| label.as_str().map(str::to_owned)).collect();
    if labels.is_empty() { vec!["channel_1".to_owned(), "channel_2".to_owned()] } else { labels }
}
