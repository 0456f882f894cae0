//! Views, columns, deep links and what lasts over restarts, on the real program: what a configuration says
//! wrong is told with its place, what was chosen is there again, and a file that is broken harms nobody.

#[cfg(test)]
mod support;

#[cfg(test)]
mod views {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    use rustix::process::Signal;
    use tempfile::TempDir;

    use crate::support::fleet::{Behaviour, Fleet};
    use crate::support::jobs::ordinary;
    use crate::support::run::{finish, voxtop};
    use crate::support::{Exit, Launch, Session};

    const VIEWS: &str = "columns = [\"status\", \"name:33\", \"age\"]\nsort = \"-audio, name\"\n
        [[views]]\nname = \"Jobs that run\"\nfilter = \"status:running\"\ncolumns = [\"id\", \"age\"]\n
        [[views]]\nname = \"by length\"\nsort = \"audio\"\n";

    /// A fleet of sixty jobs, a configuration with views, and a place for what lasts.
    struct Desk {
        fleet: Fleet,
        state: TempDir,
        config: PathBuf,
    }

    impl Desk {
        fn new(views: &str) -> Self {
            let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("row", 60)))]);
            let config = fleet.config("1h", "5m");
            let rest = fs::read_to_string(&config).unwrap();
            fs::write(&config, format!("{}\n{rest}", views.split("[[views]]").next().unwrap())).unwrap();
            let tables = views
                .split_once("[[views]]")
                .map_or(String::new(), |(_, tables)| format!("\n[[views]]{tables}"));
            let whole = fs::read_to_string(&config).unwrap() + &tables;
            fs::write(&config, whole).unwrap();
            Self { fleet, state: TempDir::new().unwrap(), config }
        }

        fn open(&self, args: &[&str]) -> Session {
            let mut launch = Launch::new(&["--theme", "mono", "--config"]).arg(&self.config);
            for arg in args {
                launch = launch.arg(*arg);
            }
            let mut session = launch.env("XDG_STATE_HOME", self.state.path()).spawn();
            shows(&mut session, " up ");
            session
        }

        fn file(&self) -> PathBuf {
            self.state.path().join("voxtop/dashboard.json")
        }
    }

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
    }

    fn misses(session: &mut Session, words: &str) {
        session.wait_for(&format!("no {words}"), |screen| !screen.contents().contains(words));
    }

    /// The words of the line of column heads.
    fn heads(session: &Session) -> String {
        let rows = session.rows();
        let heads = rows.iter().skip_while(|row| !row.contains(" Jobs")).nth(1).cloned().unwrap_or_default();
        heads.trim_matches(['│', ' ']).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn wait_heads(session: &mut Session, wanted: &str) {
        session.wait_for(wanted, |screen| {
            let text = screen.contents();
            let heads = text.lines().skip_while(|row| !row.contains(" Jobs")).nth(1).unwrap_or_default();
            let words: Vec<&str> = heads.split(['│', ' ']).filter(|word| !word.is_empty()).collect();
            words.join(" ") == wanted
        });
    }

    fn quit(mut session: Session) {
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }

    #[test]
    fn a_configured_view_shows_what_it_says_and_the_rule_names_it() {
        let desk = Desk::new(VIEWS);
        let mut session = desk.open(&[]);
        wait_heads(&mut session, "STATUS NAME△ AGE");
        shows(&mut session, "Jobs · sorted by -audio, name");
        session.send("1");
        wait_heads(&mut session, "ID AGE");
        shows(&mut session, "Jobs · view: Jobs that run · of 60");
        session.send("2");
        wait_heads(&mut session, "STATUS NAME AGE");
        shows(&mut session, "view: by length");
        session.send("o");
        shows(&mut session, "view: by length*");
        session.send("?");
        shows(&mut session, "view Jobs that run (status:running)");
        session.send("qq");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let mut linked = desk.open(&["--fresh", "--view", "jobs THAT run", "--filter", "row0000003"]);
        shows(&mut linked, "view: Jobs that run* · filter: row0000003");
        wait_heads(&mut linked, "ID AGE");
        quit(linked);
    }

    #[test]
    fn what_was_chosen_is_there_again_and_fresh_begins_without_it() {
        let desk = Desk::new("");
        let mut session = desk.open(&[]);
        session.send("c ");
        shows(&mut session, "Columns · as chosen");
        session.send("\r>");
        misses(&mut session, "╭─");
        shows(&mut session, "EXPIRES▲");
        let chosen = heads(&session);
        assert!(chosen.starts_with("STATUS ID NAME") && chosen.contains("EXPIRES▲"), "{chosen}");
        session.send("/row000001\r");
        shows(&mut session, "filter: row000001 · of 60");
        session.wait_until("the file", || desk.file().exists());
        quit(session);
        let mode = fs::metadata(desk.file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let kept: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(desk.file()).unwrap()).unwrap();
        assert_eq!((&kept["version"], &kept["home"]["filter"]), (&1.into(), &"row000001".into()));
        let mut again = desk.open(&[]);
        shows(&mut again, "filter: row000001 · of 60");
        wait_heads(&mut again, &chosen);
        quit(again);
        let mut fresh = desk.open(&["--fresh"]);
        shows(&mut fresh, "of 60");
        assert!(heads(&fresh).starts_with("ENV STATUS ID NAME"), "{}", heads(&fresh));
        // Who only looks takes nothing away.
        quit(fresh);
        let mut filtered = desk.open(&["--filter", "row0000022"]);
        shows(&mut filtered, "filter: row0000022 · of 60");
        wait_heads(&mut filtered, &chosen);
    }

    #[test]
    fn what_was_chosen_is_kept_when_the_program_is_told_to_end() {
        for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
            let desk = Desk::new("");
            let mut session = desk.open(&[]);
            session.send("2");
            shows(&mut session, "view: running");
            session.kill(signal);
            assert_eq!(session.wait_exit(), Exit::Code(status));
            let mut again = desk.open(&[]);
            shows(&mut again, "view: running · of 60");
            again.send("0");
            misses(&mut again, "view: ");
        }
    }

    #[test]
    fn a_broken_file_is_moved_aside_and_told() {
        let desk = Desk::new("");
        fs::create_dir_all(desk.file().parent().unwrap()).unwrap();
        fs::write(desk.file(), "{\"version\": 1, \"home\"").unwrap();
        let mut session = desk.open(&[]);
        shows(&mut session, "dashboard.json is not of this voxtop's making, or broken");
        assert!(desk.file().with_extension("json.broken").exists() && !desk.file().exists());
        quit(session);
    }

    #[test]
    fn two_dashboards_at_once_leave_a_whole_file_of_the_last_one() {
        let desk = Desk::new("");
        quit(desk.open(&[]));
        assert!(!desk.file().exists(), "nothing was chosen, nothing is kept");
        let (mut first, mut second) = (desk.open(&[]), desk.open(&[]));
        first.send("1");
        shows(&mut first, "view: rejected");
        second.send("2");
        shows(&mut second, "view: running");
        quit(first);
        quit(second);
        let mut again = desk.open(&[]);
        shows(&mut again, "view: ");
        let names = fs::read_dir(desk.file().parent().unwrap()).unwrap();
        let left = names.filter(|name| name.as_ref().unwrap().file_name().to_str().unwrap().starts_with('.'));
        assert_eq!(left.count(), 0);
    }

    #[test]
    fn a_linked_job_opens_when_it_is_listed_and_is_told_of_while_it_is_not() {
        let desk = Desk::new("");
        let mut session = desk.open(&["--job", "ALPHA/row0000042"]);
        shows(&mut session, "╭─ Job row0000042");
        session.send("qq");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let mut session = desk.open(&["--job", "nowhere"]);
        shows(&mut session, "Jobs · job nowhere is not listed");
        session.send("\x1b");
        misses(&mut session, "is not listed");
        quit(session);
        assert!(desk.fleet.at("alpha").asked() > 0);
    }

    fn refused(home: &Path, args: &[&str]) -> String {
        let finished = finish(voxtop(home, args));
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{args:?}: {finished:?}");
        finished.stderr
    }

    #[test]
    fn mistakes_in_views_name_the_place_and_point_at_it() {
        let home = TempDir::new().unwrap();
        let dir = home.path().join("config/voxtop");
        fs::create_dir_all(&dir).unwrap();
        let view = "[[views]]\nname = \"one\"\n";
        let ten =
            (0..10).fold(String::new(), |all, n| format!("{all}[[views]]\nname = \"v{n}\"\nsort = \"id\"\n"));
        for (config, words) in [
            (
                format!("{view}filter = \"status:done (\"\n"),
                &["config.toml:3:10: the filter is no query", "status:done (\n", "^"][..],
            ),
            (
                format!("{view}filter = \"id:abcdefgh1234ijklmnop5678qrst (\"\n"),
                &["from its character", "looks like a key"],
            ),
            (
                format!("{view}columns = [\"env\",\n  \"size:3\"]\n"),
                &["config.toml:4:3: `size:3`: there is no column of this name", "name:30"],
            ),
            (format!("{view}columns = []\n"), &[":3:11: a list of columns is empty"]),
            (format!("{view}sort = \"age, age\"\n"), &[":3:8: `age, age`: age is there twice", "descending"]),
            (format!("{view}sort = 3\n"), &[":3:8: `sort` is a whole number"]),
            (
                format!("{view}filer = \"x\"\n"),
                &["unknown field `filer` in [[views]]", "nearest known field is `filter`"],
            ),
            (view.to_owned(), &[":2:8: view `one` sets nothing"]),
            ("[[views]]\nname = \"7\"\nsort = \"id\"\n".to_owned(), &["is a number"]),
            ("[[views]]\nname = \" \"\nsort = \"id\"\n".to_owned(), &["cannot be a view's name"]),
            (
                format!("{view}sort = \"id\"\n[[views]]\nname = \"ONE\"\nsort = \"id\"\n"),
                &[":5:8: the view's name `ONE` is taken"],
            ),
            (ten, &[":29:8: there are more than 9 views"]),
            (
                "columns = [\"name:2\"]\n".to_owned(),
                &[":1:12: `name:2`: a column's width is a number of cells from 3 to 200"],
            ),
            ("sort = \"-\"\n".to_owned(), &[":1:8: `-`: there is no column"]),
        ] {
            fs::write(dir.join("config.toml"), &config).unwrap();
            let said = refused(home.path(), &["config", "check"]);
            for words in words {
                assert!(said.contains(words), "{config}\n{words}\n{said}");
            }
            assert!(!said.contains("abcdefgh1234"), "{said}");
            assert_eq!(refused(home.path(), &["jobs"]), said, "other commands say the same");
        }
    }

    #[test]
    fn a_right_configuration_lists_its_views() {
        let home = TempDir::new().unwrap();
        fs::create_dir_all(home.path().join("config/voxtop")).unwrap();
        fs::write(home.path().join("config/voxtop/config.toml"), VIEWS).unwrap();
        let checked = finish(voxtop(home.path(), &["config", "check"]));
        assert!(
            checked.stdout.contains("view 1 Jobs that run: status:running\nview 2 by length\n"),
            "{checked:?}"
        );
    }

    #[test]
    fn links_that_lead_nowhere_are_refused() {
        let desk = Desk::new(VIEWS);
        for (args, words) in [
            (
                &["--view", "nightly"][..],
                "there is no view \"nightly\"; there are 1 Jobs that run, 2 by length",
            ),
            (&["--view", "3"], "there is no view \"3\""),
            (&["--job", "beta/x"], "there is no environment \"beta\"; there are alpha"),
            (&["--job", "a b"], "no job can have this id"),
        ] {
            let mut launch = Launch::new(&["--config"]).arg(&desk.config);
            for arg in args {
                launch = launch.arg(*arg);
            }
            let mut session = launch.spawn();
            shows(&mut session, words);
            assert_eq!(session.wait_exit(), Exit::Code(2), "{args:?}");
        }
        let home = TempDir::new().unwrap();
        assert!(refused(home.path(), &["--view", "1", "jobs"]).contains("--view is of the dashboard"));
        assert!(refused(home.path(), &["--fresh", "doctor"]).contains("--fresh is of the dashboard"));
    }

    #[test]
    fn the_demo_has_views_and_links_and_leaves_nothing_behind() {
        let mut session = Launch::new(&["demo", "--view", "running"]).spawn();
        shows(&mut session, "view: running");
        session.send("c ");
        shows(&mut session, "Columns · as chosen");
        session.send("\rq");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        assert!(!session.state_dir().join("dashboard.json").exists());
    }
}
