//! The command line of the real program: mistakes end with status 2 and say where and what to do; what
//! is for packagers goes to stdout.

#[cfg(test)]
mod support;

#[cfg(test)]
mod usage {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use tempfile::TempDir;

    use crate::support::run::{Finished, finish, voxtop};

    const SECRET: &str = "Zk3yOfTheCommandLine0123456789ab";

    fn home() -> TempDir {
        TempDir::new().unwrap()
    }

    fn run(home: &Path, args: &[&str]) -> Finished {
        finish(voxtop(home, args))
    }

    /// The default place of the configuration in the homes of these tests.
    fn write(home: &Path, config: &str) {
        fs::create_dir_all(home.join("config/voxtop")).unwrap();
        fs::write(home.join("config/voxtop/config.toml"), config).unwrap();
    }

    /// Runs what must be refused; gives the diagnosis.
    fn refused(home: &Path, args: &[&str]) -> String {
        let finished = run(home, args);
        assert_eq!(finished.code, Some(2), "{args:?}: {finished:?}");
        assert_eq!(finished.stdout, "", "{args:?}");
        assert!(!finished.stderr.contains(SECRET), "{}", finished.stderr);
        finished.stderr
    }

    #[test]
    fn mistakes_in_the_file_name_the_place_and_the_remedy() {
        let key = "[[keys]]\nname = \"prod\"\n";
        let lab = "[[environments]]\nname = \"lab\"\n";
        for (config, place, words) in [
            ("refesh = \"5s\"".to_owned(), ":1:1: ", &["unknown field `refesh`", "`refresh`"][..]),
            (
                format!("{key}env = \"A\"\nfile = \"open.key\""),
                ":4:1: ",
                &["more than one source: `env`, `file`", "exactly one of env, file, command, profile"],
            ),
            (key.to_owned(), ":1:1: ", &["key `prod` has no source", "env = \"SPEECHMATICS_API_KEY\""]),
            (
                format!("{key}file = \"open.key\""),
                ":3:8: ",
                &["`open.key` can be read by others (mode 0644)", "chmod 600 ", "config/voxtop/open.key"],
            ),
            (
                format!("{lab}url = \"http://lab.example.com\""),
                ":3:7: ",
                &["send the key unencrypted", "Use https"],
            ),
            (
                format!("{key}env = \"A\"\nenvironments = [\"eu1\", \"uss1\"]"),
                ":4:24: ",
                &["unknown environment `uss1`", "Did you mean `us1`?", "eu2"],
            ),
            (
                "[bindings]\nquit = \"Q\"\nmark-all = [\"x\", \"Q\"]\ndismiss-banner = []\n".to_owned(),
                ":3:18: ",
                &["the key Q has two meanings in the panes: mark-all here, and quit in", ":2:8", "quit = []"],
            ),
            (
                "[bindings]\nopen-detals = \"C-g\"\n".to_owned(),
                ":2:1: ",
                &["there is no action open-detals", "open-details"],
            ),
            (
                "[bindings]\ndelete = \"C-b\"\n".to_owned(),
                ":2:10: ",
                &["delete cannot have the key C-b", "vim and tmux", "Give it Del"],
            ),
            (format!("{key}env = \"UNSET_HERE\""), ":3:7: ", &["`UNSET_HERE` is not set", "Export it"]),
            (format!("{key}token = \"{SECRET}\""), ":3:1: ", &["`token`", "No key's value belongs"]),
            (format!("{key}env = \"{SECRET}\""), ":3:7: ", &["it names is not set"]),
        ] {
            let home = home();
            write(home.path(), &config);
            let open = home.path().join("config/voxtop/open.key");
            fs::write(&open, SECRET).unwrap();
            fs::set_permissions(&open, PermissionsExt::from_mode(0o644)).unwrap();
            let file = home.path().join("config/voxtop/config.toml");
            for args in [&["jobs"][..], &["config", "check"], &["jobs", "-o", "json", "-vv"]] {
                let said = refused(home.path(), args);
                assert!(said.contains(&format!("{}{place}", file.display())), "{said}");
                for words in words {
                    assert!(said.contains(words), "{words} is not in {said}");
                }
            }
        }
    }

    #[test]
    fn mistakes_on_the_command_line_name_the_option_and_the_remedy() {
        let home = home();
        for (args, words) in [
            (&["jobs", "--filter", "name~(a"][..], &["--filter:", "name~(a", "^"][..]),
            (&["jobs", "--filter", "colour:red"], &["--filter:", "no field", "colour"]),
            (&["jobs", "--config", "nowhere.toml"], &["nowhere.toml", "no such file", "config init"]),
            (&["jobs", "--timezone", "Mars/Olympus"], &["--timezone", "Mars/Olympus", "Europe/London"]),
            (&["jobs", "--refresh", "soon"], &["--refresh", "`soon`", "unit"]),
            (&["jobs"], &["no API key", "SPEECHMATICS_API_KEY", "voxtop config init"]),
            (&["jobs", "-o", "yaml"], &["yaml", "ndjson"]),
            (&["jobs", "--since", "yesterday"], &["--since", "yesterday"]),
            (&["jobs", "--limit", "-1"], &["-1"]),
            (&["--theme", "pink", "demo"], &["pink", "mono"]),
            (&["job"], &["job", "jobs"]),
            (&[], &["not a terminal", "voxtop jobs"]),
        ] {
            let said = refused(home.path(), args);
            for words in words {
                assert!(said.contains(words), "{args:?}: {words} is not in {said}");
            }
        }
    }

    #[test]
    fn a_log_that_cannot_be_written_is_told() {
        let home = home();
        let finished = run(home.path(), &["jobs", "--log-file", "no/such/directory/log"]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
        assert!(finished.stderr.contains("no/such/directory/log") && finished.stderr.contains("--log-file"));
    }

    #[test]
    fn config_init_writes_a_file_that_check_accepts_and_never_overwrites() {
        let home = home();
        let file = home.path().join("config/voxtop/config.toml");
        let path = run(home.path(), &["config", "path"]);
        assert_eq!((path.code, path.stdout), (Some(0), format!("{}\n", file.display())));
        assert!(!file.exists(), "asking for the path writes nothing");

        let written = run(home.path(), &["config", "init"]);
        assert_eq!((written.code, written.stdout), (Some(0), format!("wrote {}\n", file.display())));
        let checked = run(home.path(), &["config", "check"]);
        assert_eq!(checked.code, Some(0), "{}", checked.stderr);
        assert!(checked.stdout.contains("no mistakes") && checked.stdout.contains("no key"), "{checked:?}");

        fs::write(&file, "refresh = \"7s\"\n").unwrap();
        assert!(refused(home.path(), &["config", "init"]).contains("config.toml"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "refresh = \"7s\"\n");
    }

    #[test]
    fn config_check_tells_keys_apart_without_showing_them() {
        let home = home();
        let mut command = voxtop(home.path(), &["config", "check"]);
        command.env("SPEECHMATICS_API_KEY", SECRET);
        let checked = finish(command);
        assert_eq!(checked.code, Some(0), "{}", checked.stderr);
        assert!(checked.stdout.contains("key default ·"), "{}", checked.stdout);
        assert!(checked.stdout.contains("eu1, eu2, us1, us2, au1"), "{}", checked.stdout);
        assert!(!checked.stdout.contains(SECRET) && !checked.stderr.contains(SECRET));
    }

    #[test]
    fn another_file_is_read_by_option_and_by_variable() {
        let home = home();
        let other = home.path().join("other.toml");
        fs::write(&other, "refresh = \"9s\"\n").unwrap();
        let by_option = run(home.path(), &["--config", "other.toml", "config", "check"]);
        let mut command = voxtop(home.path(), &["config", "check"]);
        command.env("VOXTOP_CONFIG", &other);
        for finished in [by_option, finish(command)] {
            assert_eq!(finished.code, Some(0), "{}", finished.stderr);
            assert!(finished.stdout.contains("other.toml: no mistakes"), "{}", finished.stdout);
        }
    }

    #[test]
    fn a_variable_that_is_set_to_nothing_counts_as_not_set() {
        let home = home();
        let mut command = voxtop(home.path(), &["config", "path"]);
        command.env("VOXTOP_CONFIG", "").env("VOXTOP_REFRESH", "").env("SPEECHMATICS_API_KEY", "");
        let finished = finish(command);
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(finished.stdout.ends_with("/config/voxtop/config.toml\n"), "{finished:?}");
        // This one is not voxtop's own, and cannot be passed over: it is said.
        if cfg!(target_os = "linux") {
            let lab = "builtin_environments = false\n[[environments]]\nname = \"lab\"\nurl = \"https://127.0.0.1:1\"\n";
            write(home.path(), lab);
            let mut command = voxtop(home.path(), &["jobs"]);
            command.env("SSL_CERT_FILE", "").env("SPEECHMATICS_API_KEY", SECRET);
            let said = finish(command).stderr;
            assert!(said.contains("SSL_CERT_FILE is set to nothing"), "{said}");
        }
    }

    #[test]
    fn where_there_is_no_key_it_is_said_why_and_where_to_put_one() {
        let home = home();
        let other = home.path().join("other.toml");
        fs::write(&other, "refresh = \"9s\"\n").unwrap();
        fs::create_dir(home.path().join(".speechmatics")).unwrap();
        fs::write(home.path().join(".speechmatics/config"), "[default\n").unwrap();
        let said = refused(home.path(), &["jobs", "--config", "other.toml"]);
        assert!(said.contains(".speechmatics/config:1:"), "the profile is broken: {said}");
        assert!(said.contains("under [[keys]] in other.toml") && !said.contains("config init"), "{said}");
    }

    #[test]
    fn help_man_page_and_completions_go_to_stdout() {
        let home = home();
        let shells = ["bash", "zsh", "fish", "elvish", "powershell"];
        let completions = shells.map(|shell| vec!["completions", shell]);
        let others = [
            vec!["--help"],
            vec!["-h"],
            vec!["jobs", "--help"],
            vec!["help", "demo"],
            vec!["--version"],
            vec!["man"],
        ];
        for args in completions.iter().chain(&others) {
            let finished = run(home.path(), args);
            assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{args:?}");
            assert!(finished.stdout.contains("voxtop"), "{args:?}: {}", finished.stdout);
        }
        let man = run(home.path(), &["man"]).stdout;
        assert!(man.contains(".TH voxtop"), "{man}");
        // Every key, every field of a filter and every field of the configuration is in it, as the tables have them.
        let plain = man.replace('\\', "");
        for binding in voxtop::state::BINDINGS {
            let entry = format!("{} ({})", binding.help, binding.action.name());
            assert!(plain.contains(&entry) && plain.contains(binding.context.heading()), "{entry}");
        }
        for field in voxtop::store::query::FIELDS {
            assert!(plain.contains(&format!("fB{}fR\n{}; ", field.name, field.help)), "{}", field.name);
        }
        for (table, name, holds, help) in voxtop::config::fields() {
            assert!(plain.contains(&format!("fB{name}fR\n{help} ({holds})")), "{table} {name}");
        }
        for command in ["demo", "jobs", "config", "completions", "man"] {
            assert!(run(home.path(), &["--help"]).stdout.contains(command));
            assert!(run(home.path(), &["completions", "bash"]).stdout.contains(command));
        }
        let help = run(home.path(), &["jobs", "--help"]).stdout;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains("3 some did not") && help.contains("table, json, ndjson, csv"), "{help}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing was written for it");
    }

    /// Arguments are seen by everybody on a machine.
    #[test]
    fn no_option_takes_the_value_of_a_key() {
        fn options(command: &clap::Command, names: &mut Vec<String>) {
            for option in command.get_arguments() {
                names.extend(option.get_long().map(str::to_owned));
                names.extend(option.get_visible_aliases().into_iter().flatten().map(str::to_owned));
                let variable = option.get_env().map(|name| name.to_string_lossy().to_lowercase());
                names.extend(variable);
            }
            command.get_subcommands().for_each(|command| options(command, names));
        }
        let mut names = Vec::new();
        options(&voxtop::cli::grammar(), &mut names);
        assert!(names.iter().any(|name| name == "config"), "{names:?}");
        for name in names {
            for word in ["key", "token", "secret", "password", "auth", "bearer"] {
                assert!(!name.contains(word), "--{name}");
            }
        }
        let home = home();
        for option in ["--key", "--api-key", "--auth-token", "--token"] {
            refused(home.path(), &["jobs", option, "some-value"]);
        }
    }
}
