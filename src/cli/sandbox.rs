//! `voxtop sandbox`: the stand-in for the service, alone, until it is stopped.

use std::fmt::Write;
use std::fs;
use std::io::{self, IsTerminal};
use std::net::IpAddr;

use color_eyre::Result;
use color_eyre::eyre::WrapErr;
use tokio::signal::unix::{SignalKind, signal};

use super::arguments::SandboxArguments;
use super::{Wrong, print, runtime};
use crate::sandbox::{self, Binding, Running, Scenario};

/// Serves the scenario, once its text is printed; 0 when it is stopped by a signal.
pub(super) fn run(arguments: &SandboxArguments) -> Result<u8> {
    if arguments.list {
        return print(list()?.as_bytes());
    }
    let (scenario, text_of_it) = scenario(&arguments.scenario)?;
    if arguments.show {
        return print(text_of_it.as_bytes());
    }
    let binding = binding(arguments)?;
    runtime(async {
        let running = sandbox::start_at(&scenario, binding).await;
        let running = running.wrap_err_with(|| match binding.first_port {
            0 => format!("the sandbox cannot listen on {}", binding.ip),
            port => format!("the sandbox cannot listen on {} from port {port} on", binding.ip),
        })?;
        // Whoever reads the text may stop it at once: the handlers come first.
        let stopped = stopped()?;
        print(text(arguments, &scenario, &running).as_bytes())?;
        release_output();
        stopped.await;
        Ok(0)
    })?
}

/// Lets go of a standard output that is no terminal, so that whoever reads it (`. <(voxtop sandbox --env)`,
/// a configuration through a pipe) sees its end, though the sandbox goes on.
fn release_output() {
    if io::stdout().is_terminal() {
        return;
    }
    // Where it cannot be let go, the reader waits for the sandbox's end.
    if let Ok(nowhere) = fs::File::options().write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdout(nowhere);
    }
}

fn text(arguments: &SandboxArguments, scenario: &Scenario, running: &Running) -> String {
    if arguments.env {
        running.exports()
    } else if arguments.print_config {
        running.config()
    } else if arguments.json() {
        running.json()
    } else {
        format!("{}\n\n{}", scenario.title(), running.table())
    }
}

/// One that comes with the program, or a file.
fn scenario(name: &str) -> Result<(Scenario, String)> {
    let is_file = name.contains(['/', '\\']) || std::path::Path::new(name).extension().is_some();
    if !is_file {
        let scenario = Scenario::shipped(name).map_err(Wrong::with)?;
        return Ok((scenario, Scenario::text(name).unwrap_or_default().to_owned()));
    }
    let text =
        fs::read_to_string(name).map_err(|error| Wrong::with(format!("cannot read {name}: {error}")))?;
    let scenario = Scenario::parse(name, &text).map_err(Wrong::with)?;
    Ok((scenario, text))
}

/// Only loopback, unless told otherwise in so many words.
fn binding(arguments: &SandboxArguments) -> Result<Binding> {
    let ip: IpAddr = arguments.listen;
    if !ip.is_loopback() && !arguments.expose {
        return Err(Wrong::with(format!(
            "--listen {ip} would open the sandbox, with its controls, to whoever can reach this machine; \
             add --expose if that is meant"
        )));
    }
    Ok(Binding { ip, first_port: arguments.port })
}

fn list() -> Result<String> {
    let mut out = String::new();
    for name in Scenario::names() {
        writeln!(out, "{name:8} {}", Scenario::shipped(name)?.title())?;
    }
    Ok(out)
}

/// Sets the signal handlers up now; the future waits for the signal that stops it.
fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
