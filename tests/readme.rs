//! The README says what the tables in the code say. `UPDATE_README=1 cargo test --test readme` writes it anew.

#[cfg(test)]
mod readme {
    use std::fmt::Write;
    use std::fs;
    use std::path::Path;

    use voxtop::config;
    use voxtop::state::{BINDINGS, Context};
    use voxtop::store::query::FIELDS;

    fn code(text: &str) -> String {
        // A bar would end the table's cell.
        format!("`{}`", text.replace('|', "\\|"))
    }

    fn keys() -> String {
        let mut table = String::from("| key | what it does |\n|---|---|\n");
        for context in [
            Context::Panes,
            Context::Details,
            Context::Overlay,
            Context::Columns,
            Context::Filter,
            Context::Prompt,
            Context::Palette,
            Context::FirstRun,
            Context::Always,
        ] {
            if context != Context::Panes {
                writeln!(table, "| **{}** | |", context.heading()).unwrap();
            }
            for binding in BINDINGS.iter().filter(|binding| binding.context == context) {
                let keys: Vec<String> = binding.keys.iter().map(|key| code(key)).collect();
                writeln!(table, "| {} | {} |", keys.join(" "), binding.help).unwrap();
            }
        }
        table
    }

    fn fields() -> String {
        let mut table = String::from("| field | what it is | example |\n|---|---|---|\n");
        for field in FIELDS {
            writeln!(table, "| {} | {} | {} |", code(field.name), field.help, code(field.example)).unwrap();
        }
        table
    }

    fn configuration() -> String {
        let mut list = String::from("| in | field | what it holds | what it is for |\n|---|---|---|---|\n");
        for (table, name, holds, help) in config::fields() {
            writeln!(list, "| {table} | {} | {holds} | {help} |", code(name)).unwrap();
        }
        list
    }

    /// Puts a table between its two marks.
    fn with(text: &str, name: &str, table: &str) -> String {
        let open = text.find(&format!("<!-- {name}:")).expect("the opening mark");
        let start = open + text[open..].find('\n').expect("a line") + 1;
        let end = text.find(&format!("<!-- /{name} -->")).expect("the closing mark");
        format!("{}{table}{}", &text[..start], &text[end..])
    }

    #[test]
    fn its_tables_are_those_of_the_code() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let text = fs::read_to_string(&path).unwrap();
        let right = with(&with(&text, "keys", &keys()), "fields", &fields());
        let right = with(&right, "configuration", &configuration());
        if std::env::var_os("UPDATE_README").is_some() {
            fs::write(&path, &right).unwrap();
        }
        assert!(
            text == right,
            "README.md is behind the code; UPDATE_README=1 cargo test --test readme writes it"
        );
    }

    /// The picture is of the screen as it is: its fixed words are in it.
    #[test]
    fn its_picture_is_of_this_screen() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screen.svg");
        let picture = fs::read_to_string(path).unwrap();
        for word in ["voxtop", "Environments", "Keys", "Jobs", "STATUS", "rejected", "down"] {
            assert!(picture.contains(word), "{word}");
        }
    }
}
