//! Hosts that answer as a story says: for each key and each round an answer of its own. They share no
//! code with voxtop.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// nginx's answer to a key that it does not like.
const NGINX_401: &str = "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n\
    <center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx/1.15.8</center>\r\n</body>\r\n</html>\r\n";

/// Longer than what counts as slow.
const SLOW: Duration = Duration::from_millis(1_300);

#[derive(Default)]
struct Script {
    /// By the key's value: the answer of this round.
    answers: HashMap<String, String>,
    generation: u64,
    stopped: bool,
    /// For answers that fail by chance; seeded, so that every run is the same.
    chance: Option<fastrand::Rng>,
}

impl Script {
    /// What is answered to a key now. `flaky`: one request in twenty fails, by chance.
    fn answer(&mut self, key: &str) -> String {
        let answer = self.answers.get(key).cloned().unwrap_or_default();
        if answer != "flaky" {
            return answer;
        }
        let chance = self.chance.get_or_insert_with(|| fastrand::Rng::with_seed(23));
        (if chance.f64() < 0.05 { "503" } else { "ok" }).to_owned()
    }
}

/// One host. Dropping it closes its port.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    script: Arc<(Mutex<Script>, Condvar)>,
    accepting: Option<JoinHandle<()>>,
}

impl Host {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let address = listener.local_addr().expect("its address");
        let script = Arc::new((Mutex::new(Script::default()), Condvar::new()));
        let served = Arc::clone(&script);
        let accepting = std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if lock(&served.0).stopped {
                    return;
                }
                let served = Arc::clone(&served);
                // A client that hangs up in the middle is none of the host's trouble.
                std::thread::spawn(move || drop(serve(&stream, &served)));
            }
        });
        Self { address, script, accepting: Some(accepting) }
    }

    /// From now on keys are answered so; who is being kept waiting is hung up on.
    pub(crate) fn turn(&self, answers: HashMap<String, String>) {
        let mut script = lock(&self.script.0);
        script.answers = answers;
        script.generation += 1;
        self.script.1.notify_all();
    }

    /// An address where nothing listens.
    pub(crate) fn nobody() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        listener.local_addr().expect("its address")
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        lock(&self.script.0).stopped = true;
        self.script.1.notify_all();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn serve(stream: &TcpStream, script: &(Mutex<Script>, Condvar)) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut key = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            if name.eq_ignore_ascii_case("authorization") {
                value.trim_start_matches("Bearer ").clone_into(&mut key);
            }
        } else if line.trim_end().is_empty() {
            break;
        }
    }
    let mut guard = lock(&script.0);
    let (answer, generation) = (guard.answer(&key), guard.generation);
    if answer == "hang" {
        while guard.generation == generation && !guard.stopped {
            guard = script.1.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        return Ok(());
    }
    drop(guard);
    if answer == "slow" {
        std::thread::sleep(SLOW);
    }
    let mut stream = stream;
    stream.write_all(&bytes(&answer))?;
    stream.shutdown(std::net::Shutdown::Write)
}

/// What goes over the wire for an answer as the table writes it.
fn bytes(answer: &str) -> Vec<u8> {
    let html = "Content-Type: text/html\r\n";
    let json = "Content-Type: application/json\r\n";
    let error = |status: &str, headers: &str, error: &str, detail: &str| {
        let detail = if detail.is_empty() { String::new() } else { format!(r#","detail":"{detail}""#) };
        let body = format!(r#"{{"code":{},"error":"{error}"{detail}}}"#, &status[..3]);
        whole(status, &format!("{json}{headers}"), &body)
    };
    match answer {
        "ok" | "slow" => whole("200 OK", json, r#"{"jobs":[]}"#),
        "odd" => whole("200 OK", json, r#"{"jobs":[{"status":"done"},null]}"#),
        // To a key that the story does not name, too.
        "401" | "" => whole("401 Unauthorized", html, NGINX_401),
        "401json" => error("401 Unauthorized", "", "Permission Denied", ""),
        "401new" => error("401 Unauthorized", "", "Unauthorized", ""),
        "403" => error("403 Forbidden", "", "Forbidden", "Entitlement check failed"),
        "403quota" => error("403 Forbidden", "", "Forbidden", "Your limit is 2 hours."),
        "403license" => error("403 Forbidden", "", "Invalid or missing license", ""),
        "403html" => whole("403 Forbidden", html, "<html><title>403 Forbidden</title></html>"),
        "429" => error("429 Too Many Requests", "", "Rate Limited", ""),
        "429html" => {
            whole("429 Too Many Requests", html, "<html><title>429 Too Many Requests</title></html>")
        }
        "429after" => error("429 Too Many Requests", "Retry-After: 90\r\n", "Rate Limited", ""),
        "404" => error("404 Not Found", "", "path not found", ""),
        "422" => error("422 Unprocessable Entity", "", "limit in query must be of type int64", ""),
        "500" => error("500 Internal Server Error", "", "Internal Server Error", ""),
        "502" => whole("502 Bad Gateway", html, "<html><title>502 Bad Gateway</title></html>"),
        "503" => error("503 Service Unavailable", "", "Service Unavailable", ""),
        "302" => whole("302 Found", "Location: https://login.example/\r\n", ""),
        "portal" => whole("200 OK", html, "<html><title>Hotel Wi-Fi</title></html>"),
        "cut" => b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"jobs\":[{\"id\":\"cut".to_vec(),
        "garbage" => b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(),
        "reset" => Vec::new(),
        other => panic!("the table knows no answer {other:?}"),
    }
}

fn whole(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nServer: nginx/1.15.8\r\nRequest-Id: 7e57\r\nConnection: close\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}
