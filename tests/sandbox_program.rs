//! `voxtop sandbox` as a program, and the scenarios that people write for it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use voxtop::sandbox::Scenario;

/// All that a scenario needs; a fault can follow.
const PLAIN: &str = "title = \"t\"\nseed = 1\n[[environments]]\nname = \"lab\"\nregion = \"LAB\"\n\
                 [[keys]]\nname = \"k\"\nproject = \"p\"\naccepted = [\"lab\"]\n[[faults]]\n";

#[test]
fn a_mistake_about_a_fault_names_its_line() {
    for (fault, line, word) in [
        ("kind = \"dwon\"", 11, "dwon"),
        ("kind = \"down\"\nkey = \"k\"", 12, "all keys or none"),
        ("environment = \"control\"\nkind = \"down\"", 11, "no environment `control`"),
        ("environment = \"lab\"\nkind = \"closing\"\ncode = 4005", 12, "kind is batch"),
        ("kind = \"closing\"\ncode = 4005", 11, "no environment of this scenario"),
        ("colour = 3", 11, "colour"),
        ("environment = \"eu9\"\nkind = \"down\"", 11, "eu9"),
        ("kind = \"slow\"", 11, "delay"),
        ("kind = \"slow\"\ndelay = [\"2s\", \"1s\"]", 12, "LEAST"),
        ("kind = \"down\"\nfrom = \"5s\"\nuntil = \"4s\"", 13, "until"),
        ("kind = \"down\"\nfrom = \"5\"", 12, "length of time"),
        ("kind = \"down\"\nfrom = \"-1s\"", 12, "below 0"),
        ("kind = \"down\"\nrepeat = \"5s\"", 12, "until"),
        ("kind = \"down\"\nuntil = \"5s\"\nrepeat = \"5s\"", 13, "repeat"),
    ] {
        let error = Scenario::parse("mine.toml", &format!("{PLAIN}{fault}")).unwrap_err().to_string();
        assert!(error.starts_with(&format!("scenario mine.toml, line {line}: ")), "{fault}: {error}");
        assert!(error.contains(word), "{fault}: {error}");
    }
    for code in [999, 1005, 1015, 5000] {
        let text = PLAIN.replace("region = \"LAB\"", "region = \"LAB\"\nkind = \"realtime\"");
        let error = Scenario::parse("mine.toml", &format!("{text}kind = \"closing\"\ncode = {code}"));
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("scenario mine.toml, line 13: "), "{code}: {error}");
    }
}

#[test]
fn a_mistake_about_environments_or_jobs_names_its_line() {
    let jobs = |change: &str, to: &str| {
        let jobs = "[[jobs]]\nenvironment = \"lab\"\nproject = \"p\"\nrun = [\"1s\", \"2s\"]\ntrades = { media = 1 }\n\
                    languages = { en = 1 }\nmodels = { standard = 1 }\n";
        let all = PLAIN.replace("[[faults]]\n", jobs).replace(change, to);
        Scenario::parse("mine.toml", &all).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(jobs("", ""), Ok(()));
    for (change, to, line, words) in [
        ("media", "alchemy", 14, "there is no trade `alchemy`; there are media"),
        ("{ en = 1 }", "{ en = 0 }", 15, "share"),
        ("[\"1s\", \"2s\"]", "[\"3s\", \"2s\"]", 13, "LEAST"),
        (
            "region = \"LAB\"",
            "region = \"LAB\"\nkind = \"realtime\"",
            12,
            "only environments of the kind `batch`",
        ),
        ("project = \"p\"\nrun", "project = \"p\"\nper_minute = 1e9\nrun", 13, "per_minute"),
        ("project = \"p\"\nrun", "project = \"p\"\nhistory = 4000000000\nrun", 13, "10000000"),
        ("project = \"p\"\nrun", "project = \"p\"\nhistory = 1\nrunning = 10000001\nrun", 14, "10000000"),
        ("project = \"p\"\nrun", "project = \"q\"\nrun", 12, "no key is of the project `q`"),
        ("{ en = 1 }", "{ en = 1, klingon = 1 }", 15, "there is no language `klingon`"),
        ("{ standard = 1 }", "{ grand = 1 }", 16, "there is no model `grand`; there are standard, enhanced"),
        ("seed = 1", "seed = 1\ndefault_wait = \"-1s\"", 3, "from 0s to 60s"),
        ("seed = 1", "seed = 1\ndefault_wait = \"61s\"", 3, "from 0s to 60s"),
        ("seed = 1", "seed = 1\nlimits = { submits_per_second = 0, reads_per_second = 1 }", 3, "nonzero"),
        ("region = \"LAB\"", "region = \"LAB\"\nutc_offset = \"14h1m\"", 6, "from -14h to 14h"),
        ("name = \"lab\"", "name = \"control\"", 4, "the sandbox's own door"),
        ("name = \"lab\"", "name = \"\"", 4, "names no environment"),
        ("name = \"lab\"", "name = \"Lab 1\"", 4, "names no environment"),
    ] {
        let error = jobs(change, to).unwrap_err();
        assert!(error.starts_with(&format!("scenario mine.toml, line {line}: ")), "{to}: {error}");
        assert!(error.contains(words), "{to}: {error}");
    }
    let error = Scenario::shipped("tuor").unwrap_err().to_string();
    assert!(error.contains("tuor") && error.contains("tour"), "{error}");
}

/// Ends a sandbox that a failing test leaves behind.
struct Program(std::process::Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

#[test]
fn the_program_prints_where_it_listens_and_serves_until_it_is_stopped() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_voxtop"));
    program.args(["sandbox", "--scenario", "quiet", "--env"]).stdout(Stdio::piped());
    let mut child = Program(program.spawn().unwrap());
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut seen = Vec::new();
    for line in lines {
        let last = line.starts_with("export VOXTOP_SANDBOX_CONTROL=");
        seen.push(line);
        if last {
            break;
        }
    }
    let url =
        seen.iter().find_map(|line| line.strip_prefix("export VOXTOP_SANDBOX_URL_EU1='http://")).unwrap();
    let mut stream = std::net::TcpStream::connect(url.trim_end_matches('\'')).unwrap();
    std::io::Write::write_all(&mut stream, b"GET /v1/discovery/features HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert!(answer.contains(" 200 OK"), "{answer}");
    let pid = rustix::process::Pid::from_child(&child.0);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_shipped_scenario_is_a_start_for_one_of_your_own() {
    let done = Command::new(env!("CARGO_BIN_EXE_voxtop")).args(["sandbox", "--show"]).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.contains("# [[faults]]"), "{text}");
    let mine = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(mine.path(), text.replace("A working week", "My week")).unwrap();
    let name = mine.path().to_str().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_voxtop"))
        .args(["sandbox", "--show", "--scenario", name])
        .output()
        .unwrap();
    assert!(String::from_utf8(done.stdout).unwrap().contains("My week"));
}

#[test]
fn the_program_refuses_what_it_cannot_play() {
    for (arguments, words) in [
        (&["--scenario", "tuor"][..], "there is no scenario `tuor`; there are tour, quiet"),
        (&["--scenario", "no/such.toml"], "cannot read no/such.toml"),
        (&["--listen", "0.0.0.0"], "--expose"),
        (&["--env", "--output", "json"], "cannot be used with"),
    ] {
        let done =
            Command::new(env!("CARGO_BIN_EXE_voxtop")).arg("sandbox").args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}
