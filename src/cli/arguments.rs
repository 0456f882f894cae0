//! What may be written behind `voxtop`. No option takes a key's value: arguments are seen by everybody
//! on a machine.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use strum::VariantNames;

use crate::app::jobs::OutputFormat;
use crate::config::parse_duration;
use crate::state::Size;
use crate::ui::ThemeName;

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
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Read the configuration from this file
    #[arg(long, global = true, env = "VOXTOP_CONFIG", value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Time between two rounds of an environment: 5s, 1m30s [default: 5s; at least 1s]
    #[arg(long, global = true, env = "VOXTOP_REFRESH", value_name = "DURATION")]
    pub(super) refresh: Option<String>,
    /// Show only these jobs: words, field:value, field~text, field>value; ? in the dashboard lists the fields
    #[arg(long, global = true, value_name = "QUERY", default_value = "", hide_default_value = true)]
    pub(super) filter: String,
    /// Never change anything at the service
    #[arg(long, global = true)]
    pub(super) read_only: bool,
    /// Show times in this zone: an IANA name, UTC or local [default: local]
    #[arg(long, global = true, value_name = "TZ")]
    pub(super) timezone: Option<String>,
    /// Colours [default: by the terminal; NO_COLOR means mono]
    #[arg(long, global = true, value_name = "NAME", value_parser = one_of::<ThemeName>())]
    pub(super) theme: Option<ThemeName>,
    /// Write the log to this file
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log_file: Option<PathBuf>,
    /// Log more: -v requests, -vv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The dashboard over an embedded sandbox: no key and no network needed
    Demo(DemoArguments),
    /// Print the merged jobs of all environments once
    ///
    /// Data goes to standard output, diagnosis to standard error. Exit status: 0 all sources answered; 3 some did
    /// not; 4 none did; 2 wrong usage or configuration; 1 anything else.
    Jobs(JobsArguments),
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
}

impl Default for DemoArguments {
    fn default() -> Self {
        Self { picture: None, size: Size { width: 120, height: 40 }, after: Duration::from_secs(8) }
    }
}

/// What `voxtop jobs` takes.
#[derive(Debug, Args)]
pub(super) struct JobsArguments {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table", value_parser = one_of::<OutputFormat>())]
    pub(super) output: OutputFormat,
    /// Only jobs created within this time: 1h30m, 2d
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(super) since: Option<Duration>,
    /// At most so many jobs, the newest
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
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
}

/// One of a set of names, which help, completions and complaints then list.
fn one_of<T>() -> impl TypedValueParser<Value = T>
where
    T: VariantNames + FromStr<Err = strum::ParseError> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(T::VARIANTS).try_map(|name| name.parse())
}

fn parse_size(text: &str) -> Result<Size, String> {
    let (width, height) = text.split_once(['x', '×']).ok_or("write it like 120x40")?;
    let number = |text: &str| text.parse::<u16>().map_err(|_| format!("{text:?} is no number of cells"));
    let size = Size { width: number(width)?, height: number(height)? };
    let fits = (1..=500).contains(&size.width) && (1..=200).contains(&size.height);
    if fits { Ok(size) } else { Err("between 1x1 and 500x200".to_owned()) }
}
