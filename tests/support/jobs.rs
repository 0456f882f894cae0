//! Jobs as the fleet lists them: ordinary ones by the hundred, hostile ones, and one that is full of
//! secrets. Written as JSON text, since some of what a service may send no JSON library would write.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::fleet::KEY;

/// One entry of a list.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) json: String,
}

/// Some time ago.
#[expect(clippy::disallowed_methods, reason = "a fleet lists jobs of these days")]
pub(crate) fn ago(span: SignedDuration) -> Timestamp {
    let ms = Timestamp::now().as_millisecond();
    Timestamp::from_millisecond(ms).expect("a moment") - span
}

/// Jobs whose ids begin with `prefix`, newest first. Three in a row share a millisecond, so that a page
/// ends among equals; within it they differ by microseconds.
pub(crate) fn jobs(prefix: &str, count: usize, newest: Timestamp, step: SignedDuration) -> Vec<Job> {
    let digits = 10 - prefix.len();
    let job = |at: usize| {
        let (group, place) = (i32::try_from(at / 3).expect("few"), i64::try_from(at % 3).expect("few"));
        let created = newest - step * group + SignedDuration::from_micros(300 * (2 - place));
        let status = ["done", "running", "rejected", "done"][at % 4];
        let id = format!("{prefix}{at:0digits$}");
        let json = json!({
            "id": id, "status": status, "created_at": created.to_string(), "duration": 60 + at,
            "data_name": format!("{prefix} call {at}.wav"),
            "config": {
                "type": "transcription",
                "transcription_config": {
                    "language": (["en", "de", "ja"][at % 3]), "operating_point": "enhanced", "additional_vocab": null,
                },
                "tracking": {"title": format!("title {at}"), "reference": format!("ref-{at}"), "tags": ["one", "two"]},
            },
        });
        Job { id, created, json: json.to_string() }
    };
    (0..count).map(job).collect()
}

/// A second between two groups of three.
pub(crate) fn ordinary(prefix: &str, count: usize) -> Vec<Job> {
    jobs(prefix, count, ago(SignedDuration::from_mins(10)), SignedDuration::from_secs(1))
}

/// A job from JSON text. `fields` follow its id and its time.
pub(crate) fn job(id: &str, created: Timestamp, fields: &str) -> Job {
    let json = format!(r#"{{"id":"{id}","created_at":"{created}",{fields}}}"#);
    Job { id: id.to_owned(), created, json }
}

/// Names that attack a terminal or its reader, as JSON writes them, and what may be left of them.
pub(crate) const HOSTILE: [(&str, &str); 11] = [
    (r"\u001b[2J\u001b[1;1Hwiped.wav", "[2J[1;1Hwiped.wav"),
    (r"\u001b]52;c;cHduZWQ=\u0007clip.wav", "]52;c;cHduZWQ=clip.wav"),
    (r"\u001b]0;owned\u001b\\title.wav", "]0;owned\\title.wav"),
    (r"\u001bcreset\u001b[6n.wav", "creset[6n.wav"),
    (r"\u009b31mc1\u0090q\u009c.wav", "31mc1q.wav"),
    (r"evil\u202egpj.exe\u2066\u200f", "evilgpj.exe"),
    (r"two\r\nlines\u2028\tand\u0085more.wav", "two lines  and more.wav"),
    (r"lone\ud800half.wav", "lone\u{fffd}half.wav"),
    (r"zero\u200b\u2060\ufeffwidth.wav", "zerowidth.wav"),
    (r"nul\u0000del\u007fbel\u0007back\b.wav", "nuldelbelback.wav"),
    (r"tag\udb40\udc01\udb40\udc41ged.wav", "tagged.wav"),
];

/// Jobs with hostile names, one that is hostile in every field, a huge one, and entries that are none.
pub(crate) fn hostile() -> Vec<Job> {
    let newest = ago(SignedDuration::from_mins(5));
    let at = |nth: usize| newest - SignedDuration::from_secs(i64::try_from(nth).expect("few"));
    let named = HOSTILE.iter().enumerate().map(|(nth, (name, _))| {
        let fields = format!(r#""status":"done","duration":1,"data_name":"{name}""#);
        job(&format!("hostile{nth:03}"), at(nth), &fields)
    });
    let attack = r"\u001b[2J\u009b?1049l\u001b]52;c;cHduZWQ=\u0007\u202ex";
    let everywhere = job(
        "hostileall",
        at(50),
        &format!(
            r#""status":"{attack}","data_name":"everywhere.wav","lang":"{attack}","duration":"{attack}",
            "errors":[{{"timestamp":"{attack}","message":"{attack}"}},null,7],
            "config":{{"{attack}":"{attack}","transcription_config":{{"language":"{attack}","model":"{attack}"}},
            "tracking":{{"title":"{attack}","reference":"{attack}","tags":["{attack}",null,{{}}]}}}}"#
        ),
    );
    let fields = format!(r#""status":"done","data_name":"{}end.wav""#, "long ".repeat(40_000));
    let huge = job("hostilehug", at(51), &fields);
    let nobody = ["null", "7", "[]", r#"{"status":"done"}"#].into_iter().enumerate().map(|(nth, json)| Job {
        id: String::new(),
        created: at(60 + nth),
        json: json.to_owned(),
    });
    named.chain([everywhere, huge]).chain(nobody).collect()
}

/// How many of them are jobs at all.
pub(crate) const HOSTILE_JOBS: usize = HOSTILE.len() + 2;

/// What a terminal obeys, and what hides text or turns it round.
pub(crate) fn is_trap(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(char, '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// What must never be seen outside of the requests that carry it.
pub(crate) const SECRETS: [&str; 8] = [
    KEY,
    "hdrS3cretOfTheCallback",
    "hdrS3cretOfTheFetch",
    "sigS3cretOfTheCallback",
    "sigS3cretOfTheFetch",
    "passS3cretOfTheStore",
    "sigS3cretOfTheName",
    "sigS3cretOfTheRedirect",
];

/// A job that holds every secret that a job can hold, and the key itself.
pub(crate) fn secretive() -> Job {
    let [key, callback_header, fetch_header, callback, fetch, password, name, _] = SECRETS;
    let fields = format!(
        r#""status":"done","duration":60,"data_name":"https://store.example/a.wav?X-Amz-Signature={name}",
        "errors":[{{"timestamp":"2026-11-22T10:00:00Z",
          "message":"HTTPError: Post \"https://cb.example/hook?token={callback}\": context deadline exceeded, {key}"}}],
        "config":{{"type":"transcription","transcription_config":{{"language":"en"}},
          "notification_config":[{{"url":"https://cb.example/hook?token={callback}","contents":["transcript"],
            "auth_headers":["Authorization: Bearer {callback_header}"]}}],
          "fetch_data":{{"url":"https://user:{password}@store.example/a.wav?sig={fetch}",
            "auth_headers":["X-Api-Key: {fetch_header}"]}},
          "tracking":{{"title":"by {key}","reference":"{key}","tags":["{key}"]}}}}"#
    );
    job("secretive1", ago(SignedDuration::from_mins(1)), &fields)
}
