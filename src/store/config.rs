//! Configurations without what is each job's own. A fleet has few configurations, but each job's holds
//! its title and its reference too; with marks in their places many jobs have the same text.

use std::borrow::Cow;
use std::ops::Range;

/// Stands for the title. A control character cannot stand in JSON as it is.
const TITLE: &str = "\u{1}";
/// Stands for the reference.
const REFERENCE: &str = "\u{2}";
/// Stands before a text that is no JSON and holds such characters itself.
const AS_IT_IS: char = '\u{3}';

/// Puts marks in the places of title and reference. What does not look as expected stays as it is.
pub(super) fn fold<'a>(config: &'a str, title: Option<&str>, reference: Option<&str>) -> Cow<'a, str> {
    if config.bytes().any(|byte| (1..=3).contains(&byte)) {
        return Cow::Owned(format!("{AS_IT_IS}{config}"));
    }
    let place = |name: &str, value: Option<&str>| place(config, name, value?);
    let title = place("\"title\":", title).map(|place| (place, TITLE));
    let reference = place("\"reference\":", reference).map(|place| (place, REFERENCE));
    let mut marks = [title, reference];
    marks.sort_unstable_by_key(|mark| mark.as_ref().map(|(place, _)| place.start));
    let mut copied = 0;
    let mut folded = String::new();
    for (place, mark) in marks.into_iter().flatten() {
        folded.push_str(config.get(copied..place.start).unwrap_or_default());
        folded.push_str(mark);
        copied = place.end;
    }
    if copied == 0 {
        return Cow::Borrowed(config);
    }
    folded.push_str(config.get(copied..).unwrap_or_default());
    Cow::Owned(folded)
}

/// Where a value stands as JSON behind a name, for the first time.
fn place(config: &str, name: &str, value: &str) -> Option<Range<usize>> {
    let value = json(value)?;
    memchr::memmem::find_iter(config.as_bytes(), name).find_map(|at| {
        let from = at + name.len();
        let stands = config.get(from..).is_some_and(|rest| rest.starts_with(&*value));
        stands.then(|| from..from + value.len())
    })
}

/// Puts title and reference back.
pub(super) fn unfold<'a>(folded: &'a str, title: Option<&str>, reference: Option<&str>) -> Cow<'a, str> {
    if let Some(config) = folded.strip_prefix(AS_IT_IS) {
        return Cow::Borrowed(config);
    }
    let mut config = Cow::Borrowed(folded);
    for (value, mark) in [(title, TITLE), (reference, REFERENCE)] {
        if let Some(value) = value.and_then(json)
            && config.contains(mark)
        {
            config = Cow::Owned(config.replacen(mark, &value, 1));
        }
    }
    config
}

fn json(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_jobs_share_folds_alike_and_unfolds_to_each_own() {
        let config = |title: &str| format!(r#"{{"tracking":{{"reference":"r","title":{title}}}}}"#);
        let (one, other) = (config(r#""a \"b\"""#), config(r#""é""#));
        let folded = fold(&one, Some("a \"b\""), Some("r"));
        assert_eq!(folded, fold(&other, Some("é"), Some("r")));
        assert_eq!(unfold(&folded, Some("a \"b\""), Some("r")), one);
        assert_eq!(unfold(&folded, Some("é"), Some("r")), other);
        for odd in ["", "\u{1}", "\"title\":\"\u{2}\"", r#"{"title":"x","also":{"title":"x"}}"#] {
            let folded = fold(odd, Some("x"), None);
            assert_eq!(unfold(&folded, Some("x"), None), odd);
        }
    }
}
