//! How fast a million jobs are listed: pages of 100, over loopback, from a server on one thread.
//!
//! `cargo bench --bench sandbox` prints the median time of a page for one client, and the pages a second for
//! four.

#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use voxtop::sandbox::{Scenario, start};

/// How long each measurement takes.
const TIME: Duration = Duration::from_secs(3);

fn main() -> io::Result<()> {
    let (tell, hear) = mpsc::channel();
    thread::spawn(move || serve(&tell));
    let (address, key) = hear.recv().map_err(io::Error::other)??;
    let mut times = client(&address, &key)?;
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (address, key) = (address.clone(), key.clone());
            thread::spawn(move || client(&address, &key))
        })
        .collect();
    let mut pages = 0;
    for client in clients {
        pages += client.join().map_err(|_| io::Error::other("a client panicked"))??.len();
    }
    writeln!(io::stdout(), "a page: {median:?} at the median; {} pages a second", pages / 3)
}

type Place = io::Result<(String, String)>;

/// The sandbox, on this thread alone.
fn serve(tell: &mpsc::Sender<Place>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(error))),
    };
    runtime.block_on(async {
        let scenario = Scenario::shipped("million").map_err(io::Error::other);
        let running = match scenario {
            Ok(scenario) => start(&scenario).await,
            Err(error) => Err(error),
        };
        let place =
            running.as_ref().map_err(|error| io::Error::other(error.to_string())).and_then(|running| {
                let url = running.environments.first().map(|one| one.url.replace("http://", ""));
                let key = running.keys.first().map(|key| key.value.clone());
                url.zip(key).ok_or_else(|| io::Error::other("no environment or no key"))
            });
        let _ = tell.send(place);
        std::future::pending::<()>().await;
        drop(running);
    });
}

/// Asks for one page after the other; how long each took.
fn client(address: &str, key: &str) -> io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let request =
        format!("GET /v2/jobs?limit=100 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n");
    let (mut times, mut buffer) = (Vec::new(), vec![0; 1 << 20]);
    let end = Instant::now() + TIME;
    while Instant::now() < end {
        let asked = Instant::now();
        stream.write_all(request.as_bytes())?;
        read_answer(&mut stream, &mut buffer)?;
        times.push(asked.elapsed());
    }
    Ok(times)
}

/// Reads head and body, by the length that the head tells.
fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<()> {
    let (mut filled, mut whole) = (0, usize::MAX);
    while filled < whole {
        let count = stream.read(buffer.get_mut(filled..).unwrap_or_default())?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        filled += count;
        let text =
            String::from_utf8_lossy(buffer.get(..filled.min(1024)).unwrap_or_default()).to_ascii_lowercase();
        if let (usize::MAX, Some(end)) = (whole, text.find("\r\n\r\n")) {
            if !text.starts_with("http/1.1 200") {
                return Err(io::Error::other(text));
            }
            let length =
                text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            whole = end + 4 + length.unwrap_or(0);
        }
    }
    Ok(())
}
