//! Stuck jobs, transcripts that are about to be lost, and two jobs side by side, on the screen of the real program.

#[cfg(test)]
mod support;

#[cfg(test)]
mod analysis {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use jiff::SignedDuration;

    use crate::support::fleet::{Behaviour, Fleet};
    use crate::support::jobs::{Job, ago, job, ordinary};
    use crate::support::sandbox::Sandbox;
    use crate::support::{Exit, Launch, Session};

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
    }

    fn hides(session: &mut Session, words: &str) {
        session.wait_for(&format!("no {words}"), |screen| !screen.contents().contains(words));
    }

    fn quits(mut session: Session) {
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }

    /// A minute of audio, submitted so many minutes ago.
    fn of(id: &str, minutes: i64, status: &str, more: &str) -> Job {
        let fields = format!(r#""status":"{status}","duration":60,"data_name":"{id}.wav"{more}"#);
        job(id, ago(SignedDuration::from_mins(minutes)), &fields)
    }

    #[test]
    fn stuck_jobs_stand_out_are_counted_told_of_and_shown_alone() {
        let mut jobs = ordinary("row", 30);
        jobs.extend((1..=4).map(|nth| of(&format!("long{nth}"), 300 + nth, "running", "")));
        let fleet = Fleet::start([("alpha", Behaviour::healthy(jobs))]);
        let launch = Launch::new(&["--theme", "mono", "--config"]).arg(fleet.config("1h", "5m"));
        let mut session = launch.size(120, 40).spawn();
        shows(&mut session, "◷ 4 stuck");
        shows(&mut session, "alpha: 4 jobs run far too long");
        session.send("!");
        shows(&mut session, "◷ stuck only");
        shows(&mut session, "1–4 of 4");
        // What is above the rows is drawn before them.
        session.wait_for("four stuck jobs", |screen| {
            screen.rows(0, 120).filter(|row| row.contains("◷ stuck  ")).count() == 4
        });
        // The service's own word is what the filter knows.
        session.send("/status:running name~long3\r");
        shows(&mut session, "1–1 of 1");
        session.send("g\r");
        shows(&mut session, "◷ running for 5h03m; the most without a history is 10m + 3.00× its audio");
        session.send("q");
        hides(&mut session, "╭─ Job");
        // Escape lets go of one thing after another.
        session.send("\x1b");
        session.wait_for("no selection", |screen| {
            let (height, _) = screen.size();
            (0..height.get()).all(|row| !screen.cell(row, 2).is_some_and(vt100::Cell::inverse))
        });
        session.send("\x1b");
        hides(&mut session, "stuck only");
        shows(&mut session, "filter: status:running name~long3");
        session.send("\x1b");
        hides(&mut session, "filter:");
        quits(session);
    }

    /// A screen with a sandbox's history of a week, the oldest jobs first.
    fn expiring(sandbox: &Sandbox, state: &Path) -> Session {
        let config = sandbox.config("1h", &[("one", "one")]);
        let launch = Launch::new(&["--theme", "mono", "--config"]).arg(config).env("XDG_STATE_HOME", state);
        let mut session = launch.size(160, 60).spawn();
        shows(&mut session, "of 30");
        // The first to expire first.
        session.send(">o");
        shows(&mut session, "EXPIRES");
        session
    }

    #[test]
    fn what_is_about_to_be_lost_is_marked_saved_in_bulk_and_remembered() {
        let sandbox = Sandbox::start();
        let state = tempfile::TempDir::new().unwrap();
        let mut session = expiring(&sandbox, state.path());
        session.wait_for("a transcript that is about to be lost", |screen| {
            screen.contents().lines().any(|line| line.contains("✔ done") && line.contains(" ! "))
        });
        session.send("E");
        shows(&mut session, "(txt; Tab: json) into the directory");
        let asked = session.rows().join("\n");
        let count =
            asked.split_once("save ").and_then(|(_, rest)| rest.split(' ').next()).unwrap().to_owned();
        let count: usize = count.parse().unwrap();
        session.send("\t");
        shows(&mut session, "(json; Tab: srt) into the directory");
        let dir = state.path().join("kept");
        session.send("\x15");
        session.send(format!("{}\r", dir.display()));
        shows(&mut session, &format!("{count} of {count} transcripts saved"));
        let files: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), count);
        for file in &files {
            assert!(file.extension().is_some_and(|kind| kind == "json"), "{}", file.display());
            serde_json::from_slice::<serde_json::Value>(&fs::read(file).unwrap()).unwrap();
        }
        let account = state.path().join("voxtop/saved.jsonl");
        assert_eq!(fs::read_to_string(&account).unwrap().lines().count(), count);
        assert_eq!(fs::metadata(&account).unwrap().permissions().mode() & 0o777, 0o600);
        let safe =
            |screen: &vt100::Screen| screen.contents().lines().filter(|row| row.contains("↧ ")).count();
        session.wait_for("the marks of what is safe", |screen| safe(screen) == count);
        session.send("E");
        shows(&mut session, "no done job here expires within a day");
        quits(session);

        let mut again = expiring(&sandbox, state.path());
        again.wait_for("what was saved before", |screen| safe(screen) == count);
        again.send("E");
        shows(&mut again, "no done job here expires within a day");
        quits(again);
    }

    #[test]
    fn two_jobs_are_compared_and_secrets_stay_masked() {
        let config = |language: &str, token: &str| {
            format!(
                r#","config":{{"type":"transcription","transcription_config":{{"language":"{language}"}},"notification_config":[{{"url":"https://hook.example/x?token={token}","auth_headers":["Authorization: Bearer {token}"]}}]}}"#
            )
        };
        let jobs = vec![
            of("first", 1, "done", &config("en", "SECRETONE")),
            of("second", 2, "running", &config("de", "SECRETTWO")),
        ];
        let fleet = Fleet::start([("alpha", Behaviour::healthy(jobs))]);
        let launch = Launch::new(&["--theme", "mono", "--config"]).arg(fleet.config("1h", "5m"));
        let mut session = launch.size(140, 45).spawn();
        shows(&mut session, "of 2");
        session.send("g =");
        shows(&mut session, "two marked jobs are compared: 1 marked now");
        session.send(" =");
        shows(&mut session, "alpha first");
        shows(&mut session, "alpha second");
        shows(&mut session, "transcription_config.language");
        let row = |session: &Session, word: &str| {
            let rows = session.rows();
            rows.into_iter().find(|row| row.contains(word)).unwrap_or_default()
        };
        let language = row(&session, "transcription_config.language");
        assert!(language.contains('≠') && language.contains("en") && language.contains("de"), "{language}");
        let same = row(&session, " type ");
        assert!(
            !same.contains('≠') && same.matches("transcription").count() == 2,
            "{}",
            session.rows().join("\n")
        );
        session.send("=");
        shows(&mut session, "= shows all");
        assert_eq!(row(&session, " type "), "");
        assert!(!String::from_utf8_lossy(&session.raw()).contains("SECRET"));
        session.send("q");
        hides(&mut session, "╭─ Compare");
        quits(session);
    }
}
