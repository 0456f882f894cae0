//! What is suggested where, and that each suggestion is good to be taken.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::store::query::Query;

/// The values of text fields.
struct Words(Vec<(TextField, Vec<String>)>);

impl Vocabulary for Words {
    fn values(&self, field: &Field, operator: &str) -> Vec<Value> {
        let values = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let texts = match field.kind {
            Kind::Text(field) => {
                self.0.iter().find(|(of, _)| *of == field).map_or(Vec::new(), |(_, values)| values.clone())
            }
            Kind::Time if operator == ":" => values(&["2026-11-20"]),
            _ => values(&["1h", "2d"]),
        };
        texts.into_iter().map(|text| Value { text, help: String::new() }).collect()
    }
}

fn fleet() -> Words {
    let words = |words: &str| words.split(',').map(str::to_owned).collect();
    Words(vec![
        (TextField::Environment, words("eu1,eu2,us1")),
        (TextField::Region, words("EU,US")),
        (TextField::Status, words("running,done,rejected")),
        (TextField::Language, words("en,de")),
        (TextField::Tag, words("team a,x(1),say \"hi\"")),
    ])
}

/// What the text would be with each of the suggestions, of a text with `‸` for the cursor.
fn taken(marked: &str) -> Vec<String> {
    let cursor = marked.find('‸').unwrap();
    let text = marked.replace('‸', "");
    let take = |suggestion: Suggestion| {
        let mut text = text.clone();
        text.replace_range(suggestion.at, &suggestion.text);
        text
    };
    suggest(&text, cursor, &fleet()).into_iter().map(take).collect()
}

#[test]
fn what_is_suggested_where() {
    for (marked, expected) in [
        ("sta‸", "status:"),
        ("-STA‸", "-status:"),
        ("file‸", "name~ | name:"),
        ("du‸", "dur>"),
        ("dur‸", "dur> | dur: | dur<"),
        ("status:‸", "status:running | status:done | status:rejected"),
        ("status:r‸", "status:running | status:rejected"),
        ("status:D‸", "status:done | status:rejected"),
        ("status:done‸", ""),
        ("state:do‸ env:eu1", "state:done env:eu1"),
        ("rej‸", "status:rejected"),
        ("eu‸", "env:eu1 | env:eu2 | region:EU"),
        ("(env:eu‸)", "(env:eu1) | (env:eu2)"),
        ("tag:te‸", "tag:\"team a\""),
        ("tag:\"te‸", "tag:\"team a\""),
        ("tag:‸", "tag:\"team a\" | tag:\"x(1)\" | tag:\"say \\\"hi\\\"\" | tag:\"\""),
        ("title:‸", "title:\"\""),
        ("title~‸", ""),
        ("dur>‸", "dur>1h | dur>2d"),
        ("created:2‸", "created:2026-11-20"),
        ("env:eu1 o‸", "env:eu1 or | env:eu1 model:"),
        ("o‸", "model:"),
        ("no‸", "not"),
        ("invoice‸", ""),
        ("st‸a", ""),
        ("\"sta‸", ""),
    ] {
        assert_eq!(taken(marked).join(" | "), expected, "{marked}");
    }
    let all = taken("‸");
    assert_eq!((all.len(), all[0].as_str(), all[15].as_str()), (16, "env:", "-"));
    assert_eq!(taken("env:eu1 ‸")[0], "env:eu1 or");
}

proptest! {
    #[test]
    fn a_suggestion_that_is_taken_reads_as_it_should(
        before in prop::sample::select(vec!["", "a ", "-", "(", "a or ", "not ", "-("]),
        typed in prop_oneof![
            "[a-z]{0,4}",
            "(env|status|tag|title|dur|age|created|key)[:~<>]\"?[a-z0-9]{0,3}",
        ],
        after in prop::sample::select(vec!["", " b"]),
        tags in prop::collection::vec("\\PC{0,8}", 0..4),
    ) {
        let values = tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
        let mut words = fleet();
        words.0.insert(0, (TextField::Tag, values));
        let text = format!("{before}{typed}{after}");
        let cursor = before.len() + typed.len();
        for suggestion in suggest(&text, cursor, &words) {
            prop_assert!(suggestion.at.start >= before.len() && suggestion.at.end == cursor);
            let mut term = typed.clone();
            term.replace_range(suggestion.at.start - before.len().., &suggestion.text);
            let keyword = matches!(suggestion.text.as_str(), "or" | "not" | "-");
            let whole = match (suggestion.whole && !keyword, suggestion.text.as_str()) {
                (true, _) => term,
                (false, "or") => format!("a {term} a"),
                (false, "not") => format!("{term} a"),
                // A field that lacks its value: of one kind or another there is one.
                (false, _) => {
                    prop_assert!(Query::parse(&format!("{term}x"), &TimeZone::UTC).is_ok() || Query::parse(&format!("{term}1h"), &TimeZone::UTC).is_ok(), "{}", term);
                    continue;
                }
            };
            prop_assert!(Query::parse(&whole, &TimeZone::UTC).is_ok(), "{}", whole);
        }
    }
}
