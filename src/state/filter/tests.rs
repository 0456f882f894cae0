//! The filter line: what is in force, what is complained of, what is remembered.

use super::*;
use crate::state::completion::Value;
use crate::store::query::{Field, Kind, TextField};

struct Statuses;

impl Vocabulary for Statuses {
    fn values(&self, field: &Field, _: &str) -> Vec<Value> {
        let status = field.kind == Kind::Text(TextField::Status);
        let words: &[&str] = if status { &["running", "rejected"] } else { &[] };
        words.iter().map(|word| Value { text: (*word).to_owned(), help: String::new() }).collect()
    }
}

/// A line with its keys: `⇥`, `↓`, `↑`, `⏎`, `␛`, `⌫`; anything else is typed.
fn press(filter: &mut Filter, keys: &str) {
    let zone = &TimeZone::UTC;
    for key in keys.chars() {
        match key {
            '/' => filter.edit(&Statuses),
            '⇥' => filter.take(zone, &Statuses),
            '↓' => filter.step(true, zone, &Statuses),
            '↑' => filter.step(false, zone, &Statuses),
            '⏎' => filter.keep(),
            '␛' => filter.cancel(zone),
            '⌫' => filter.type_in(zone, &Statuses, |input| {
                input.handle(tui_input::InputRequest::DeletePrevChar);
            }),
            key => filter.type_in(zone, &Statuses, |input| {
                input.handle(tui_input::InputRequest::InsertChar(key));
            }),
        }
    }
}

fn line(filter: &Filter) -> &str {
    filter.input().map_or("closed", Input::value)
}

fn suggested(filter: &Filter) -> String {
    let (all, _) = filter.suggestions();
    all.iter().map(|suggestion| suggestion.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_unfinished_is_no_complaint_until_it_is_wanted() {
    let mut filter = Filter::default();
    press(&mut filter, "/env:eu1 status:");
    assert!(matches!(filter.complaint(), Some(Complaint::Unfinished(_))));
    assert_eq!(filter.text(), "env:eu1", "what stands before is in force");
    press(&mut filter, "⏎");
    assert!(matches!(filter.complaint(), Some(Complaint::Wrong(_))));
    assert_eq!(line(&filter), "env:eu1 status:");
    press(&mut filter, "x");
    assert_eq!(filter.complaint(), None);
    press(&mut filter, " foo:x");
    assert!(matches!(filter.complaint(), Some(Complaint::Wrong(_))));
    assert_eq!(filter.text(), "env:eu1 status:x", "not what the letters before it found");
    press(&mut filter, " lang:en");
    assert_eq!(filter.text(), "env:eu1 status:x");
    assert!(filter.asked().is_empty(), "nothing was entered");
    press(&mut filter, "␛");
    assert_eq!((filter.text(), line(&filter)), ("", "closed"));
    for (text, in_force) in [("(a or (b -", ""), ("a title:\"b c", "a"), ("a or", "a"), ("a b(1", "a b")] {
        press(&mut filter, "/");
        press(&mut filter, text);
        assert!(matches!(filter.complaint(), Some(Complaint::Unfinished(_))), "{text}");
        assert_eq!(filter.text(), in_force, "{text}");
        press(&mut filter, "␛");
    }
}

#[test]
fn tab_takes_and_the_arrows_choose() {
    let mut filter = Filter::default();
    press(&mut filter, "/st⇥");
    assert_eq!((line(&filter), suggested(&filter).as_str()), ("status:", "running rejected"));
    press(&mut filter, "↓↓⇥");
    assert_eq!((line(&filter), suggested(&filter).as_str()), ("status:rejected ", ""));
    assert_eq!(filter.text(), "status:rejected");
    press(&mut filter, "⇥");
    assert!(suggested(&filter).starts_with("or env:"), "asked for: {}", suggested(&filter));
    press(&mut filter, "⇥");
    assert_eq!(line(&filter), "status:rejected or ");
    press(&mut filter, "run⇥");
    assert_eq!(
        (line(&filter), filter.text()),
        ("status:rejected or status:running ", "status:rejected or status:running")
    );
    press(&mut filter, "⏎");
    assert_eq!(filter.history, ["status:rejected or status:running"]);
    // Round and round, by way of what was typed.
    press(&mut filter, "/ st");
    let mut chosen = Vec::new();
    for key in ["↓", "↓", "↑", "↑", "↑"] {
        press(&mut filter, key);
        chosen.push(filter.suggestions().1);
    }
    assert_eq!(suggested(&filter), "status:");
    assert_eq!(chosen, [Some(0), None, Some(0), None, Some(0)]);
    press(&mut filter, "a");
    assert_eq!(filter.suggestions().1, None, "typing lets go of the choice");
    // In the midst of a text no space is added.
    press(&mut filter, "␛");
    filter.set("", &TimeZone::UTC).unwrap();
    press(&mut filter, "/reé b");
    filter.type_in(&TimeZone::UTC, &Statuses, |input| *input = Input::new("é rej b".into()).with_cursor(5));
    press(&mut filter, "⇥");
    assert_eq!(line(&filter), "é status:rejected b");
    assert_eq!(filter.input().unwrap().cursor(), 17);
}

#[test]
fn an_empty_line_goes_back_to_the_filters_of_before() {
    let mut filter = Filter::default();
    press(&mut filter, "/↑");
    assert_eq!(line(&filter), "", "there is none");
    press(&mut filter, "␛");
    for text in ["a1", "b1", "a1", "c1"] {
        filter.set("", &TimeZone::UTC).unwrap();
        press(&mut filter, &format!("/{text}⏎"));
    }
    assert_eq!(filter.history, ["b1", "a1", "c1"]);
    filter.set("", &TimeZone::UTC).unwrap();
    press(&mut filter, "/");
    let mut seen = Vec::new();
    for key in ["↑", "↑", "↑", "↑", "↓", "↓", "↓"] {
        press(&mut filter, key);
        seen.push(line(&filter).to_owned());
    }
    assert_eq!(seen, ["c1", "a1", "b1", "b1", "a1", "c1", ""]);
    assert!(suggested(&filter).starts_with("env:"), "as it was before");
    press(&mut filter, "↑↑⏎");
    assert_eq!((filter.text(), line(&filter)), ("a1", "closed"));
    // What is on the line already is not gone back to, and a draft is not lost.
    press(&mut filter, "/↑");
    assert_eq!(line(&filter), "c1");
    press(&mut filter, "↓");
    assert_eq!(line(&filter), "a1");
    press(&mut filter, "␛");
    for number in 0..60 {
        filter.set("", &TimeZone::UTC).unwrap();
        press(&mut filter, &format!("/q{number}⏎"));
    }
    assert_eq!((filter.history.len(), filter.history[0].as_str()), (50, "q10"));
}
