//! Where the words of a query stand in a text, so that a person sees why a job is meant. The places come
//! from the matchers that decide; what is negated has none. For the rows on the screen, not for a million.

use std::ops::Range;

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;

use super::eval::{Node, Test};
use super::fuzzy::{Scratch, Word};
use super::{Query, Subject, TextField};

impl Query {
    /// Whether it looks for words, so that there may be something to point at.
    pub fn seeks_words(&self) -> bool {
        self.root.as_ref().is_some_and(Node::seeks_words)
    }

    /// Where words of the query stand in a text of a job that it means: byte ranges of whole graphemes, in
    /// their order, apart from one another. `field` says what the text is.
    pub fn places(
        &self,
        subject: &Subject<'_>,
        now: Timestamp,
        field: TextField,
        text: &str,
    ) -> Vec<Range<usize>> {
        let mut found = Found { places: Vec::new(), field, text };
        if let Some(root) = &self.root {
            found.look(root, subject, now);
        }
        by_grapheme(text, &found.places)
    }
}

impl Node {
    fn seeks_words(&self) -> bool {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::seeks_words),
            // What is negated twice is sought again.
            Self::Not(node) => matches!(&**node, Self::Not(node) if node.seeks_words()),
            Self::Test(test) => matches!(test, Test::Word(_) | Test::Phrase(_) | Test::Contains(..)),
        }
    }
}

struct Found<'a> {
    places: Vec<Range<usize>>,
    field: TextField,
    text: &'a str,
}

impl Found<'_> {
    fn look(&mut self, node: &Node, subject: &Subject<'_>, now: Timestamp) {
        match node {
            Node::All(nodes) => nodes.iter().for_each(|node| self.look(node, subject, now)),
            Node::Any(nodes) => {
                let holds = |node: &&Node| node.holds(subject, now, &mut Scratch::new());
                nodes.iter().filter(holds).for_each(|node| self.look(node, subject, now));
            }
            Node::Not(node) => {
                if let Node::Not(node) = &**node {
                    self.look(node, subject, now);
                }
            }
            Node::Test(Test::Contains(field, part)) if *field == self.field => {
                self.places.extend(part.all_in(self.text));
            }
            Node::Test(Test::Phrase(part)) if self.is_searched() => {
                self.places.extend(part.all_in(self.text));
            }
            Node::Test(Test::Word(word)) if self.is_searched() => self.spell(word),
            Node::Test(_) => {}
        }
    }

    /// Whether bare words are searched in the field.
    fn is_searched(&self) -> bool {
        self.field == TextField::Id || self.is_described()
    }

    /// Whether they may abbreviate it.
    fn is_described(&self) -> bool {
        matches!(self.field, TextField::Name | TextField::Title | TextField::Reference)
    }

    fn spell(&mut self, word: &Word) {
        let contained = word.folded.all_in(self.text);
        if !contained.is_empty() || !self.is_described() {
            self.places.extend(contained);
            return;
        }
        let mut letters = word.way(self.text).into_iter().flatten().peekable();
        for (number, (at, c)) in self.text.char_indices().enumerate() {
            if letters.next_if_eq(&number).is_some() {
                self.places.push(at..at + c.len_utf8());
            }
        }
    }
}

/// The graphemes that lie in one of these ranges, neighbours joined.
fn by_grapheme(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    if ranges.is_empty() {
        return joined;
    }
    for (at, grapheme) in text.grapheme_indices(true) {
        let end = at + grapheme.len();
        if !ranges.iter().any(|range| range.start < end && at < range.end) {
            continue;
        }
        match joined.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end = end,
            None => joined.push(at..end),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{NOW, blank, read};
    use super::*;
    use crate::model::Job;

    fn places(query: &str, job: &Job, field: TextField, text: &str) -> Vec<Range<usize>> {
        let subject = Subject { job, environment: "eu1", region: "EU", key: "prod", others: None };
        let now = NOW.parse().unwrap();
        read(query).unwrap().places(&subject, now, field, text)
    }

    /// The name with what the query points at between brackets.
    fn pointed(query: &str, name: &str) -> String {
        let job = Job { data_name: name.into(), ..blank("x9") };
        let mut shown = name.to_owned();
        for place in places(query, &job, TextField::Name, name).into_iter().rev() {
            shown.insert(place.end, ']');
            shown.insert(place.start, '[');
        }
        shown
    }

    #[test]
    fn it_points_at_why_a_job_is_meant() {
        for (query, shown) in [
            ("voice", "in[voice]-2026.wav"),
            ("VOICE 2026", "in[voice]-[2026].wav"),
            ("invce", "[inv]oi[ce]-2026.wav"),
            ("\"e-2\"", "invoic[e-2]026.wav"),
            ("name~.wav", "invoice-2026[.wav]"),
            ("name~i", "[i]nvo[i]ce-2026.wav"),
            ("title~voice", "invoice-2026.wav"),
            ("-voice", "invoice-2026.wav"),
            ("not not voice", "in[voice]-2026.wav"),
            ("env:eu2 voice or 2026", "invoice-[2026].wav"),
            ("(env:eu1 voice) or 2026", "in[voice]-[2026].wav"),
            ("nothing", "invoice-2026.wav"),
            ("env:eu1", "invoice-2026.wav"),
            ("", "invoice-2026.wav"),
        ] {
            assert_eq!(pointed(query, "invoice-2026.wav"), shown, "{query}");
        }
        for (query, shown) in [
            ("müll", "[Müll]er Gespräch"),
            ("muller", "[Müller] Gespräch"),
            ("mlle", "[M]ü[lle]r Gespräch"),
            ("gesp", "Müller [Gesp]räch"),
        ] {
            assert_eq!(pointed(query, "Müller Gespräch"), shown, "{query}");
        }
        assert_eq!(pointed("e", "cafe\u{301}"), "caf[e\u{301}]", "a character goes with its accent");
        assert_eq!(pointed("録音", "会議の録音.wav"), "会議の[録音].wav");
        assert_eq!(pointed("i", "İst"), "[İ]st");
    }

    #[test]
    fn ids_are_pointed_at_where_they_contain_a_word_alone() {
        let job = blank("abc123def");
        let id = "abc123def";
        for (query, field, found) in [
            ("c12", TextField::Id, vec!["c12"]),
            ("id~DEF", TextField::Id, vec!["def"]),
            ("abc12def", TextField::Id, vec![]),
            ("abc", TextField::Model, vec![]),
        ] {
            let at: Vec<&str> = places(query, &job, field, id).into_iter().map(|place| &id[place]).collect();
            assert_eq!(at, found, "{query}");
        }
    }

    proptest! {
        #[test]
        fn what_is_pointed_at_spells_the_word(
            name in prop_oneof!["[aAbB1 2-]{0,14}", "[aAbBéÉ1会 -]{0,14}"], word in "[ab12]{1,6}",
        ) {
            let job = Job { data_name: name.as_str().into(), ..blank("x9") };
            let found = places(&word, &job, TextField::Name, &name);
            let subject = Subject { job: &job, environment: "", region: "", key: "", others: None };
            let matches = read(&word).unwrap().matches(&subject, NOW.parse().unwrap(), &mut Scratch::new());
            let elsewhere = job.id.as_str().contains(&word);
            prop_assert_eq!(matches, !found.is_empty() || elsewhere, "{:?} in {:?}", word, name);
            let spelled: String = found.into_iter().map(|place| &name[place]).collect();
            let spelled = spelled.to_lowercase();
            let times = spelled.len() / word.len();
            prop_assert_eq!(spelled, word.repeat(times));
        }
    }
}
