//! Two jobs side by side: what the list gives of each, and their configurations leaf by leaf. Secrets in them were
//! masked where they entered. Everything comes from the list, so that nothing has to be fetched.

use std::collections::BTreeMap;

use serde_json::Value;

use super::overlay::Scroll;
use super::{Effect, Overlay, State};
use crate::model::{Job, JobKey};

/// So many leaves of a configuration are compared; a vocabulary of thousands of words is no reason to show them all.
const LEAVES: usize = 2_000;

/// Two jobs that are compared, as they were listed when that began.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Which.
    pub keys: [JobKey; 2],
    /// As they were listed.
    pub jobs: Box<[Job; 2]>,
    /// Whether what is equal is left out.
    pub differences_only: bool,
    /// Their configurations, leaf by leaf.
    pub config: Vec<Pair>,
}

/// One thing of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// What: a place in the configuration as `transcription_config.language`.
    pub label: String,
    /// What it is of each; `None` where a job does not have it.
    pub of: [Option<String>; 2],
}

/// How two things stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// They are the same.
    Same,
    /// Each is another.
    Other,
    /// Only the first job has it.
    First,
    /// Only the second job has it.
    Second,
}

impl Pair {
    /// How the two stand to each other.
    pub fn difference(&self) -> Difference {
        match &self.of {
            [Some(_), None] => Difference::First,
            [None, Some(_)] => Difference::Second,
            [first, second] if first == second => Difference::Same,
            _ => Difference::Other,
        }
    }
}

impl Comparison {
    pub(super) fn of(keys: [JobKey; 2], jobs: [Job; 2], differences_only: bool) -> Self {
        let config = pairs(jobs.each_ref().map(|job| job.config.as_deref()));
        Self { keys, jobs: Box::new(jobs), differences_only, config }
    }
}

impl State {
    /// Compares the two marked jobs; over a comparison leaves out what is equal, or shows it again.
    pub(super) fn compare(&mut self) -> Vec<Effect> {
        match &mut self.overlay {
            Some(Overlay::Compare(comparison, scroll)) => {
                *scroll = Scroll::default();
                comparison.differences_only = !comparison.differences_only;
                Vec::new()
            }
            Some(_) => Vec::new(),
            None => self.compare_marked(),
        }
    }

    fn compare_marked(&mut self) -> Vec<Effect> {
        let marked: Vec<JobKey> = self.marks.jobs().take(3).cloned().collect();
        let Ok(keys) = <[JobKey; 2]>::try_from(marked) else {
            let count = self.marks.len();
            self.remark(format!("two marked jobs are compared: {count} marked now; Space marks one"));
            return Vec::new();
        };
        let job = |key| Some(self.store.job(self.store.find(key)?)?.to_job());
        let [Some(first), Some(second)] = keys.each_ref().map(job) else {
            self.remark("one of the marked jobs is no longer listed: it cannot be compared".to_owned());
            return Vec::new();
        };
        let comparison = Comparison::of(keys, [first, second], false);
        self.lay_over(Overlay::Compare(Box::new(comparison), Scroll::default()))
    }
}

/// Two configurations leaf by leaf, in the order of their names.
fn pairs(configs: [Option<&str>; 2]) -> Vec<Pair> {
    let mut all: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
    for (at, config) in configs.into_iter().enumerate() {
        let Some(config) = config else { continue };
        let mut leaves = Vec::new();
        match serde_json::from_str::<Value>(config) {
            Ok(value) => take_leaves(String::new(), &value, &mut leaves),
            // What is no JSON is one leaf.
            Err(_) => leaves.push(("(config)".to_owned(), config.to_owned())),
        }
        for (label, text) in leaves {
            if let Some(of) = all.entry(label).or_default().get_mut(at) {
                *of = Some(text);
            }
        }
    }
    all.into_iter().map(|(label, of)| Pair { label, of }).collect()
}

fn take_leaves(label: String, value: &Value, leaves: &mut Vec<(String, String)>) {
    if leaves.len() >= LEAVES {
        return;
    }
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let dot = if label.is_empty() { "" } else { "." };
                take_leaves(format!("{label}{dot}{name}"), value, leaves);
            }
        }
        Value::Array(values) if values.iter().any(|value| value.is_object() || value.is_array()) => {
            for (at, value) in values.iter().enumerate() {
                take_leaves(format!("{label}[{at}]"), value, leaves);
            }
        }
        Value::String(text) => leaves.push((label, text.clone())),
        other => leaves.push((label, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_compared_leaf_by_leaf() {
        let one = r#"{"type":"transcription","transcription_config":{"language":"en","diarization":"speaker","additional_vocab":[{"content":"a"}]},"tags":["x","y"],"empty":{}}"#;
        let two = r#"{"type":"transcription","transcription_config":{"language":"de","model":"enhanced"},"tags":["x"],"nothing":null}"#;
        let pairs = pairs([Some(one), Some(two)]);
        let seen: Vec<_> = pairs.iter().map(|pair| (pair.label.as_str(), pair.difference())).collect();
        assert_eq!(
            seen,
            [
                ("empty", Difference::First),
                ("nothing", Difference::Second),
                ("tags", Difference::Other),
                ("transcription_config.additional_vocab[0].content", Difference::First),
                ("transcription_config.diarization", Difference::First),
                ("transcription_config.language", Difference::Other),
                ("transcription_config.model", Difference::Second),
                ("type", Difference::Same),
            ]
        );
        assert_eq!(pairs[2].of, [Some(r#"["x","y"]"#.to_owned()), Some(r#"["x"]"#.to_owned())]);
    }

    #[test]
    fn what_is_no_json_or_not_there_is_compared_too() {
        assert!(pairs([None, None]).is_empty());
        let odd = pairs([Some("{broken"), None]);
        assert_eq!((odd.len(), odd[0].difference()), (1, Difference::First));
        let long = format!("{{\"a\":[{}]}}", vec!["{\"b\":1}"; 5_000].join(","));
        assert_eq!(pairs([Some(&long), None]).len(), LEAVES);
    }

    proptest::proptest! {
        #[test]
        fn a_job_is_like_itself(config in "\\PC{0,200}") {
            proptest::prop_assert!(
                pairs([Some(&config), Some(&config)]).iter().all(|pair| pair.difference() == Difference::Same)
            );
        }
    }
}
