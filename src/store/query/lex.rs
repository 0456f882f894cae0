//! From text to tokens. Owns spelling: what separates words, quotes and escapes, where a minus is a
//! negation, and where a parenthesis belongs to a word. It knows no field and no grammar.

use std::ops::Range;

use super::error::{QueryError, quoted};

/// The operator between a field and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    Contains,
    Above,
    Below,
}

impl Op {
    pub(super) fn of(c: char) -> Option<Self> {
        match c {
            ':' => Some(Self::Is),
            '~' => Some(Self::Contains),
            '>' => Some(Self::Above),
            '<' => Some(Self::Below),
            _ => None,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Is => ":",
            Self::Contains => "~",
            Self::Above => ">",
            Self::Below => "<",
        }
    }
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Open,
    Close,
    Not,
    And,
    Or,
    Word(String),
    Phrase(String),
    /// A field's name, the operator and the value, whose place is empty where there is none. Whether there
    /// is such a field is the parser's business.
    Test {
        name: Range<usize>,
        op: Op,
        value: String,
        value_at: Range<usize>,
    },
}

/// A token and its place in the text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) symbol: Symbol,
    pub(super) at: Range<usize>,
}

/// Splits a text into tokens.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while let Some(c) = lexer.skip_space() {
        match c {
            '(' => lexer.push(Symbol::Open, 1),
            ')' => lexer.push(Symbol::Close, 1),
            '-' | '!' => lexer.negation(c)?,
            '"' => {
                let start = lexer.at;
                let phrase = lexer.quotes()?;
                lexer.tokens.push(Token { symbol: Symbol::Phrase(phrase), at: start..lexer.at });
            }
            _ => lexer.word()?,
        }
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) -> Option<char> {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.rest().chars().next()
    }

    fn push(&mut self, symbol: Symbol, length: usize) {
        let start = self.at;
        self.at += length;
        self.tokens.push(Token { symbol, at: start..self.at });
    }

    fn wrong<T>(&self, offset: usize, length: usize, message: impl Into<String>) -> Result<T, QueryError> {
        let start = self.at + offset;
        Err(QueryError::new(start..start + length, message))
    }

    fn negation(&mut self, sign: char) -> Result<(), QueryError> {
        match self.rest().chars().nth(1) {
            None | Some(')') => {}
            Some(c) if c.is_whitespace() => {}
            Some(_) => {
                self.push(Symbol::Not, 1);
                return Ok(());
            }
        }
        let message = format!(
            "`{sign}` negates what follows it without a space; to search for it put it in double quotes"
        );
        let at_end = self.at + 1 == self.text.len();
        self.wrong(0, 1, message).map_err(|error| error.unfinished(at_end))
    }

    /// Reads a quoted text, from its opening quote on. `\"` and `\\` stand for a quote and a backslash;
    /// any other backslash stands for itself.
    fn quotes(&mut self) -> Result<String, QueryError> {
        let rest = self.rest();
        let mut inner = String::new();
        let mut chars = rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 1;
                    return self.after_quotes().map(|()| inner);
                }
                '\\' => inner.push(chars.next_if(|(_, c)| matches!(c, '"' | '\\')).map_or(c, |(_, c)| c)),
                _ => inner.push(c),
            }
        }
        let error = QueryError::new(self.at..self.text.len(), "this double quote is never closed");
        Err(error.unfinished(true))
    }

    fn after_quotes(&self) -> Result<(), QueryError> {
        match self.rest().chars().next() {
            Some(c) if !c.is_whitespace() && !matches!(c, '(' | ')') => {
                self.wrong(0, c.len_utf8(), "a space is missing after the closing double quote")
            }
            _ => Ok(()),
        }
    }

    /// Reads a bare word, a keyword, or a field with its value.
    fn word(&mut self) -> Result<(), QueryError> {
        let rest = self.rest();
        let end = self.run(rest, true)?;
        let word = rest.get(..end).unwrap_or_default();
        let operator = word.char_indices().find_map(|(at, c)| Op::of(c).map(|op| (at, op)));
        match operator {
            Some((0, op)) => {
                let message = format!(
                    "a field's name must stand directly before `{}`; to search for the text put it in double quotes",
                    op.as_str()
                );
                self.wrong(0, 1, message)
            }
            Some((at, op)) if word.get(..at).is_some_and(is_name) => self.test(at, op),
            _ => self.plain(word),
        }
    }

    fn plain(&mut self, word: &str) -> Result<(), QueryError> {
        let keyword = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        let symbol = match word {
            "||" | "|" | "&&" => {
                let instead = if word == "&&" { "and" } else { "or" };
                let message =
                    format!("write `{instead}`; to search for `{word}` itself put it in double quotes");
                return self.wrong(0, word.len(), message);
            }
            _ if keyword("and") => Symbol::And,
            _ if keyword("or") => Symbol::Or,
            _ if keyword("not") => Symbol::Not,
            _ => Symbol::Word(word.to_owned()),
        };
        self.push(symbol, word.len());
        Ok(())
    }

    /// Reads a field's value; `name` is the length of its name.
    fn test(&mut self, name: usize, op: Op) -> Result<(), QueryError> {
        let start = self.at;
        let spelled = self.rest().get(..=name).unwrap_or_default();
        self.at += spelled.len();
        let value_start = self.at;
        let rest = self.rest();
        let value = match rest.chars().next() {
            Some('"') => self.quotes()?,
            Some('(') => {
                let message = format!(
                    "give each value its field, as in ({spelled}one or {spelled}two); or put the value in double quotes"
                );
                return self.wrong(0, 1, message);
            }
            Some('=') if matches!(op, Op::Above | Op::Below) => {
                return self.wrong(0, 1, "there are only `>` and `<`; leave out the `=`");
            }
            _ => {
                let end = self.run(rest, false)?;
                self.at += end;
                rest.get(..end).unwrap_or_default().to_owned()
            }
        };
        let symbol = Symbol::Test { name: start..start + name, op, value, value_at: value_start..self.at };
        self.tokens.push(Token { symbol, at: start..self.at });
        Ok(())
    }

    /// How far a word or a value reaches: to white space, or to a parenthesis that is not part of it.
    /// A pair of parentheses inside a word is part of it, so that `call(1).wav` can be pasted as it is.
    /// One that is not closed inside the word is an error: it must not swallow the end of a group around it.
    /// A keyword ends before a parenthesis, and a field's
    /// operator before whatever else opens its value.
    fn run(&self, rest: &str, word_starts: bool) -> Result<usize, QueryError> {
        let mut open = Vec::new();
        let mut end = rest.len();
        let is_keyword = |word: &str| ["and", "or", "not"].iter().any(|key| word.eq_ignore_ascii_case(key));
        let awaits_value = |word: &str| word.strip_suffix([':', '~', '<', '>']).is_some_and(is_name);
        for (at, c) in rest.char_indices() {
            let word = rest.get(..at).unwrap_or_default();
            match c {
                '(' if word_starts && (is_keyword(word) || awaits_value(word)) => return Ok(at),
                '(' => open.push(at),
                ')' if open.pop().is_some() => {}
                '"' if word_starts && awaits_value(word) => return Ok(at),
                '"' => {
                    let message = format!(
                        "a double quote inside a word; put all of {} in double quotes and write this one as \\\"",
                        quoted(word)
                    );
                    return self.wrong(at, 1, message);
                }
                _ if c == ')' || c.is_whitespace() => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        match open.first() {
            Some(&at) => {
                let at_end = end == rest.len();
                self.wrong(at, 1, "this parenthesis in a word is never closed; put the word in double quotes")
                    .map_err(|error| error.unfinished(at_end))
            }
            None => Ok(end),
        }
    }
}

/// Whether a text before an operator reads as a field's name. Other words may hold the operators'
/// characters, as in `10:30`.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}
