//! The report for people: each group with its table and, under it, what is wrong there. Plain text without
//! colours, fit to be pasted into a ticket.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::document::{ClimbRow, Document, EndpointRow, FindingRow, KeyRow, RealtimeRow};
use crate::app::output::columns;

pub(super) fn write(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let summary = &document.summary;
    writeln!(
        out,
        "voxtop {} · doctor · {}\n{}",
        document.version,
        document.generated_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        verdict(summary.answered, summary.sources),
    )?;
    if document.configuration.mistakes > 0 {
        writeln!(out, "The configuration is wrong: no other command starts with it.")?;
    }
    let file = document.configuration.file.as_deref().unwrap_or("no file; defaults");
    heading(out, &format!("Configuration · {file}"))?;
    findings(document, "configuration", out)?;
    heading(out, "This machine")?;
    writeln!(out, "  {}", clock(document))?;
    findings(document, "machine", out)?;
    heading(out, "Endpoints")?;
    endpoints(&document.endpoints, out)?;
    findings(document, "endpoints", out)?;
    heading(out, "Keys")?;
    keys(&document.keys, out)?;
    if document.keys.is_empty() {
        writeln!(out, "  – no key was tried, so nothing is known of any")?;
    }
    if !document.keys.is_empty() || document.findings.iter().any(|row| row.group == "keys") {
        findings(document, "keys", out)?;
    }
    if !document.realtime.is_empty() {
        heading(out, "Realtime")?;
        realtime(&document.realtime, out)?;
        findings(document, "realtime", out)?;
    }
    Ok(())
}

fn verdict(answered: usize, sources: usize) -> String {
    match (answered, sources) {
        (_, 0) => "No key was tried. A source is one key at one environment.".to_owned(),
        (0, 1) => "The only source did not answer with jobs.".to_owned(),
        (_, 1) => "The only source answered with jobs.".to_owned(),
        (answered, sources) if answered == sources => format!("All {sources} sources answered with jobs."),
        (0, sources) => format!("None of {sources} sources answered with jobs."),
        (answered, sources) => format!("{answered} of {sources} sources answered with jobs."),
    }
}

fn heading(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{text}")
}

fn clock(document: &Document) -> String {
    match &document.machine.clock {
        None => "clock: no host said what time it is".to_owned(),
        Some(clock) => {
            let side = if clock.behind_s < 0.0 { "ahead" } else { "behind" };
            format!(
                "clock: {:.1} s {side} ± {:.1} s, by {} of {} hosts",
                clock.behind_s.abs(),
                clock.within_s,
                clock.agreeing,
                clock.hosts
            )
        }
    }
}

/// What is wrong in a group, or that nothing is.
fn findings(document: &Document, group: &str, out: &mut impl Write) -> io::Result<()> {
    let mut rows = document.findings.iter().filter(|row| row.group == group).peekable();
    if rows.peek().is_none() {
        return writeln!(out, "  ✔ nothing is wrong here");
    }
    rows.try_for_each(|row| finding(row, out))
}

fn finding(row: &FindingRow, out: &mut impl Write) -> io::Result<()> {
    let glyph = match row.severity {
        "critical" | "error" => "✖",
        "warning" => "!",
        _ => "·",
    };
    let about = if row.about.is_empty() { String::new() } else { format!("{}: ", row.about) };
    wrapped(&format!("  {glyph} {}: ", row.severity), &format!("{about}{}", row.what), out)?;
    if !row.advice.is_empty() {
        let sure = if row.sure == "certain" { String::new() } else { format!(" ({})", row.sure) };
        wrapped("      → ", &format!("{}{sure}", row.advice), out)?;
    }
    Ok(())
}

/// Prints words behind a head, and further lines under the first word.
fn wrapped(head: &str, text: &str, out: &mut impl Write) -> io::Result<()> {
    const WIDTH: usize = 118;
    let indent = head.width();
    let (mut line, mut used, mut empty) = (head.to_owned(), indent, true);
    for word in text.split_whitespace() {
        if !empty && used + 1 + word.width() > WIDTH {
            writeln!(out, "{line}")?;
            (line, used, empty) = (" ".repeat(indent), indent, true);
        }
        if !empty {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        (used, empty) = (used + word.width(), false);
    }
    writeln!(out, "{line}")
}

/// Prints columns, two blanks in.
fn indented<const N: usize>(
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut text = Vec::new();
    columns(&mut text, header, rows)?;
    String::from_utf8_lossy(&text).lines().try_for_each(|line| writeln!(out, "  {line}"))
}

/// The heads of the columns that [`climbed`] fills; the first says whose host it is.
fn climbs(whose: &'static str) -> [&'static str; 12] {
    [
        whose,
        "HOST",
        "STATE",
        "DNS",
        "PROXY",
        "CONNECT",
        "TLS",
        "FIRST BYTE",
        "WHOLE",
        "STATUS",
        "CERT",
        "ADDRESS",
    ]
}

fn endpoints(rows: &[EndpointRow], out: &mut impl Write) -> io::Result<()> {
    let cells = rows.iter().map(|row| {
        let name = if row.alias { format!("{} alias", row.environment) } else { row.environment.clone() };
        climbed(name, &row.host, &row.climb)
    });
    indented(climbs("ENV"), cells, out)
}

fn realtime(rows: &[RealtimeRow], out: &mut impl Write) -> io::Result<()> {
    indented(climbs("NAME"), rows.iter().map(|row| climbed(row.name.to_owned(), row.host, &row.climb)), out)?;
    let said = rows.iter().filter_map(|row| {
        let reply = row.climb.replies.iter().find(|reply| reply.ask == "handshake")?;
        let key = row.key.as_deref().unwrap_or_default();
        Some(format!("  {} (key {key}): {}", row.host, reply.said.as_deref()?))
    });
    said.into_iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn climbed(name: String, host: &str, climb: &ClimbRow) -> [String; 12] {
    let rung = |name: &str| match climb.rungs.iter().find(|row| row.rung == name) {
        Some(row) if row.error.is_some() => "✖".to_owned(),
        Some(row) => duration(row.ms),
        None => "–".to_owned(),
    };
    let statuses: Vec<String> =
        climb.replies.iter().filter_map(|reply| reply.status).map(|status| status.to_string()).collect();
    let days = climb.certificate.as_ref().map(|certificate| format!("{} d", certificate.days_left));
    [
        name,
        host.to_owned(),
        if climb.alive { "✔ alive" } else { "✖ fails" }.to_owned(),
        rung("dns"),
        rung("proxy"),
        rung("connect"),
        rung("tls"),
        rung("first_byte"),
        rung("whole"),
        if statuses.is_empty() { "–".to_owned() } else { statuses.join(" ") },
        days.unwrap_or("–".to_owned()),
        climb.address.clone().unwrap_or("–".to_owned()),
    ]
}

fn keys(rows: &[KeyRow], out: &mut impl Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let cells = rows.iter().map(|row| {
        let dash = || "–".to_owned();
        let ends = row.expires_at.map(|end| end.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
        let glyph = if row.error.is_none() { "✔" } else { "✖" };
        let request = row.request_id.as_ref().map(|id| format!(" [Request-Id {id}]"));
        let note = row.error.as_ref().map(|error| format!("{error}{}", request.unwrap_or_default()));
        [
            row.environment.clone(),
            format!("{} ·{}", row.key, row.fingerprint),
            format!("{glyph} {}", row.key_state),
            row.entitlement.to_owned(),
            row.status.map_or_else(dash, |status| status.to_string()),
            row.ms.map_or_else(dash, duration),
            ends.unwrap_or_else(dash),
            row.host.clone(),
            note.unwrap_or_default(),
        ]
    });
    let header = ["ENV", "KEY", "KEY STATE", "ENTITLEMENT", "STATUS", "TIME", "ENDS", "HOST", "NOTE"];
    indented(header, cells, out)
}

fn duration(ms: f64) -> String {
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}
