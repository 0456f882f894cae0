//! What must hold of every query and every job.

use compact_str::CompactString;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::tests::{NOW, blank};
use super::{FIELDS, Query, QueryError, Scratch, Subject};
use crate::model::{Job, JobError, Status};

/// A query as a tree, to be printed in one of many ways and judged by plain means.
#[derive(Clone, Debug)]
enum Tree {
    Is(&'static str, String),
    Contains(&'static str, String),
    /// Longer than, shorter than, in seconds.
    Longer(u64),
    Shorter(u64),
    /// Older than, younger than, in hours.
    Older(i64),
    Younger(i64),
    Phrase(String),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

const TEXTS: [&str; 8] = ["env", "status", "name", "lang", "title", "ref", "tag", "error"];

/// Few characters, so that values meet; quotes, escapes, operators and wide ones among them.
fn value() -> impl Strategy<Value = String> {
    "[aAbé \"\\\\():~<>-]{0,4}"
}

fn tree() -> impl Strategy<Value = Tree> {
    let field = || proptest::sample::select(&TEXTS[..]);
    let leaf = prop_oneof![
        (field(), value()).prop_map(|(field, value)| Tree::Is(field, value)),
        (field(), value())
            .prop_filter("nothing to search for", |(_, value)| !value.is_empty())
            .prop_map(|(field, value)| Tree::Contains(field, value)),
        (0..5_u64).prop_map(Tree::Longer),
        (0..5_u64).prop_map(Tree::Shorter),
        (0..5_i64).prop_map(Tree::Older),
        (0..5_i64).prop_map(Tree::Younger),
        value().prop_filter("nothing to search for", |value| !value.is_empty()).prop_map(Tree::Phrase),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Tree::All),
            proptest::collection::vec(inner, 2..4).prop_map(Tree::Any),
        ]
    })
}

fn job() -> impl Strategy<Value = Job> {
    let text = || proptest::option::of(value().prop_map(CompactString::from));
    let list = || proptest::collection::vec(value().prop_map(String::into_boxed_str), 0..3);
    let times = (proptest::option::of(0..6_u64), proptest::option::of(-1..6_i64));
    let status = prop_oneof![Just("running"), Just("done"), Just("ab"), Just("é")];
    (status, value(), times, (text(), text(), text()), list(), list()).prop_map(
        |(status, name, (duration_s, hours), (language, title, reference), tags, errors)| Job {
            status: Status::parse(status),
            created_at: hours.map(|hours| now() - SignedDuration::from_hours(hours)),
            data_name: name.into(),
            duration_s,
            language,
            title,
            reference,
            tags,
            errors: errors
                .into_iter()
                .map(|message| JobError { timestamp: None, message: message.into() })
                .collect(),
            ..blank("id00id00id")
        },
    )
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// Prints a tree; `style` decides among spellings that mean the same.
fn print(tree: &Tree, style: &mut impl FnMut(u8) -> u8) -> String {
    let quote = |value: &str| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    let case = |text: &str, upper: bool| if upper { text.to_uppercase() } else { text.to_owned() };
    let simple = |value: &str| !value.is_empty() && value.chars().all(char::is_alphanumeric);
    match tree {
        Tree::Is(field, value) | Tree::Contains(field, value) => {
            let op = if matches!(tree, Tree::Is(..)) { ':' } else { '~' };
            let bare = simple(value) && style(2) == 0;
            let value = case(value, style(2) == 0);
            let value = if bare { value } else { quote(&value) };
            format!("{}{op}{value}", case(field, style(2) == 0))
        }
        Tree::Longer(seconds) => format!("dur>{seconds}{}", if style(2) == 0 { "s" } else { "" }),
        Tree::Shorter(seconds) => format!("dur<{seconds}"),
        Tree::Older(hours) if style(2) == 0 => format!("created<{hours}h"),
        Tree::Older(hours) => format!("age>{}m", hours * 60),
        Tree::Younger(hours) if style(2) == 0 => format!("created>{hours}h"),
        Tree::Younger(hours) => format!("age<{hours}h0m"),
        Tree::Phrase(phrase) => quote(phrase),
        Tree::Not(inner) => {
            let sign = ["-", "!", "not ", "NOT  "][usize::from(style(4))];
            let shown = print(inner, style);
            match **inner {
                Tree::All(_) | Tree::Any(_) => format!("{sign}({shown})"),
                _ => format!("{sign}{shown}"),
            }
        }
        Tree::All(trees) => {
            let mut shown = Vec::new();
            for tree in trees {
                let part = print(tree, style);
                let wrap = matches!(tree, Tree::Any(_)) || style(4) == 0;
                shown.push(if wrap { format!("({part})") } else { part });
            }
            shown.join([" ", "  ", " and ", " AND "][usize::from(style(4))])
        }
        Tree::Any(trees) => {
            let mut shown = Vec::new();
            for tree in trees {
                let part = print(tree, style);
                shown.push(if style(4) == 0 { format!("( {part} )") } else { part });
            }
            shown.join([" or ", " OR\t"][usize::from(style(2))])
        }
    }
}

/// What a tree means, said again without regard to speed.
fn means(tree: &Tree, job: &Job) -> bool {
    let fold = |text: &str| text.to_lowercase();
    let texts = |field: &str| -> Vec<String> {
        let one = |text: &Option<CompactString>| vec![text.as_deref().unwrap_or_default().to_lowercase()];
        match field {
            "env" => vec!["ab".into()],
            "status" => vec![job.status.to_string()],
            "name" => vec![fold(&job.data_name)],
            "lang" => one(&job.language),
            "title" => one(&job.title),
            "ref" => one(&job.reference),
            "tag" => job.tags.iter().map(|tag| fold(tag)).collect(),
            _ => job.errors.iter().map(|error| fold(&error.message)).collect(),
        }
    };
    let age = job.created_at.map(|created| now().duration_since(created).max(SignedDuration::ZERO));
    match tree {
        Tree::Is("error", value) if value.is_empty() => job.errors.is_empty(),
        Tree::Is("tag", value) if value.is_empty() => texts("tag").iter().all(String::is_empty),
        Tree::Is(field, value) => texts(field).contains(&fold(value)),
        Tree::Contains(field, value) => texts(field).iter().any(|text| text.contains(&fold(value))),
        Tree::Longer(seconds) => job.duration_s.is_some_and(|duration| duration > *seconds),
        Tree::Shorter(seconds) => job.duration_s.is_some_and(|duration| duration < *seconds),
        Tree::Older(hours) => age.is_some_and(|age| age > SignedDuration::from_hours(*hours)),
        Tree::Younger(hours) => age.is_some_and(|age| age < SignedDuration::from_hours(*hours)),
        Tree::Phrase(phrase) => {
            let id = vec![fold(job.id.as_str())];
            let all = [texts("name"), texts("title"), texts("ref"), id].concat();
            all.iter().any(|text| text.contains(&fold(phrase)))
        }
        Tree::Not(inner) => !means(inner, job),
        Tree::All(trees) => trees.iter().all(|tree| means(tree, job)),
        Tree::Any(trees) => trees.iter().any(|tree| means(tree, job)),
    }
}

fn read(text: &str) -> Result<Query, QueryError> {
    Query::parse(text, &TimeZone::UTC)
}

fn finds(text: &str, job: &Job) -> Result<bool, TestCaseError> {
    let query = read(text).map_err(|error| TestCaseError::fail(error.pointed(text)))?;
    let subject = Subject { job, environment: "ab", region: "AB", key: "é", others: None };
    Ok(query.matches(&subject, now(), &mut Scratch::new()))
}

/// Text that looks like a query more often than any text does.
fn almost_query() -> impl Strategy<Value = String> {
    let names: Vec<String> = FIELDS.iter().map(|field| field.name.to_owned()).collect();
    let piece = prop_oneof![
        proptest::sample::select(names),
        "[-!:~<>()\"\\\\= ]",
        "[-!:~<>()\"\\\\= ]",
        "( and | or | not |1h30m|2d|45|2026-11-20|T14:30|Z)",
        "\\PC{0,3}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn whole_query() -> impl Strategy<Value = String> {
    prop_oneof![almost_query(), "[aAbé]{1,5}"]
        .prop_filter("no query", |text| read(text).is_ok_and(|query| !query.is_empty()))
}

proptest! {
    #[test]
    fn any_text_is_a_query_or_an_error_with_a_place(
        text in prop_oneof![any::<String>(), almost_query(), "[(!-]{0,200}a[)]{0,200}"],
        job in job(),
    ) {
        match read(&text) {
            Ok(_) => { finds(&text, &job)?; }
            Err(error) => {
                prop_assert!(text.get(error.at.clone()).is_some(), "{:?} of {text:?}", error.at);
                prop_assert!(!error.message.is_empty() && !error.message.contains(char::is_control));
                prop_assert_eq!(error.pointed(&text).matches('\n').count(), 2);
            }
        }
    }

    #[test]
    fn a_printed_tree_means_the_same(
        tree in tree(),
        jobs in proptest::collection::vec(job(), 1..8),
        styles in proptest::collection::vec(any::<u8>(), 1..16),
    ) {
        let mut styles = styles.iter().cycle();
        let text = print(&tree, &mut |ways| styles.next().unwrap_or(&0) % ways);
        for job in &jobs {
            prop_assert_eq!(finds(&text, job)?, means(&tree, job), "{} for {:?}", text, job);
        }
    }

    #[test]
    fn more_words_find_less_and_not_finds_the_rest(
        a in whole_query(),
        b in whole_query(),
        job in job(),
    ) {
        let (in_a, in_b) = (finds(&a, &job)?, finds(&b, &job)?);
        prop_assert_eq!(finds(&format!("({a}) ({b})"), &job)?, in_a && in_b);
        prop_assert_eq!(finds(&format!("{a} or {b}"), &job)?, in_a || in_b);
        prop_assert_eq!(finds(&format!("not ({a})"), &job)?, !in_a);
        prop_assert_eq!(finds(&format!("-({a})"), &job)?, !in_a);
        if !a.to_lowercase().contains("or") && !b.to_lowercase().contains("or") {
            let both = format!("{a} {b}");
            prop_assert!(!finds(&both, &job)? || in_a, "{}", both);
        }
    }

    #[test]
    fn a_word_finds_every_text_that_holds_it(
        before in "\\PC{0,8}",
        word in "[\\p{L}\\p{N}]{1,12}",
        behind in "\\PC{0,8}",
    ) {
        prop_assume!(!["and", "or", "not"].contains(&word.to_lowercase().as_str()));
        let mut job = blank("id00id00id");
        job.title = Some(format!("{before}{word}{behind}").into());
        prop_assert!(finds(&word, &job)?);
        let (title, name) = (format!("title~{word}"), format!("name:{word}"));
        prop_assert!(finds(&title, &job)?);
        job.data_name = word.clone().into();
        prop_assert!(finds(&name, &job)?);
    }

    #[test]
    fn no_word_and_no_text_upset_the_fuzzy_matcher(
        word in prop_oneof!["[abAé\u{308}\u{301}]{3,64}", "\\PC{3,64}"],
        text in prop_oneof!["[abAÄé\u{308}\u{301} .-]{0,300}", "\\PC{0,80}"],
    ) {
        let word = super::fuzzy::Word::new(&word);
        let mut scratch = Scratch::new();
        let first = word.abbreviates(&text, &mut scratch);
        prop_assert_eq!(word.abbreviates(&text, &mut scratch), first);
    }
}
