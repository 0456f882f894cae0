//! What may be a name: something that can be shown, typed into a filter and told apart.

use super::error::{At, Problem, looks_like_a_key, shown};

/// The longest name, in characters: more would not fit into a column.
const LONGEST: usize = 40;

/// A key's name, without white space around it.
pub(super) fn key_name(name: &At<String>) -> Result<String, Problem> {
    let refuse = |what: String, remedy: &str| Err(Problem::new(&name.place, what, remedy));
    let text = name.value.trim();
    if text.is_empty() {
        refuse("a key's name is empty".to_owned(), "Give it a name, such as \"prod\".")
    } else if looks_like_a_key(text) {
        let what = "a key's name looks like a key itself (not shown)".to_owned();
        refuse(
            what,
            "Names are on the screen: choose a word, and say where the key is with env, file, command or profile.",
        )
    } else if text.chars().count() > LONGEST {
        refuse(
            format!("the key's name {} is longer than {LONGEST} characters", shown(text)),
            "Choose a shorter one.",
        )
    } else if let Some(odd) = text.chars().find(|&c| !c.is_alphanumeric() && !" -_.@/+:".contains(c)) {
        let what = format!("the key's name {} holds {:?}", shown(text), odd);
        refuse(what, "Use letters, digits, blanks and - _ . @ / + :")
    } else {
        Ok(text.to_owned())
    }
}

/// An environment's name, lower case.
pub(super) fn environment_name(name: &At<String>) -> Result<String, Problem> {
    short(name, "an environment's name").map(str::to_ascii_lowercase)
}

/// A region's name, upper case.
pub(super) fn region(name: &At<String>) -> Result<String, Problem> {
    short(name, "a region's name").map(str::to_ascii_uppercase)
}

/// A word that heads a column of its own.
fn short<'a>(name: &'a At<String>, whose: &str) -> Result<&'a str, Problem> {
    const LONGEST: usize = 24;
    let refuse = |what: String, remedy: &str| Err(Problem::new(&name.place, what, remedy));
    let text = name.value.trim();
    if text.is_empty() {
        refuse(format!("{whose} is empty"), "Give it one, such as \"lab\".")
    } else if looks_like_a_key(text) {
        refuse(format!("{whose} looks like a key (not shown)"), "Choose a short word.")
    } else if text.len() > LONGEST {
        refuse(
            format!("{whose} is longer than {LONGEST} characters: {}", shown(text)),
            "Choose a shorter one.",
        )
    } else if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        refuse(format!("{whose} has odd characters: {}", shown(text)), "Use letters, digits and - _ .")
    } else {
        Ok(text)
    }
}
