//! A fleet of small HTTP servers on loopback that stand for the service's environments. They share no
//! code with voxtop's client or its sandbox, so that they cannot share their mistakes: plain sockets, a
//! thread a connection, and the vendor's documented rules written down once more. Each counts what it
//! was asked and can change its behaviour while it runs.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use tempfile::TempDir;

use super::jobs::Job;

/// The key that every environment accepts, if it accepts any.
pub(crate) const KEY: &str = "Zk3yOfTheFleet0123456789abcdefXY";

/// Another one, of the same project.
pub(crate) const TWIN: &str = "Zk3yOfTheTwin09876543210fedcbaXY";

/// nginx's answer to a wrong key, byte for byte: 179 of them.
const NGINX_401: &str = "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n\
    <center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx/1.15.8</center>\r\n</body>\r\n</html>\r\n";

/// Whether a job of the very millisecond of `created_before` is listed. The service does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cursor {
    Inclusive,
    Exclusive,
}

/// How the body of a page is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length,
    Chunked,
    Gzip,
}

/// What an environment does with a request.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Lists these jobs, newest first, to whoever has a key.
    List { jobs: Arc<[Job]>, cursor: Cursor, framing: Framing },
    /// Says nothing, until it is told to behave otherwise; then the connection is closed.
    Hang,
    /// Sends these bytes and closes.
    Send(Arc<[u8]>),
}

impl Behaviour {
    pub(crate) fn list(jobs: Vec<Job>, cursor: Cursor, framing: Framing) -> Self {
        Self::List { jobs: jobs.into(), cursor, framing }
    }

    /// Lists these jobs in the plainest way.
    pub(crate) fn healthy(jobs: Vec<Job>) -> Self {
        Self::list(jobs, Cursor::Inclusive, Framing::Length)
    }

    /// An answer with a status other than 200, or with a body that is no list. It says that it closes
    /// the connection: else the next request may go into a closed one and never be counted.
    pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Self {
        let headers = format!("Connection: close\r\n{headers}");
        Self::Send(answer(status, &headers, body.as_bytes()).into())
    }

    pub(crate) fn nginx_401() -> Self {
        assert_eq!(NGINX_401.len(), 179);
        Self::answer("401 Unauthorized", "Content-Type: text/html\r\n", NGINX_401)
    }

    pub(crate) fn json(status: &str, headers: &str, error: &str) -> Self {
        let code: u16 = status[..3].parse().expect("a status");
        let body = format!(r#"{{"code":{code},"error":"{error}"}}"#);
        Self::answer(status, &format!("Content-Type: application/json\r\n{headers}"), &body)
    }

    pub(crate) fn unavailable() -> Self {
        Self::json("503 Service Unavailable", "", "Service Unavailable")
    }

    /// An answer that ends before its body does.
    pub(crate) fn truncated() -> Self {
        Self::Send(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"jobs\":[{\"id\":\"cut".as_slice().into(),
        )
    }

    /// Not HTTP at all.
    pub(crate) fn garbage() -> Self {
        Self::Send(b"\x00\x9b\x1b]52;c;eA==\x07 SSH-2.0-OpenSSH_9.9\r\n\xff\xfe".as_slice().into())
    }
}

/// A request as it came, header names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let target = self.line.split(' ').nth(1)?;
        let (_, query) = target.split_once('?')?;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(known, _)| *known == name).map(|(_, value)| decode(value)).next()
    }
}

struct Shared {
    behaviour: Behaviour,
    /// Goes up with each change of the behaviour.
    generation: u64,
    stopped: bool,
    requests: Vec<Request>,
    looks: Vec<Request>,
}

/// One environment. Dropping it closes its port.
pub(crate) struct Environment {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    shared: Arc<(Mutex<Shared>, Condvar)>,
    accepting: Option<JoinHandle<()>>,
}

impl Environment {
    pub(crate) fn start(name: &str, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let address = listener.local_addr().expect("its address");
        let shared =
            Shared { behaviour, generation: 0, stopped: false, requests: Vec::new(), looks: Vec::new() };
        let shared = Arc::new((Mutex::new(shared), Condvar::new()));
        let served = Arc::clone(&shared);
        let accepting = std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if lock(&served.0).stopped {
                    return;
                }
                let served = Arc::clone(&served);
                // A client that hangs up in the middle is none of the server's trouble.
                std::thread::spawn(move || drop(serve(&stream, &served)));
            }
        });
        Self { name: name.to_owned(), address, shared, accepting: Some(accepting) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From the next request on it behaves so; who is being kept waiting is hung up on.
    pub(crate) fn turn(&self, behaviour: Behaviour) {
        let mut shared = lock(&self.shared.0);
        shared.behaviour = behaviour;
        shared.generation += 1;
        self.shared.1.notify_all();
    }

    /// Every look at the host without a key so far.
    pub(crate) fn looks(&self) -> Vec<Request> {
        lock(&self.shared.0).looks.clone()
    }

    /// Every request so far, but for looks.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.shared.0).requests.clone()
    }

    pub(crate) fn asked(&self) -> usize {
        lock(&self.shared.0).requests.len()
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        lock(&self.shared.0).stopped = true;
        self.shared.1.notify_all();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

/// Answers on one connection until it is closed, by either side.
fn serve(stream: &TcpStream, shared: &(Mutex<Shared>, Condvar)) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let mut guard = lock(&shared.0);
        // Looks at the host without a key come when they come, and are nobody's round.
        if request.line.starts_with("GET /v1/discovery/features ") {
            guard.looks.push(request.clone());
        } else {
            guard.requests.push(request.clone());
        }
        let (behaviour, generation) = (guard.behaviour.clone(), guard.generation);
        match behaviour {
            Behaviour::Hang => {
                while guard.generation == generation && !guard.stopped {
                    guard = shared.1.wait(guard).unwrap_or_else(PoisonError::into_inner);
                }
                return Ok(());
            }
            Behaviour::Send(bytes) => {
                drop(guard);
                let mut stream = stream;
                stream.write_all(&bytes)?;
                return stream.shutdown(std::net::Shutdown::Write);
            }
            Behaviour::List { jobs, cursor, framing } => {
                drop(guard);
                let mut stream = stream;
                stream.write_all(&page(&request, &jobs, cursor, framing))?;
            }
        }
    }
    Ok(())
}

fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(Some(Request { line: line.trim_end().to_owned(), headers }))
}

/// A page of the list, by the documented rules and no more leniently.
fn page(request: &Request, jobs: &[Job], cursor: Cursor, framing: Framing) -> Vec<u8> {
    let refused = |status: &str, error: &str| {
        let body = format!(r#"{{"code":{},"error":"{error}"}}"#, &status[..3]);
        answer(status, "Content-Type: application/json\r\n", body.as_bytes())
    };
    let path = request.line.split([' ', '?']).nth(1).unwrap_or_default();
    if !request.line.starts_with("GET ") || path.trim_end_matches('/') != "/v2/jobs" {
        return refused("404 Not Found", "path not found");
    }
    let known = [KEY, TWIN].map(|key| format!("Bearer {key}"));
    if !request.header("authorization").is_some_and(|given| known.iter().any(|key| key == given)) {
        return answer("401 Unauthorized", "Content-Type: text/html\r\n", NGINX_401.as_bytes());
    }
    let Some(limit) = request.parameter("limit").and_then(|limit| limit.parse().ok()) else {
        return refused("422 Unprocessable Entity", "limit in query must be of type int64");
    };
    if !(1..=100_usize).contains(&limit) {
        return refused("422 Unprocessable Entity", "limit in query should be between 1 and 100");
    }
    let before = match request.parameter("created_before").map(|text| text.parse::<Timestamp>()) {
        None => i64::MAX,
        Some(Ok(before)) => before.as_millisecond(),
        Some(Err(_)) => {
            return refused("422 Unprocessable Entity", "created_before in query must be of type date-time");
        }
    };
    let listed = jobs.iter().filter(|job| match cursor {
        Cursor::Inclusive => job.created.as_millisecond() <= before,
        Cursor::Exclusive => job.created.as_millisecond() < before,
    });
    let entries: Vec<&str> = listed.take(limit).map(|job| job.json.as_str()).collect();
    let body = format!(r#"{{"jobs":[{}]}}"#, entries.join(","));
    framed(framing, body.as_bytes())
}

fn framed(framing: Framing, body: &[u8]) -> Vec<u8> {
    let kind = "Content-Type: application/json\r\n";
    match framing {
        Framing::Length => answer("200 OK", kind, body),
        Framing::Gzip => {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(body).expect("memory takes it");
            let body = gzip.finish().expect("memory takes it");
            answer("200 OK", &format!("{kind}Content-Encoding: gzip\r\n"), &body)
        }
        Framing::Chunked => {
            let mut sent =
                format!("HTTP/1.1 200 OK\r\n{kind}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
            // An odd size, so that chunks end inside of characters and strings.
            for chunk in body.chunks(997) {
                sent.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                sent.extend_from_slice(chunk);
                sent.extend_from_slice(b"\r\n");
            }
            sent.extend_from_slice(b"0\r\n\r\n");
            sent
        }
    }
}

/// An answer with the two ids that the service puts on every one.
fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nServer: nginx/1.15.8\r\nRequest-Id: 0123456789abcdef0123456789abcdef\r\n\
         X-Azure-Ref: 20261122T100000Z-15fleet\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Environments and the configuration that points at them, in a home of their own.
pub(crate) struct Fleet {
    pub(crate) environments: Vec<Environment>,
    home: TempDir,
}

impl Fleet {
    pub(crate) fn start<'a>(environments: impl IntoIterator<Item = (&'a str, Behaviour)>) -> Self {
        let start = |(name, behaviour)| Environment::start(name, behaviour);
        let home = TempDir::new().expect("a directory for the fleet's files");
        Self { environments: environments.into_iter().map(start).collect(), home }
    }

    pub(crate) fn at(&self, name: &str) -> &Environment {
        let found = self.environments.iter().find(|environment| environment.name == name);
        found.expect("an environment of this name")
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a configuration that names this fleet and the one key, declared everywhere.
    pub(crate) fn config(&self, refresh: &str, timeout: &str) -> PathBuf {
        let names: Vec<String> = self.environments.iter().map(|one| format!("{:?}", one.name)).collect();
        self.config_with(refresh, timeout, &self.key("prod", KEY, &names.join(", ")))
    }

    /// Writes a configuration with these keys.
    pub(crate) fn config_with(&self, refresh: &str, timeout: &str, keys: &str) -> PathBuf {
        let mut text = format!(
            "refresh = \"{refresh}\"\nbuiltin_environments = false\n[limits]\ntimeout = \"{timeout}\"\n{keys}"
        );
        for one in &self.environments {
            let (name, url) = (&one.name, one.url());
            let region = name.to_uppercase();
            let _ =
                write!(text, "[[environments]]\nname = \"{name}\"\nregion = \"{region}\"\nurl = \"{url}\"\n");
        }
        let path = self.home.path().join("config.toml");
        std::fs::write(&path, text).expect("a configuration");
        path
    }

    /// A key as the configuration names it, in a file that only its owner reads; without environments
    /// it is tried everywhere.
    pub(crate) fn key(&self, name: &str, value: &str, environments: &str) -> String {
        let path = self.home.path().join(format!("{name}.key"));
        std::fs::write(&path, format!("{value}\n")).expect("a key's file");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("a private one");
        let declared = if environments.is_empty() {
            String::new()
        } else {
            format!("environments = [{environments}]\n")
        };
        format!("[[keys]]\nname = \"{name}\"\nfile = \"{name}.key\"\n{declared}")
    }
}
