//! What stands on the other side of a connection: hosts with real TLS and certificates of every kind, ports
//! that reset, hang or speak something else, and proxies. Plain blocking sockets and a thread a connection;
//! nothing is shared with the program's own network code but rustls, on its other side.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::support::fleet::KEY;

/// An authority that signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, to be named in `SSL_CERT_FILE`.
    pub(crate) pem: String,
}

/// When a certificate counts.
#[derive(Clone, Copy)]
pub(crate) enum Valid {
    Now,
    Until2020,
    From2090,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let der = STANDARD.encode(params.self_signed(&key).unwrap().der());
        let pem = format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n");
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for these names.
    pub(crate) fn sign(&self, names: &[&str], valid: Valid) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = params(names, valid).signed_by(&key, &self.issuer).unwrap();
        server(certificate.der().clone(), &key)
    }
}

/// A certificate that nobody but itself vouches for.
pub(crate) fn self_signed(names: &[&str]) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let certificate = params(names, Valid::Now).self_signed(&key).unwrap();
    server(certificate.der().clone(), &key)
}

fn params(names: &[&str], valid: Valid) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "a host of the tests");
    let (from, to) = match valid {
        Valid::Now => (2025, 2095),
        Valid::Until2020 => (2019, 2020),
        Valid::From2090 => (2090, 2095),
    };
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    params
}

fn server(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
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

    pub(crate) fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }
}

/// What a host answers to a request.
pub(crate) type Answers = Arc<dyn Fn(&Request) -> Vec<u8> + Send + Sync>;

/// What a port does with a connection.
#[derive(Clone)]
pub(crate) enum Speak {
    Http(Answers),
    Tls(Arc<ServerConfig>, Answers),
    /// Closes with what came unread, which resets the connection.
    Reset,
    /// Takes the connection and says nothing.
    Hang,
    /// A proxy that takes these credentials, if any are needed, and knows one way: to this address. Where
    /// there is none it cannot reach anything.
    Proxy {
        credentials: Option<&'static str>,
        to: Option<SocketAddr>,
    },
}

/// A port. Its threads end with the process.
pub(crate) struct Port {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Port {
    pub(crate) fn open(speak: Speak) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let (speak, seen) = (speak.clone(), Arc::clone(&seen));
                // Whoever hangs up in the middle is none of the port's trouble.
                std::thread::spawn(move || drop(attend(stream, &speak, &seen)));
            }
        });
        Self { address, requests }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn attend(stream: TcpStream, speak: &Speak, seen: &Mutex<Vec<Request>>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    match speak {
        Speak::Http(answers) => serve(stream, answers, seen),
        Speak::Tls(config, answers) => {
            let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
            serve(StreamOwned::new(connection, stream), answers, seen)
        }
        Speak::Reset => {
            let mut first = [0];
            stream.peek(&mut first).map(drop)
        }
        Speak::Hang => {
            let mut stream = stream;
            io::copy(&mut stream, &mut io::sink()).map(drop)
        }
        Speak::Proxy { credentials, to } => relay(stream, *credentials, *to, seen),
    }
}

fn serve(stream: impl Read + Write, answers: &Answers, seen: &Mutex<Vec<Request>>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let request = match read(&mut stream) {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            // As servers do where something else than HTTP comes, such as a TLS handshake.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return stream.get_mut().write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
            }
            Err(error) => return Err(error),
        };
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let answer = answers(&request);
        stream.get_mut().write_all(&answer)?;
        stream.get_mut().flush()?;
        if answer.starts_with(b"HTTP/1.1 101") {
            // What comes back can only be the closing: with it the connection ends.
            return stream.read(&mut [0; 64]).map(drop);
        }
    }
}

fn read(stream: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        if stream.read_line(&mut header)? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(Some(Request { line: line.trim_end().to_owned(), headers }))
}

/// A proxy's side of a connection.
fn relay(
    stream: TcpStream,
    credentials: Option<&str>,
    to: Option<SocketAddr>,
    seen: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let Some(request) = read(&mut reader)? else { return Ok(()) };
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let mut stream = stream;
    if credentials.is_some_and(|wanted| request.header("proxy-authorization") != Some(wanted)) {
        return stream.write_all(
            b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
        );
    }
    let Some(to) = to else {
        return stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    };
    let target = TcpStream::connect(to)?;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut back, mut forth) = (target.try_clone()?, stream.try_clone()?);
    let returning = std::thread::spawn(move || {
        let _ = io::copy(&mut back, &mut forth);
        let _ = forth.shutdown(Shutdown::Write);
    });
    let mut target = target;
    // What the reader has taken already belongs to the tunnel too.
    let _ = io::copy(&mut reader, &mut target);
    let _ = target.shutdown(Shutdown::Write);
    let _ = returning.join();
    Ok(())
}

/// An answer with the ids of the service, at a moment of the service's clock.
pub(crate) fn answer(status: &str, headers: &str, body: &str, behind: SignedDuration) -> Vec<u8> {
    let date = (moment() + behind).strftime("%a, %d %b %Y %H:%M:%S GMT");
    format!(
        "HTTP/1.1 {status}\r\nDate: {date}\r\nRequest-Id: 0123456789abcdef0123456789abcdef\r\n\
         X-Azure-Ref: 20261122T100000Z-15wire\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[expect(clippy::disallowed_methods, reason = "a host's clock")]
pub(crate) fn moment() -> Timestamp {
    Timestamp::now()
}

/// A host of the service, batch and realtime in one, that takes one key; its clock runs so far before ours.
pub(crate) fn service(ahead: SignedDuration) -> Answers {
    Arc::new(move |request: &Request| {
        let key = format!("Bearer {KEY}");
        let given = request.header("authorization");
        let upgrade = request.header("sec-websocket-key");
        match (request.path(), given, upgrade) {
            ("/v1/discovery/features" | "/v2/", Some(_), None) => {
                answer("500 Internal Server Error", "", "a key where none belongs", ahead)
            }
            ("/v1/discovery/features", None, _) => {
                answer("200 OK", "Content-Type: application/json\r\n", r#"{"batch":{}}"#, ahead)
            }
            ("/v2/jobs?limit=1" | "/v2/jobs?limit=100", Some(given), _) if given == key => {
                answer("200 OK", "Content-Type: application/json\r\n", r#"{"jobs":[]}"#, ahead)
            }
            ("/v2/", Some(given), Some(nonce)) if given == key => upgraded(
                nonce,
                &text(r#"{"message":"Info","type":"concurrent_session_usage","usage":1,"quota":2}"#),
            ),
            ("/v2/", None, None) => answer("400 Bad Request", "", "", ahead),
            _ => answer(
                "401 Unauthorized",
                "",
                "<html><title>401 Authorization Required</title></html>",
                ahead,
            ),
        }
    })
}

/// The answer to an upgrade, and what is sent right after it.
pub(crate) fn upgraded(nonce: &str, frames: &[u8]) -> Vec<u8> {
    let accept = derive_accept_key(nonce.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    [head.as_bytes(), frames].concat()
}

/// A text message of less than 126 bytes.
pub(crate) fn text(text: &str) -> Vec<u8> {
    frame(0x81, text.as_bytes())
}

/// A closing with a code.
pub(crate) fn close(code: u16, reason: &str) -> Vec<u8> {
    frame(0x88, &[&code.to_be_bytes(), reason.as_bytes()].concat())
}

fn frame(head: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).ok().filter(|length| *length < 126).expect("a short payload");
    [&[head, length], payload].concat()
}
