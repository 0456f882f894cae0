//! The odd shapes: what the service, its older versions and its examples have been seen to answer, and what a
//! hostile submitter can put into a name. For the `hostile` shapes only.

use serde_json::{Map, Value, json};

use super::random::Random;

/// Appends the job with something odd about it, drawn from its seed; about half stay as they are.
pub(super) fn disfigure(out: &mut String, plain: &str, seed: u64) {
    let oddity = Random::new(!seed).below(36);
    let Ok(Value::Object(mut job)) = serde_json::from_str(plain) else {
        out.push_str(plain);
        return;
    };
    distort(&mut job, oddity);
    out.push_str(&Value::Object(job).to_string());
}

fn distort(job: &mut Map<String, Value>, oddity: u64) {
    let put = |job: &mut Map<String, Value>, name: &str, value: Value| {
        job.insert(name.to_owned(), value);
    };
    match oddity {
        0 => put(job, "status", json!("expired")),
        1 => put(job, "status", json!("transcribing")),
        2 => put(job, "status", json!("aligning")),
        3 => put(job, "config", Value::Null),
        4 => put(job, "errors", Value::Null),
        5 => put(job, "text_name", json!("script.txt")),
        6 => put(job, "lang", json!("en")),
        7 => put(job, "from_the_future", json!({"nested": [1, 2.5, null, {"deep": true}]})),
        8 => drop(job.remove("duration")),
        9 => put(job, "duration", Value::Null),
        10 => drop(job.remove("data_name")),
        // A name that would take the terminal over, one that would turn the line around, one without an end.
        11 => {
            put(
                job,
                "data_name",
                json!("\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mred\u{1b}[0m\r\n\u{9b}5m.wav"),
            );
        }
        12 => put(job, "data_name", json!("invoice\u{202e}vaw.exe\u{200b}\u{2066}\u{feff}.wav")),
        13 => put(job, "data_name", json!("ha".repeat(5000))),
        14 => put(
            job,
            "data_name",
            json!("e\u{301}\u{327}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{ff37}ide.wav"),
        ),
        15 => finer(job),
        16 => legacy(job),
        17..=22 => distort_config(job, oddity),
        _ => {}
    }
}

/// Microseconds, as the spec's examples have them.
fn finer(job: &mut Map<String, Value>) {
    if let Some(Value::String(created_at)) = job.get_mut("created_at") {
        let whole = created_at.trim_end_matches('Z').to_owned();
        *created_at = format!("{whole}047Z");
    }
}

/// The configuration's parts at the top level, as in the spec's oldest examples.
fn legacy(job: &mut Map<String, Value>) {
    if let Some(Value::Object(config)) = job.remove("config") {
        job.extend(config);
    }
}

fn distort_config(job: &mut Map<String, Value>, oddity: u64) {
    let Some(Value::Object(config)) = job.get_mut("config") else { return };
    match oddity {
        17 => drop(config.remove("type")),
        18 => drop(config.insert("notification_config".to_owned(), Value::Null)),
        19 => {
            let tracking = config.entry("tracking").or_insert_with(|| json!({}));
            if let Value::Object(tracking) = tracking {
                tracking.insert(
                    "details".to_owned(),
                    json!({"client": "ACME Corp", "segment": 8, "pii": "555-0100"}),
                );
                tracking.insert("tags".to_owned(), Value::Null);
            }
        }
        20 => {
            let action = json!({"expected_languages": null, "low_confidence_action": "reject"});
            config.insert("language_identification_config".to_owned(), action);
        }
        _ => {
            let Some(Value::Object(transcription)) = config.get_mut("transcription_config") else { return };
            if oddity == 21 {
                transcription.insert("model".to_owned(), json!("enhanced"));
                transcription.insert("operating_point".to_owned(), json!("standard"));
            } else {
                transcription.insert("model".to_owned(), json!("oak-1"));
                transcription.insert("additional_vocab".to_owned(), Value::Null);
                transcription.insert("unheard_of".to_owned(), json!([{}]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{disfigure, distort};

    #[test]
    fn every_oddity_changes_the_job_and_the_rest_do_not() {
        let plain = json!({"created_at": "2026-11-23T14:25:30.123Z", "data_name": "a.wav", "duration": 3, "id": "x",
            "status": "done", "errors": [], "config": {"type": "transcription",
                "transcription_config": {"language": "en"}, "tracking": {"title": "t"}}});
        for oddity in 0..36 {
            let Value::Object(mut job) = plain.clone() else { unreachable!() };
            distort(&mut job, oddity);
            assert_eq!(Value::Object(job) == plain, oddity > 22, "{oddity}");
        }
    }

    #[test]
    fn the_same_seed_is_as_odd_again() {
        let draw = |seed| {
            let mut out = String::new();
            disfigure(&mut out, "{\"id\":\"x\",\"status\":\"done\"}", seed);
            out
        };
        assert!((0..100).all(|seed| draw(seed) == draw(seed)));
        assert!((0..100).any(|seed| draw(seed).contains("expired")));
    }
}
