//! The shape of the code, held as data: which module may use which, where clocks are read, how long a
//! file may be, and that the README says what the tables say.

#[cfg(test)]
mod shape {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Write as _;
    use std::fs;
    use std::path::{Path, PathBuf};

    /// What each module may use, besides itself. What uses a module may use what that one stands on.
    const ARROWS: [(&str, &[&str]); 11] = [
        ("model", &[]),
        ("store", &["model"]),
        ("state", &["model", "store"]),
        ("ui", &["model", "store", "state"]),
        ("api", &["model"]),
        ("poll", &["model", "api"]),
        ("catalog", &["model"]),
        ("config", &["model", "catalog"]),
        ("app", &["model", "store", "state", "ui", "api", "poll", "catalog", "config"]),
        ("sandbox", &[]),
        ("cli", &["model", "store", "state", "ui", "api", "poll", "catalog", "config", "app", "sandbox"]),
    ];

    /// The functional core, and what it must do without.
    const PURE: [&str; 4] = ["model", "store", "state", "ui"];
    const IMPURE: [&str; 12] = [
        "tokio",
        "reqwest",
        "hyper",
        "axum",
        "rustix",
        "tracing",
        "std::fs",
        "std::net",
        "std::thread",
        "std::process",
        "std::env",
        "std::sync::Mutex",
    ];

    const CLOCKS: [&str; 4] = ["Timestamp::now(", "Zoned::now(", "Instant::now(", "SystemTime::now("];
    /// The rim, the poll tasks, and the rim of the sandbox, whose core has no clock either.
    const CLOCK_READERS: [&str; 4] = ["src/app/", "src/poll/", "src/sandbox/shell/", "src/sandbox/mod.rs"];

    const LONGEST_FILE: usize = 400;
    /// Files that may be longer, and why.
    const LONGER: [(&str, &str); 0] = [];

    struct Source {
        /// From the root of the package.
        path: String,
        text: String,
        /// Without comments, strings and what is compiled for tests alone.
        code: String,
        test: bool,
    }

    impl Source {
        /// The module of a file: `src/store/query/eval.rs` is store, query, eval.
        fn module(&self) -> Vec<&str> {
            let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
            let path = path.trim_end_matches("/mod");
            if matches!(path, "lib" | "main") { Vec::new() } else { path.split('/').collect() }
        }
    }

    fn root() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    fn files(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }

    /// Every file below a directory of the package.
    fn sources(below: &str) -> Vec<Source> {
        let mut paths = Vec::new();
        files(&root().join(below), &mut paths);
        paths.sort();
        let read = |path: &PathBuf| {
            let text = fs::read_to_string(path).unwrap();
            let code = without_tests(&without_words(&text));
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            Source { path, text, code, test: false }
        };
        let mut sources: Vec<Source> = paths.iter().map(read).collect();
        let tests: BTreeSet<String> = sources.iter().flat_map(test_files).collect();
        for source in &mut sources {
            source.test = tests.iter().any(|test| source.path.starts_with(test.as_str()));
        }
        sources
    }

    /// Blanks comments, strings and characters out, and keeps the lines.
    fn without_words(text: &str) -> String {
        let mut code = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = word_length(rest).unwrap_or(0);
            let (gone, kept) = rest.split_at(length.max(first.len_utf8()));
            if length == 0 {
                code.push(first);
            } else {
                code.extend(gone.chars().filter(|char| *char == '\n'));
            }
            rest = kept;
        }
        code
    }

    /// The length of the comment or literal that a text begins with.
    fn word_length(text: &str) -> Option<usize> {
        if text.starts_with("//") {
            return Some(text.find('\n').unwrap_or(text.len()));
        }
        if text.starts_with("/*") {
            return Some(text.find("*/").map_or(text.len(), |end| end + 2));
        }
        let raw = text.strip_prefix('r').filter(|rest| rest.trim_start_matches('#').starts_with('"'));
        if let Some(rest) = raw {
            let hashes = rest.len() - rest.trim_start_matches('#').len();
            let close = format!("\"{}", "#".repeat(hashes));
            let body = &rest[hashes + 1..];
            return Some(2 + hashes + body.find(&close).map_or(body.len(), |end| end + close.len()));
        }
        let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let mut escaped = false;
        for (at, char) in text.char_indices().skip(1) {
            match char {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                char if char == quote => return Some(at + 1),
                // A lifetime.
                _ if quote == '\'' && at > 1 && !text[1..].starts_with('\\') => {
                    return None;
                }
                _ => {}
            }
        }
        None
    }

    /// Leaves out what stands behind `#[cfg(test)]` at the margin: rustfmt ends it at the margin too.
    fn without_tests(code: &str) -> String {
        let mut kept = String::new();
        let mut lines = code.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("#[cfg(test)]") {
                let own = lines.by_ref().find(|line| !line.starts_with("#["));
                if own.is_some_and(|line| line.trim_end().ends_with('{')) {
                    lines.by_ref().find(|line| line.starts_with('}'));
                }
            } else {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        kept
    }

    /// The files, or their directories, that a file declares for tests alone.
    fn test_files(source: &Source) -> Vec<String> {
        let parent = source.path.rsplit_once('/').map_or("", |(dir, _)| dir);
        let stem = source.path.trim_end_matches(".rs").rsplit('/').next().unwrap_or_default();
        let own = if matches!(stem, "mod" | "lib" | "main") {
            parent.to_owned()
        } else {
            source.path.trim_end_matches(".rs").to_owned()
        };
        let mut found = Vec::new();
        let mut lines = source.text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if line != "#[cfg(test)]" {
                continue;
            }
            let mut at = None;
            for line in lines.by_ref() {
                if let Some(path) = line.strip_prefix("#[path = \"") {
                    at = path.strip_suffix("\"]").map(|path| format!("{parent}/{path}"));
                } else if !line.starts_with("#[") {
                    let name = line.strip_suffix(';').and_then(|line| line.rsplit_once("mod "));
                    if let Some((_, name)) = name {
                        found.extend([format!("{own}/{name}.rs"), format!("{own}/{name}/")]);
                        found.extend(at);
                    }
                    break;
                }
            }
        }
        found
    }

    /// The top-level modules that a file's code names, by `crate::` or by `super::` up to the root.
    fn used(source: &Source) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        let depth = source.module().len();
        for (at, _) in source.code.match_indices("crate::") {
            used.extend(heads(&source.code[at + "crate::".len()..]));
        }
        let mut rest = source.code.as_str();
        while let Some(at) = rest.find("super::") {
            let mut path = &rest[at..];
            let mut levels = 0;
            while let Some(up) = path.strip_prefix("super::") {
                (levels, path) = (levels + 1, up);
            }
            if levels == depth {
                used.extend(heads(path));
            }
            assert!(levels <= depth, "{}: super beyond the root", source.path);
            rest = path;
        }
        used
    }

    /// The first names of a path, or of each path of a group in braces.
    fn heads(path: &str) -> Vec<String> {
        let name = |text: &str| {
            text.trim_start()
                .chars()
                .take_while(|char| char.is_alphanumeric() || *char == '_')
                .collect::<String>()
        };
        let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
        let (mut heads, mut depth) = (vec![name(group)], 1);
        for (at, char) in group.char_indices() {
            match char {
                '{' => depth += 1,
                '}' if depth == 1 => break,
                '}' => depth -= 1,
                ',' if depth == 1 => heads.push(name(&group[at + 1..])),
                _ => {}
            }
        }
        heads.retain(|head| !head.is_empty());
        heads
    }

    #[test]
    fn modules_use_only_what_the_design_allows() {
        let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
        let sources = sources("src");
        let modules: BTreeSet<&str> =
            sources.iter().filter_map(|source| source.module().first().copied()).collect();
        assert_eq!(modules, arrows.keys().copied().collect(), "the table names every module");
        let mut wrong = String::new();
        let mut seen = BTreeSet::new();
        for source in sources.iter().filter(|source| !source.test) {
            let Some(own) = source.module().first().copied() else { continue };
            for used in used(source).iter().filter(|used| modules.contains(used.as_str()) && *used != own) {
                seen.insert((own, used.clone()));
                if !arrows[own].contains(&used.as_str()) {
                    let _ = writeln!(wrong, "{} uses {used}", source.path);
                }
            }
        }
        assert_eq!(wrong, "");
        // The scan sees what is there.
        for (own, used) in [("store", "model"), ("ui", "store"), ("app", "poll"), ("cli", "sandbox")] {
            assert!(seen.contains(&(own, used.to_owned())), "{own} no longer uses {used}? {seen:?}");
        }
        let main = sources.iter().find(|source| source.path == "src/main.rs").unwrap();
        let calls: Vec<_> =
            main.code.match_indices("voxtop::").map(|(at, _)| &main.code[at..at + 11]).collect();
        assert_eq!(calls, ["voxtop::cli"]);
    }

    #[test]
    fn the_core_does_without_the_world() {
        let mut wrong = String::new();
        for source in sources("src").iter().filter(|source| !source.test) {
            if source.module().first().is_some_and(|own| PURE.contains(own)) {
                for word in IMPURE.iter().filter(|word| source.code.contains(&format!("{word}::"))) {
                    let _ = writeln!(wrong, "{} uses {word}", source.path);
                }
            }
        }
        assert_eq!(wrong, "");
    }

    #[test]
    fn clocks_are_read_in_the_rim_and_in_poll_tasks_alone() {
        let mut wrong = String::new();
        let mut readers = 0;
        for source in sources("src").iter().filter(|source| !source.test) {
            for clock in CLOCKS.iter().filter(|clock| source.code.contains(**clock)) {
                readers += 1;
                if !CLOCK_READERS.iter().any(|reader| source.path.starts_with(reader)) {
                    let _ = writeln!(wrong, "{} reads {clock})", source.path);
                }
            }
        }
        assert_eq!(wrong, "");
        assert!(readers >= 3, "the scan sees what is there");
    }

    #[test]
    fn files_have_one_subject_and_say_which() {
        let mut wrong = String::new();
        for source in sources("src").iter().chain(&sources("tests")) {
            let lines = source.text.lines().count();
            let excused = LONGER.iter().any(|(path, _)| *path == source.path);
            if lines > LONGEST_FILE && !excused {
                let _ = writeln!(wrong, "{} has {lines} lines", source.path);
            }
            // The tests of a module are told by their names.
            if !source.text.starts_with("//!") && !source.test {
                let _ = writeln!(wrong, "{} does not begin with what it owns", source.path);
            }
        }
        assert_eq!(wrong, "");
    }

    #[test]
    fn the_scan_reads_code_as_it_is() {
        let text = "//! crate::no\nuse crate::a;\nlet s = \"crate::no\"; let c = '\"'; /* crate::no */ fn f<'x>(x: &'x str) {}\n\
                    use crate::{b::{c, d}, e};\nlet r = r#\"crate::no\"#;\n#[cfg(test)]\nmod tests {\n    use crate::no;\n}\n\
                    use super::super::f::g;\n";
        let code = without_tests(&without_words(text));
        let source = Source { path: "src/own/inner.rs".to_owned(), text: text.to_owned(), code, test: false };
        assert_eq!(used(&source), ["a", "b", "e", "f"].map(str::to_owned).into());
    }
}
