//! A job goes in and comes out the same, and a row is small.

use compact_str::CompactString;
use foldhash::quality::RandomState;
use proptest::prelude::*;

use super::*;
use crate::model::{JobError, JobId};

fn words() -> impl Strategy<Value = Option<CompactString>> {
    prop::option::of("[aÉ\" ]{0,3}".prop_map(Into::into))
}

fn some_job() -> impl Strategy<Value = Job> {
    let status = prop::sample::select(vec!["running", "done", "odd", "odder"]);
    let when = prop::option::of((-3_i64..3, -999_999_999..=999_999_999_i32));
    let list = || prop::collection::vec("[ab]{0,2}".prop_map(Box::from), 0..3);
    let times = (when, prop::option::of(any::<u64>()));
    (status, "[aÉ]{0,3}", times, (words(), words(), words(), words()), list(), list(), words()).prop_map(
        |(status, name, (when, duration_s), (language, model, title, reference), tags, errors, more)| Job {
            id: JobId::new(format!("id{name}")),
            status: Status::parse(status),
            created_at: when.and_then(|(second, nano)| Timestamp::new(second, nano).ok()),
            data_name: name.into(),
            duration_s: duration_s.map(|seconds| seconds.min(u64::from(u32::MAX) - 1)),
            config: more.as_deref().map(|more| {
                let tracking =
                    serde_json::json!({"reference": reference.as_deref(), "title": title.as_deref()});
                serde_json::json!({"more": more, "tracking": tracking}).to_string().into()
            }),
            language,
            model,
            title,
            reference,
            tags,
            errors: errors
                .into_iter()
                .map(|message| JobError { timestamp: None, message: message.into() })
                .collect(),
        },
    )
}

proptest! {
    #[test]
    fn a_job_comes_out_as_it_went_in_and_leaves_nothing(jobs in prop::collection::vec(some_job(), 1..9)) {
        let (mut words, hasher) = (Words::default(), RandomState::default());
        let mut pack = |(handle, job): (Handle, &Job)| {
            words.errors.set(handle, &job.errors);
            words.pack(SourceId(3), job, (7, fingerprint(&hasher, job)), (handle, None))
        };
        let rows: Vec<Row> = (0..).map(Handle::new).zip(&jobs).map(&mut pack).collect();
        for ((handle, row), job) in (0..).map(Handle::new).zip(&rows).zip(&jobs) {
            prop_assert_eq!(&Held { handle, row, signature: &Signature::ANY, words: &words }.to_job(), job);
        }
        for (a, b) in rows.iter().zip(&jobs).flat_map(|a| rows.iter().zip(&jobs).map(move |b| (a, b))) {
            prop_assert_eq!(a.0.fingerprint == b.0.fingerprint, a.1 == b.1);
        }
        for (handle, row) in (0..).map(Handle::new).zip(&rows) {
            words.release(row, None);
            words.errors.set(handle, &[]);
        }
        prop_assert_eq!(words.len(), 0);
    }
}

#[test]
fn a_row_is_small() {
    assert!(size_of::<Option<Row>>() <= 56, "{}", size_of::<Option<Row>>());
}
