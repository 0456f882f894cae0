//! Configurations without what is each job's own. A fleet has few configurations, but each job's holds
//! its title, its reference, its tags and perhaps the name of its file in a URL; with marks in their places many
//! jobs have the same text.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Stands for the title. A control character cannot stand in JSON as it is.
const TITLE: &str = "\u{1}";
/// Stands for the reference.
const REFERENCE: &str = "\u{2}";
/// Stands before a text that is no JSON and holds such characters itself.
const AS_IT_IS: char = '\u{3}';
/// Stands for the last part of a URL's path that is probably the job's own.
const SEGMENT: &str = "\u{4}";
/// Stands for the tags.
const TAGS: &str = "\u{5}";

/// Names in a configuration, prepared to be looked for: that takes longer than to look.
static TITLE_IS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"title\":"));
static REFERENCE_IS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"reference\":"));
static TAGS_ARE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"tags\":"));
static URL_IS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"url\":\""));

/// A configuration in two parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template<'a> {
    /// What many jobs may share, with marks.
    pub(super) shared: Cow<'a, str>,
    /// What stands in the places of [`SEGMENT`], each followed by a line break.
    pub(super) own: String,
}

/// Puts marks in the places of title, reference and the ends of URLs. What does not look as expected
/// stays as it is.
pub(super) fn fold<'a>(
    config: &'a str,
    title: Option<&str>,
    reference: Option<&str>,
    tags: &[Box<str>],
) -> Template<'a> {
    let mut own = String::new();
    if config.bytes().any(|byte| (1..=5).contains(&byte)) {
        return Template { shared: Cow::Owned(format!("{AS_IT_IS}{config}")), own };
    }
    let mut marks: Vec<(Range<usize>, &str)> = Vec::with_capacity(4);
    marks.extend(segments(config).map(|place| (place, SEGMENT)));
    marks.extend(place_of_text(config, &TITLE_IS, title).map(|place| (place, TITLE)));
    marks.extend(place_of_text(config, &REFERENCE_IS, reference).map(|place| (place, REFERENCE)));
    let tags = json_list(tags).and_then(|tags| place(config, &TAGS_ARE, |rest| begins(rest, &tags)));
    marks.extend(tags.map(|place| (place, TAGS)));
    marks.sort_unstable_by_key(|(place, _)| place.start);
    let mut copied = 0;
    let mut folded = String::with_capacity(config.len());
    for (place, mark) in marks {
        // A title may look like a URL.
        let Some(between) = config.get(copied..place.start) else { continue };
        folded.push_str(between);
        folded.push_str(mark);
        if mark == SEGMENT {
            own.push_str(config.get(place.clone()).unwrap_or_default());
            own.push('\n');
        }
        copied = place.end;
    }
    if copied == 0 {
        return Template { shared: Cow::Borrowed(config), own };
    }
    folded.push_str(config.get(copied..).unwrap_or_default());
    Template { shared: Cow::Owned(folded), own }
}

/// The places of the last parts of URLs' paths, where they hold digits as names of files and ids do.
fn segments(config: &str) -> impl Iterator<Item = Range<usize>> {
    URL_IS.find_iter(config.as_bytes()).filter_map(|at| {
        let from = at + URL_IS.needle().len();
        let rest = config.get(from..)?;
        let url = rest.get(..rest.find('"')?)?;
        let path = url.get(..url.find(['?', '#']).unwrap_or(url.len()))?;
        let start = path.rfind('/')? + 1;
        let segment = path.get(start..)?;
        let own = segment.bytes().filter(u8::is_ascii_digit).count() >= 2;
        let plain = !url.contains('\\') && !segment.contains(char::is_control);
        (own && plain).then(|| from + start..from + path.len())
    })
}

/// Where a value stands behind a name, for the first time; `length` says how long it is, if it stands at the beginning.
fn place(config: &str, name: &Finder<'_>, length: impl Fn(&str) -> Option<usize>) -> Option<Range<usize>> {
    name.find_iter(config.as_bytes()).find_map(|at| {
        let from = at + name.needle().len();
        config.get(from..).and_then(&length).map(|length| from..from + length)
    })
}

fn place_of_text(config: &str, name: &Finder<'_>, text: Option<&str>) -> Option<Range<usize>> {
    let text = text?;
    // Mostly it stands in JSON as it is.
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\') || byte.is_ascii_control()) {
        let length = |rest: &str| {
            let behind = rest.strip_prefix('"')?.strip_prefix(text)?;
            behind.starts_with('"').then_some(text.len() + 2)
        };
        return place(config, name, length);
    }
    let value = json(text)?;
    place(config, name, |rest| begins(rest, &value))
}

fn begins(rest: &str, value: &str) -> Option<usize> {
    rest.starts_with(value).then_some(value.len())
}

/// Puts back what was marked.
pub(super) fn unfold<'a>(
    shared: &'a str,
    title: Option<&str>,
    reference: Option<&str>,
    tags: &[Box<str>],
    own: &str,
) -> Cow<'a, str> {
    if let Some(config) = shared.strip_prefix(AS_IT_IS) {
        return Cow::Borrowed(config);
    }
    let mut config = Cow::Borrowed(shared);
    // The ends of URLs first: they cannot hold a mark, which a title in its place might.
    for segment in own.lines() {
        config = Cow::Owned(config.replacen(SEGMENT, segment, 1));
    }
    let values =
        [(title.and_then(json), TITLE), (reference.and_then(json), REFERENCE), (json_list(tags), TAGS)];
    for (value, mark) in values {
        if let Some(value) = value
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

/// Tags as JSON; nothing where there are none, which all such jobs share.
fn json_list(tags: &[Box<str>]) -> Option<String> {
    serde_json::to_string(tags).ok().filter(|_| !tags.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(config: &str, title: Option<&str>, reference: Option<&str>) -> String {
        let tags = ["a".into(), "b \"c\"".into()];
        let Template { shared, own } = fold(config, title, reference, &tags);
        unfold(&shared, title, reference, &tags, &own).into_owned()
    }

    #[test]
    fn what_jobs_share_folds_alike_and_unfolds_to_each_own() {
        let config = |title: &str| format!(r#"{{"tracking":{{"reference":"r","title":{title}}}}}"#);
        let (one, other) = (config(r#""a \"b\"""#), config(r#""é""#));
        let folded = fold(&one, Some("a \"b\""), Some("r"), &[]);
        assert_eq!(folded, fold(&other, Some("é"), Some("r"), &[]));
        let tagged = r#"{"tracking":{"tags":["a","b \"c\""]}}"#;
        assert_eq!(back(tagged, None, None), tagged);
        let shared = fold(tagged, None, None, &["a".into(), "b \"c\"".into()]).shared;
        assert_eq!(shared, "{\"tracking\":{\"tags\":\u{5}}}");
        assert_eq!(back(&one, Some("a \"b\""), Some("r")), one);
        assert_eq!(back(&other, Some("é"), Some("r")), other);
        for odd in ["", "\u{1}", "\u{4}", "\"title\":\"\u{2}\"", r#"{"title":"x","also":{"title":"x"}}"#] {
            assert_eq!(back(odd, Some("x"), None), odd);
        }
    }

    #[test]
    fn files_behind_urls_are_each_jobs_own_and_callbacks_are_shared() {
        let config = |file: &str| {
            format!(
                r#"{{"fetch_data":{{"url":"https://in.example/a/{file}?…"}},"tracking":{{"title":"{file}"}},"notification_config":[{{"url":"https://hook.example/done?…"}},{{"url":"https://hook.example/job/{file}"}}]}}"#
            )
        };
        let (one, other) = (config("call-0017.wav"), config("call-0018.wav"));
        let (first, second) =
            (fold(&one, Some("call-0017.wav"), None, &[]), fold(&other, Some("call-0018.wav"), None, &[]));
        assert_eq!(first.shared, second.shared);
        assert_eq!(first.own, "call-0017.wav\ncall-0017.wav\n");
        for (config, title) in
            [(&one, Some("call-0017.wav")), (&other, None), (&other, Some("call-0018.wav"))]
        {
            assert_eq!(back(config, title, None), *config);
        }
        for url in
            ["https://x/12", "x/12", "/", "", "https://x/a?b=/12", "https://x/1\\u00e92", "https://x/12"]
        {
            for end in ["\"", "", "\"}"] {
                let odd = format!("{{\"url\":\"{url}{end}");
                assert_eq!(back(&odd, None, None), odd);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_folded_comes_back(
            parts in proptest::collection::vec("(\"url\":\"|https://|/|[0-9]{2}|[a-z?\"\\\\:,{}\u{1}-\u{5}\n]|\"title\":\"t\")", 0..20),
        ) {
            let config = parts.concat();
            proptest::prop_assert_eq!(back(&config, Some("t"), None), config);
        }
    }
}
