//! What may be written behind `voxtop`. No option takes a key's value: arguments are seen by everybody
//! on a machine.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use strum::VariantNames;

use crate::app::doctor::Format as DoctorFormat;
use crate::app::jobs::OutputFormat;
use crate::config::{COLOURS, THEMES, parse_duration};
use crate::model::{Colours, JobId, ThemeName, Wish};
use crate::state::Size;

/// top for Speechmatics batch transcription: every job, in every environment, on one screen
#[derive(Debug, Parser)]
#[command(
    name = "voxtop",
    version,
    about,
    after_help = "Without a command: the dashboard. Press ? in it for its keys."
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(flatten)]
    pub(super) links: Links,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Read the configuration from this file
    // A variable that is set to nothing is as good as none, so that nothing has to be a value.
    #[arg(long, global = true, env = "VOXTOP_CONFIG", value_name = "FILE",
          value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub(super) config: Option<PathBuf>,
    /// Time between two rounds of an environment: 5s, 1m30s [default: 5s; at least 1s]
    #[arg(long, global = true, env = "VOXTOP_REFRESH", value_name = "DURATION")]
    pub(super) refresh: Option<String>,
    /// Show only these jobs: words, field:value, field~text, field>value; ? in the dashboard lists the fields
    #[arg(long, global = true, value_name = "QUERY", allow_hyphen_values = true)]
    pub(super) filter: Option<String>,
    /// Never change anything at the service
    #[arg(long, global = true)]
    pub(super) read_only: bool,
    /// Mask names, titles, references, tags, ids and errors of jobs, wherever they are shown, printed or carried away
    #[arg(long, global = true)]
    pub(super) presenter: bool,
    /// Show times in this zone: an IANA name, UTC or local [default: local]
    #[arg(long, global = true, value_name = "TZ")]
    pub(super) timezone: Option<String>,
    /// Theme [default: by the terminal's background; NO_COLOR means mono]
    #[arg(long, global = true, value_name = "NAME", value_parser = wish_of::<ThemeName>(THEMES, &[("colour-blind", "colorblind")]))]
    pub(super) theme: Option<Wish<ThemeName>>,
    /// Show so many colours [default: by the terminal; NO_COLOR means none]
    #[arg(long, alias = "colors", global = true, value_name = "DEPTH", value_parser = wish_of::<Colours>(COLOURS, &[("truecolour", "truecolor")]))]
    pub(super) colours: Option<Wish<Colours>>,
    /// Write the log to this file
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log_file: Option<PathBuf>,
    /// Log more: -v requests, -vv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
}

/// Where in the dashboard to begin.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Links {
    /// Begin with this saved view: its name, or its number
    #[arg(long, value_name = "NAME")]
    pub(super) view: Option<String>,
    /// Open the details of this job as soon as it is listed: ID, or eu1/ID
    #[arg(long, value_name = "ID", value_parser = parse_link)]
    pub(super) job: Option<String>,
    /// Begin without the columns, sort, filter and view of the last time
    #[arg(long)]
    pub(super) fresh: bool,
}

impl Links {
    /// Takes what another has over what there is.
    pub(super) fn take(&mut self, other: &Self) {
        self.view = other.view.clone().or_else(|| self.view.take());
        self.job = other.job.clone().or_else(|| self.job.take());
        self.fresh |= other.fresh;
    }

    /// Whether there is nothing of it, as before a command that has no dashboard.
    ///
    /// # Errors
    /// The option that is there.
    pub(super) fn refuse(&self) -> Result<(), String> {
        let given = [("--view", self.view.is_some()), ("--job", self.job.is_some()), ("--fresh", self.fresh)];
        let first = given.into_iter().find(|(_, given)| *given);
        first.map_or(Ok(()), |(name, _)| Err(format!("{name} is of the dashboard; leave it out here")))
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The dashboard over an embedded sandbox: no key and no network needed
    Demo(DemoArguments),
    /// Serve a stand-in for the service, for its own clients and for tests
    ///
    /// Prints where its hosts listen and which keys they take, then serves until it is stopped. `POST /control/…` at
    /// its control host changes it while it runs.
    Sandbox(SandboxArguments),
    /// Print the merged jobs of all environments once
    ///
    /// Data goes to standard output, diagnosis to standard error. Exit status: 0 all sources answered; 3 some did
    /// not; 4 none did; 2 wrong usage or configuration; 1 anything else.
    Jobs(JobsArguments),
    /// Check every endpoint and every key once, and explain what is wrong
    ///
    /// The report goes to standard output and holds no key, no proxy's password and no home directory: it can be
    /// pasted into a ticket. Exit status: 0 all sources answered; 3 some did not; 4 none did; 2 wrong usage or
    /// configuration (what can be looked at is looked at all the same); 1 anything else.
    Doctor(DoctorArguments),
    /// Write, find or check the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print completions for a shell
    Completions {
        /// Which
        shell: Shell,
    },
    /// Print the man page
    Man,
}

/// What `voxtop demo` takes.
#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// Draw no screen, but write a picture (SVG) of it to this file
    #[arg(long, value_name = "FILE")]
    pub(super) picture: Option<PathBuf>,
    /// The size of the picture in cells
    #[arg(long, value_name = "WxH", default_value = "120x40", value_parser = parse_size, requires = "picture")]
    pub(super) size: Size,
    /// When to take the picture
    #[arg(long, value_name = "DURATION", default_value = "8s", value_parser = parse_duration, requires = "picture")]
    pub(super) after: Duration,
    #[command(flatten)]
    pub(super) links: Links,
}

/// What `voxtop sandbox --help` says of its control host.
const CONTROLS: &str = "While it runs, POST JSON to its control host:
  /control/faults           {\"name\": \"outage\", \"environment\": \"eu1\", \"kind\": \"down\"}
  /control/advance          {\"by\": \"8d\"}
  /control/jobs             {\"environment\": \"eu1\", \"key\": \"prod\", \"count\": 250}
  /control/jobs/ID/finish   {\"outcome\": \"done\"}, \"unheard\" or \"rejected\"
  /control/keys/NAME/revoke and /control/keys/NAME/restore
GET /control shows it; DELETE /control/faults[/NAME] clears faults. `voxtop sandbox --show` says what
kinds there are, and how to write a scenario.";

/// What `voxtop sandbox` takes.
#[derive(Debug, Args)]
#[command(after_long_help = CONTROLS)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(super) struct SandboxArguments {
    /// What it plays: a name that --list shows, or a TOML file
    #[arg(long, value_name = "NAME|FILE", default_value = "tour")]
    pub(super) scenario: String,
    /// Show the scenarios that there are
    #[arg(long)]
    pub(super) list: bool,
    /// Print the scenario instead of playing it: a start for one of your own
    #[arg(long)]
    pub(super) show: bool,
    /// Listen at this address; anything but a loopback one needs --expose too
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(super) listen: IpAddr,
    /// Let others than this machine reach the sandbox and its controls
    #[arg(long)]
    pub(super) expose: bool,
    /// The port of the first host; the others have the next ones [default: free ones]
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub(super) port: u16,
    /// Print `export NAME='value'` lines for the vendor's clients
    #[arg(long, group = "text")]
    pub(super) env: bool,
    /// Print a voxtop configuration that shows the sandbox
    #[arg(long, group = "text")]
    pub(super) print_config: bool,
    /// How to print: table or json
    #[arg(short, long, value_name = "FORMAT", default_value = "table", conflicts_with = "text")]
    output: SandboxFormat,
}

/// How `voxtop sandbox` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SandboxFormat {
    Table,
    Json,
}

impl SandboxArguments {
    pub(super) fn json(&self) -> bool {
        self.output == SandboxFormat::Json
    }
}

impl Default for DemoArguments {
    fn default() -> Self {
        Self {
            picture: None,
            size: Size { width: 120, height: 40 },
            after: Duration::from_secs(8),
            links: Links::default(),
        }
    }
}

/// What `voxtop jobs` takes.
#[derive(Debug, Args)]
pub(super) struct JobsArguments {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table",
          value_parser = one_of::<OutputFormat>(OutputFormat::VARIANTS))]
    pub(super) output: OutputFormat,
    /// Only jobs created within this time: 1h30m, 2d
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, allow_hyphen_values = true)]
    pub(super) since: Option<Duration>,
    /// At most so many jobs, the newest
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) limit: Option<usize>,
    /// Follow one job until it ends, wherever it is, and print it then
    ///
    /// Its status goes to standard error as it changes. Exit status: 0 its end was seen, 1 no environment knows it
    /// (any more), 3 nor did those that answered, but some did not, 4 none answered.
    #[arg(long, value_name = "ID", conflicts_with_all = ["since", "limit"], value_parser = parse_id)]
    pub(super) follow: Option<JobId>,
}

/// What `voxtop doctor` takes.
#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table",
          value_parser = one_of::<DoctorFormat>(DoctorFormat::VARIANTS))]
    pub(super) output: DoctorFormat,
    /// Try keys at realtime hosts too: the handshake alone, closed at once, no recognition. It may take one of the
    /// account's concurrent sessions for up to two seconds at each host
    #[arg(long)]
    pub(super) handshake: bool,
}

/// What `voxtop config` does.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Write a commented starter file, unless there is one
    Init,
    /// Print where the configuration is read from
    Path,
    /// Say what is wrong with the configuration, line by line
    Check,
    /// Print a JSON schema of the configuration, by which editors complete and check it
    Schema,
}

/// A value of an enumeration, by its words: help and errors then list them.
fn one_of<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

/// A wish by its words, with the spelling that some have for one of them.
fn wish_of<T>(
    words: impl IntoIterator<Item = &'static str>,
    spellings: &'static [(&str, &str)],
) -> impl TypedValueParser<Value = Wish<T>>
where
    T: FromStr + Clone + Send + Sync + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let words = words.into_iter().map(|word| {
        let others = spellings.iter().filter(move |(one, _)| *one == word).map(|(_, other)| *other);
        PossibleValue::new(word).aliases(others)
    });
    PossibleValuesParser::new(words.collect::<Vec<_>>()).try_map(|word| word.parse::<Wish<T>>())
}

/// An id as the service gives them out: opaque, but one word.
fn parse_id(text: &str) -> Result<JobId, String> {
    // The last two would be places in a path.
    let word = text.chars().all(|char| char.is_ascii_graphic()) && !matches!(text, "" | "." | "..");
    if word && text.len() <= 128 { Ok(JobId::new(text)) } else { Err("no job can have this id".to_owned()) }
}

/// An id, perhaps behind an environment and a slash.
fn parse_link(text: &str) -> Result<String, String> {
    let id = text.rsplit_once('/').map_or(text, |(_, id)| id);
    parse_id(id).map(|_| text.to_owned())
}

fn parse_size(text: &str) -> Result<Size, String> {
    let (width, height) = text.split_once(['x', '×']).ok_or("write it like 120x40")?;
    let number = |text: &str| text.parse::<u16>().map_err(|_| format!("{text:?} is no number of cells"));
    let size = Size { width: number(width)?, height: number(height)? };
    let fits = (1..=500).contains(&size.width) && (1..=200).contains(&size.height);
    if fits { Ok(size) } else { Err("between 1x1 and 500x200".to_owned()) }
}
