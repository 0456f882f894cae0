//! From tokens to a tree that can be asked of a job. Owns the grammar and what each field accepts:
//!
//! ```text
//! either = both { "or" both }
//! both   = one { [ "and" ] one }
//! one    = ( "-" | "!" | "not" ) one | "(" either ")" | field operator value | word | "phrase"
//! ```

use std::ops::Range;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::error::{QueryError, quoted};
use super::eval::{Bound, Node, Test};
use super::fields::{self, Field, Kind};
use super::fuzzy::Word;
use super::lex::{Op, Symbol, Token, lex};
use super::text::Folded;
use super::value::{self, Length};

/// The longest text that is parsed, in bytes.
pub(super) const LONGEST: usize = 4 * 1024;
/// The most negations and parentheses around one another.
pub(super) const DEEPEST: usize = 64;

/// Reads a query; `None` is the empty one.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Option<Node>, QueryError> {
    if text.len() > LONGEST {
        let cut = (0..=LONGEST).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let message = format!("the query is longer than {LONGEST} bytes; shorten it from here on");
        return Err(QueryError::new(cut..text.len(), message));
    }
    let tokens = lex(text).map_err(|error| first_wrong(text, zone, error))?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { text, zone, tokens: &tokens, next: 0 };
    let node = parser.either(0)?;
    match parser.peek() {
        None => Ok(Some(node)),
        // Everything else is taken by the loops in `either` and `both`.
        Some(token) => Err(QueryError::new(token.at.clone(), "there is no `(` for this `)`")),
    }
}

/// Of a text whose end is unfinished: what is wrong before that already, if something is.
fn first_wrong(text: &str, zone: &TimeZone, error: QueryError) -> QueryError {
    let before = text.get(..error.at.start).filter(|_| error.unfinished).map(|before| parse(before, zone));
    match before {
        Some(Err(wrong)) if !wrong.unfinished => wrong,
        _ => error,
    }
}

struct Parser<'a> {
    text: &'a str,
    zone: &'a TimeZone,
    tokens: &'a [Token],
    next: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, symbol: &Symbol) -> bool {
        let found = self.peek().is_some_and(|token| token.symbol == *symbol);
        self.next += usize::from(found);
        found
    }

    fn either(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut nodes = vec![self.both(depth)?];
        while self.take(&Symbol::Or) {
            nodes.push(self.both(depth)?);
        }
        Ok(Node::any(nodes))
    }

    fn both(&mut self, depth: usize) -> Result<Node, QueryError> {
        let mut nodes = vec![self.one(depth)?];
        loop {
            match self.peek().map(|token| &token.symbol) {
                None | Some(Symbol::Or | Symbol::Close) => return Ok(Node::all(nodes)),
                Some(Symbol::And) => self.next += 1,
                Some(_) => {}
            }
            nodes.push(self.one(depth)?);
        }
    }

    fn one(&mut self, depth: usize) -> Result<Node, QueryError> {
        let Some(token) = self.peek() else { return Err(self.missing()) };
        let deeper = || {
            let message = format!("more than {DEEPEST} negations and parentheses around one another");
            if depth < DEEPEST { Ok(depth + 1) } else { Err(QueryError::new(token.at.clone(), message)) }
        };
        match &token.symbol {
            Symbol::Close | Symbol::And | Symbol::Or => return Err(self.missing()),
            _ => self.next += 1,
        }
        match &token.symbol {
            Symbol::Not => Ok(Node::Not(Box::new(self.one(deeper()?)?))),
            Symbol::Open => {
                let inner = self.either(deeper()?)?;
                if self.take(&Symbol::Close) {
                    return Ok(inner);
                }
                Err(QueryError::new(token.at.clone(), "this parenthesis is never closed").unfinished(true))
            }
            Symbol::Phrase(phrase) if phrase.is_empty() => {
                Err(QueryError::new(token.at.clone(), "there is nothing to search for between the quotes"))
            }
            Symbol::Phrase(phrase) => Ok(Node::Test(Test::Phrase(Folded::new(phrase)))),
            Symbol::Test { name, op, value, value_at } => {
                self.test(name.clone(), *op, value, value_at).map(Node::Test)
            }
            Symbol::Word(word) => bare_word(word, token),
            Symbol::Close | Symbol::And | Symbol::Or => Err(self.missing()),
        }
    }

    /// The error where a term should stand: at the token that stands there instead, or at the last one.
    fn missing(&self) -> QueryError {
        let (token, side) = match self.peek() {
            Some(token) => (Some(token), "before"),
            None => (self.tokens.last(), "after"),
        };
        let at = token.map_or(0..0, |token| token.at.clone());
        let spelled = self.text.get(at.clone()).unwrap_or_default();
        let quote = match token.map(|token| &token.symbol) {
            Some(Symbol::And | Symbol::Or | Symbol::Not) => {
                "; to search for the word put it in double quotes"
            }
            _ => "",
        };
        let message = format!("a word or a field:value is missing {side} {}{quote}", quoted(spelled));
        QueryError::new(at, message).unfinished(self.peek().is_none())
    }

    fn test(&self, name: Range<usize>, op: Op, value: &str, at: &Range<usize>) -> Result<Test, QueryError> {
        let spelled = self.text.get(name.clone()).unwrap_or_default();
        let Some(field) = fields::named(spelled) else {
            return Err(QueryError::new(name, fields::unknown(spelled)));
        };
        if !field.kind.operators().contains(&op.as_str()) {
            return Err(QueryError::new(name.end..name.end + 1, no_operator(field, op)));
        }
        if at.is_empty() {
            return Err(self.no_value(name.start..at.start, op));
        }
        let test = match field.kind {
            Kind::Text(_) if op == Op::Contains && value.is_empty() => {
                Err("there is nothing to search for between the quotes")
            }
            Kind::Text(text) if op == Op::Contains => Ok(Test::Contains(text, Folded::new(value))),
            Kind::Text(text) => Ok(Test::Is(text, Folded::new(value))),
            Kind::Duration => duration(op, value).map(Test::Duration),
            Kind::Age => age(op, value).map(Test::Age),
            Kind::Time => self.time(op, value),
        };
        test.map_err(|wrong| {
            // Behind a closing quote nothing can be added.
            let goes_on = at.end == self.text.len() && at.len() == value.len();
            let unfinished = goes_on && self.begins(field.kind, value);
            QueryError::new(at.clone(), format!("`{}`: {wrong}", field.name)).unfinished(unfinished)
        })
    }

    fn no_value(&self, at: Range<usize>, op: Op) -> QueryError {
        let spelled = self.text.get(at.clone()).unwrap_or_default();
        let none = match op {
            Op::Is => format!("; {spelled}\"\" means that there is none"),
            _ => String::new(),
        };
        let unfinished = at.end == self.text.len();
        let message = format!("a value must follow `{spelled}` without a space{none}");
        QueryError::new(at, message).unfinished(unfinished)
    }

    /// Whether a value that is none may become one when more is typed.
    fn begins(&self, kind: Kind, value: &str) -> bool {
        match kind {
            Kind::Text(_) => false,
            Kind::Duration | Kind::Age => value::begins_length(value),
            Kind::Time => value::begins_length(value) || value::begins_stretch(value, self.zone),
        }
    }

    fn time(&self, op: Op, value: &str) -> Result<Test, value::Wrong> {
        // "Later than two days ago" is "younger than two days".
        let mirrored = match op {
            Op::Above => Op::Below,
            Op::Below => Op::Above,
            Op::Is | Op::Contains => op,
        };
        if let Ok(bound) = age(mirrored, value) {
            return Ok(Test::Age(bound));
        }
        let stretch = value::stretch(value, self.zone)?;
        Ok(Test::Created(Bound::new(op, stretch.start, stretch.end)))
    }
}

/// A bare word, unless it is a field with an operator that there is not.
fn bare_word(word: &str, token: &Token) -> Result<Node, QueryError> {
    if let Some((name, value)) = word.split_once('=') {
        let (name, minus) = name.strip_suffix('!').map_or((name, ""), |name| (name, "-"));
        if let Some(field) = fields::named(name) {
            let instead = quoted(&format!("{minus}{}:{value}", field.name));
            let message = format!("write {instead}; to search for the text put it in double quotes");
            return Err(QueryError::new(token.at.clone(), message));
        }
    }
    Ok(Node::Test(Test::Word(Word::new(word))))
}

fn no_operator(field: &Field, op: Op) -> String {
    let known: Vec<String> = field.kind.operators().iter().map(|known| format!("`{known}`")).collect();
    let (name, known, example) = (field.name, known.join(", "), field.example);
    format!("`{name}` has no `{}`, only {known}; for example {example}", op.as_str())
}

fn duration(op: Op, value: &str) -> Result<Bound<u64>, value::Wrong> {
    if op == Op::Is && value.is_empty() {
        return Ok(Bound::Missing);
    }
    let Length { seconds, unit } = value::seconds(value).unwrap_or_else(|| value::length(value))?;
    Ok(Bound::new(op, seconds, seconds.saturating_add(unit)))
}

fn age(op: Op, value: &str) -> Result<Bound<SignedDuration>, value::Wrong> {
    if op == Op::Is && value.is_empty() {
        return Ok(Bound::Missing);
    }
    let Length { seconds, unit } = value::length(value)?;
    let exact = |seconds: u64| SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    Ok(Bound::new(op, exact(seconds), exact(seconds.saturating_add(unit))))
}
