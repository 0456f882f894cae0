//! The man page: one page for the program and all its commands, from the same tables as the help: options,
//! keys, fields of the filter and of the configuration; with exit statuses, files and variables behind them.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;

use crate::config;
use crate::state::BINDINGS;
use crate::store::query::FIELDS;

/// What stands behind the options: headings and paragraphs, each a term and its meaning.
const SECTIONS: [(&str, &[(&str, &str)]); 3] = [
    (
        "EXIT STATUS",
        &[
            ("0", "All sources answered (jobs, doctor), or the dashboard was left by a key."),
            ("1", "Anything that is not listed here."),
            ("2", "Wrong usage or configuration."),
            ("3", "jobs, doctor: some sources did not answer; what did is printed."),
            ("4", "jobs, doctor: no source answered."),
            ("129, 130, 131, 143", "The dashboard was ended by SIGHUP, SIGINT, SIGQUIT or SIGTERM."),
        ],
    ),
    (
        "FILES",
        &[
            (
                "$XDG_CONFIG_HOME/voxtop/config.toml",
                "The configuration; `voxtop config path` says where it is.",
            ),
            ("$XDG_STATE_HOME/voxtop/voxtop.log", "The log, and crash reports beside it."),
            ("~/.speechmatics/config", "Profiles of the vendor's command line, which keys may come from."),
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            ("SPEECHMATICS_API_KEY", "The key, where the configuration names none."),
            ("VOXTOP_CONFIG, VOXTOP_REFRESH", "As --config and --refresh, which go before them."),
            ("NO_COLOR", "Where set and not empty: no colours, whatever else is told."),
            ("COLORTERM, TERM", "How many colours the terminal shows, unless --colours tells."),
            ("COLORFGBG", "The terminal's background, where the terminal does not tell it."),
        ],
    ),
];

/// Writes the page as roff.
pub(super) fn write(grammar: Command, out: &mut impl Write) -> io::Result<()> {
    let grammar = grammar.disable_help_subcommand(true);
    let man = Man::new(grammar.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    for command in grammar.get_subcommands().filter(|command| !command.is_hide_set()) {
        write_command(command, "voxtop", out)?;
    }
    write_keys(out)?;
    write_filter(out)?;
    write_configuration(out)?;
    for (heading, entries) in SECTIONS {
        writeln!(out, ".SH \"{heading}\"")?;
        for (term, meaning) in entries {
            write_entry(term, meaning, out)?;
        }
    }
    Ok(())
}

fn write_entry(term: &str, meaning: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, ".TP\n\\fB{}\\fR\n{}", escape(term), escape(meaning))
}

/// Every key by default, by where it is one.
fn write_keys(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, ".SH \"KEYS\"")?;
    writeln!(
        out,
        "Each can be changed under [bindings] in the configuration; ? in the dashboard lists those in force."
    )?;
    let mut heading = None;
    for binding in BINDINGS {
        if heading.replace(binding.context) != Some(binding.context) {
            writeln!(out, ".SS \"{}\"", escape(binding.context.heading()))?;
        }
        write_entry(&binding.keys.join(" "), &format!("{} ({})", binding.help, binding.action.name()), out)?;
    }
    Ok(())
}

/// The query language.
fn write_filter(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, ".SH \"FILTER\"")?;
    let language = "Words are looked for in name, title, reference and id; field:value is equal, field~text contains, \
                    field>value and field<value compare; - or not negates, side by side means and; or, parentheses and \
                    double quotes do what they say.";
    writeln!(out, "{}", escape(language))?;
    for field in FIELDS {
        write_entry(field.name, &format!("{}; {}", field.help, field.example), out)?;
    }
    Ok(())
}

/// The fields of the configuration file, by table.
fn write_configuration(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, ".SH \"CONFIGURATION\"")?;
    let mut heading = None;
    for (table, name, holds, help) in config::fields() {
        if heading.replace(table) != Some(table) {
            writeln!(out, ".SS \"{}\"", escape(table))?;
        }
        write_entry(name, &format!("{help} ({holds})"), out)?;
    }
    Ok(())
}

/// A command with its own options, and the commands below it.
fn write_command(command: &Command, above: &str, out: &mut impl Write) -> io::Result<()> {
    let name = format!("{above} {}", command.get_name());
    writeln!(out, ".SH \"{}\"", name.to_uppercase())?;
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    writeln!(out, "{}", escape(&about))?;
    for argument in
        command.get_arguments().filter(|argument| !argument.is_global_set() && !argument.is_hide_set())
    {
        let names = match (argument.get_short(), argument.get_long()) {
            (Some(short), Some(long)) => format!("-{short}, --{long}"),
            (None, Some(long)) => format!("--{long}"),
            (Some(short), None) => format!("-{short}"),
            (None, None) => String::new(),
        };
        let takes_value = argument.get_action().takes_values();
        let values: Vec<String> =
            argument.get_value_names().into_iter().flatten().map(ToString::to_string).collect();
        let value = if takes_value { format!(" {}", values.join(" ")) } else { String::new() };
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        writeln!(out, ".TP\n\\fB{}\\fR{}\n{}", escape(&names), escape(&value), escape(&help))?;
    }
    for below in command.get_subcommands().filter(|command| command.get_name() != "help") {
        write_command(below, &name, out)?;
    }
    Ok(())
}

/// Text that roff must not read as its own.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let guarded = text
        .lines()
        .map(|line| if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line.to_owned() });
    guarded.collect::<Vec<_>>().join("\n")
}
