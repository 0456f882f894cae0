//! The client against real HTTP: small servers on loopback that answer byte by byte as told.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use std::io::Write as _;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;
use voxtop::api::{Client, ListRequest, Page};
use voxtop::model::{Failure, FailureKind, KeyValue};

const KEY: &str = "sk-test-0123456789abcdef";

/// nginx's answer to a wrong key, byte for byte.
const HTML_401: &str = "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n\
    <center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx/1.15.8</center>\r\n</body>\r\n</html>\r\n";

/// What a server does with a connection after it has read a request.
#[derive(Clone)]
enum Do {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Sends these bytes and then nothing more, without closing.
    Hang(Vec<u8>),
    /// Sends these bytes and resets the connection.
    Reset(Vec<u8>),
}

struct Server {
    base: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(what: Do) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, what.clone(), Arc::clone(&seen)));
            }
        });
        Self { base, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, what: Do, seen: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
            return;
        }
        request.push(byte[0]);
    }
    seen.lock().unwrap().push(String::from_utf8(request).unwrap());
    // The client may well hang up in the middle; that is what some tests are about.
    match what {
        Do::Send(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Do::Hang(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Do::Reset(bytes) => {
            let _ = stream.write_all(&bytes).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            stream.set_zero_linger().unwrap();
        }
    }
}

fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn client(base: &Url) -> Client {
    Client::new(base, Duration::from_secs(20), Duration::from_secs(5)).unwrap()
}

async fn list(server: &Server) -> Result<Page, Failure> {
    let key = KeyValue::new(KEY).unwrap();
    client(&server.base).list_jobs(&key, ListRequest::default()).await
}

async fn failure(what: Do) -> Failure {
    let server = Server::start(what).await;
    let failure = list(&server).await.unwrap_err();
    assert!(!format!("{failure:?}").contains(KEY), "{failure:?}");
    assert!(!failure.sentence().contains("127.0.0.1"), "{failure:?}");
    assert_eq!(server.requests().len(), 1, "asked more than once");
    failure
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[tokio::test]
async fn a_request_is_what_the_service_expects() {
    for (path, expected) in
        [("", "/v2/jobs"), ("/", "/v2/jobs"), ("/gate/way", "/gate/way/v2/jobs"), ("/gate/", "/gate/v2/jobs")]
    {
        let server = Server::start(Do::Send(answer("200 OK", "", r#"{"jobs":[{"id":"a"}]}"#))).await;
        let base = server.base.join(path).unwrap();
        let key = KeyValue::new(KEY).unwrap();
        let created_before: Timestamp = "2026-01-02T03:04:05.6789Z".parse().unwrap();
        let request = ListRequest { created_before: Some(created_before), ..ListRequest::default() };
        let page = client(&base).list_jobs(&key, request).await.unwrap();
        assert_eq!(page.jobs[0].id.as_str(), "a");
        let requests = server.requests();
        let mut lines = requests[0].lines();
        let first = lines.next().unwrap();
        assert_eq!(
            first,
            format!("GET {expected}?limit=100&created_before=2026-01-02T03%3A04%3A05.678Z HTTP/1.1")
        );
        let headers: Vec<String> = lines.map(str::to_ascii_lowercase).collect();
        for header in [
            format!("authorization: bearer {KEY}"),
            format!("user-agent: voxtop/{}", env!("CARGO_PKG_VERSION")),
            "accept-encoding: gzip".to_owned(),
            "accept: application/json".to_owned(),
        ] {
            assert!(headers.contains(&header), "{header} is not in {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_page_comes_chunked_compressed_and_under_any_content_type() {
    let body = br#"{"jobs":[{"id":"a"},{"id":"b"},{}]}"#;
    let compressed = gzip(body);
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"jobs\":[{\"id\":\"\r\n13\r\na\"},{\"id\":\"b\"},{}]}\r\n0\r\n\r\n";
    let unframed = [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", &body[..]].concat();
    for bytes in [
        answer("200 OK", "Content-Type: text/html\r\n", body),
        answer("200 OK", "Content-Encoding: gzip\r\n", compressed),
        chunked.to_vec(),
        unframed,
    ] {
        let page = list(&Server::start(Do::Send(bytes)).await).await.unwrap();
        assert_eq!((page.jobs.len(), page.unreadable, page.listed), (2, 1, 3));
    }
}

#[tokio::test]
async fn statuses_become_failures_with_the_services_words_and_evidence() {
    assert_eq!(HTML_401.len(), 179);
    let evidence = "Request-Id: 0123456789abcdef\r\nX-Azure-Ref: ref\t1\r\n";
    for (status, body, kind, detail) in [
        ("401 Unauthorized", HTML_401, FailureKind::Rejected, "401 Authorization Required"),
        (
            "401 Unauthorized",
            r#"{"code":401,"error":"Permission Denied"}"#,
            FailureKind::Rejected,
            "Permission Denied",
        ),
        (
            "403 Forbidden",
            r#"{"code":403,"error":"Forbidden","detail":"x"}"#,
            FailureKind::Forbidden,
            "Forbidden: x",
        ),
        ("404 Not Found", "", FailureKind::Unexpected, ""),
        (
            "422 Unprocessable Entity",
            r#"{"code":422,"error":"limit in query"}"#,
            FailureKind::Unexpected,
            "limit in query",
        ),
        ("429 Too Many Requests", r#"{"error":"Rate Limited"}"#, FailureKind::Limited, "Rate Limited"),
        ("500 Internal Server Error", "a stack trace with secrets", FailureKind::Server, ""),
        ("503 Service Unavailable", "<TITLE>Down</TITLE>", FailureKind::Server, "Down"),
        ("201 Created", r#"{"jobs":[]}"#, FailureKind::Unexpected, ""),
        ("599 ?", r#"{"error":"your key sk-test-0123456789abcdef"}"#, FailureKind::Server, "your key [key]"),
    ] {
        let failure = failure(Do::Send(answer(status, evidence, body))).await;
        let number: u16 = status[..3].parse().unwrap();
        assert_eq!(
            (failure.kind, failure.status, &*failure.detail),
            (kind, Some(number), detail),
            "{status}"
        );
        assert_eq!(failure.request_id.as_deref(), Some("0123456789abcdef"));
        assert_eq!(failure.retry_after, None);
        assert_eq!(failure.azure_ref.as_deref(), Some("ref 1"));
    }
}

#[tokio::test]
async fn retry_after_is_read_in_both_forms() {
    for (header, seconds) in [
        ("Retry-After: 7\r\n", Some(7)),
        ("Date: Sun, 22 Nov 2026 10:00:00 GMT\r\nRetry-After: Sun, 22 Nov 2026 10:00:42 GMT\r\n", Some(42)),
        ("Retry-After: 100000\r\n", Some(3_600)),
        ("Retry-After: soon\r\n", None),
    ] {
        let failure = failure(Do::Send(answer("429 Too Many Requests", header, ""))).await;
        assert_eq!(failure.retry_after, seconds.map(SignedDuration::from_secs), "{header}");
    }
}

#[tokio::test]
async fn the_key_does_not_follow_a_redirect() {
    let target = Server::start(Do::Send(answer("200 OK", "", r#"{"jobs":[]}"#))).await;
    let location = format!("Location: {}v2/jobs?session=s3cr3t\r\n", target.base);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let server = Server::start(Do::Send(answer(status, &location, ""))).await;
        let failure = list(&server).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Redirected);
        assert_eq!(&*failure.detail, format!("to {}v2/jobs?…", target.base));
    }
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_told_from_none() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"jobs\":[".to_vec();
    let chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"jobs\":[".to_vec();
    for (what, kind, status) in [
        (Do::Send(Vec::new()), FailureKind::Interrupted, None),
        (Do::Reset(Vec::new()), FailureKind::Interrupted, None),
        (Do::Send(cut.clone()), FailureKind::Interrupted, Some(200)),
        (Do::Reset(cut), FailureKind::Interrupted, Some(200)),
        (Do::Send(chunk), FailureKind::Interrupted, Some(200)),
        (Do::Send(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), FailureKind::Unreadable, None),
    ] {
        let failure = failure(what).await;
        assert_eq!((failure.kind, failure.status), (kind, status), "{failure:?}");
        assert!(!failure.detail.is_empty());
    }
}

#[tokio::test]
async fn a_compressed_body_may_be_damaged_or_cut() {
    let whole = gzip(&br#"{"jobs":[{"id":"abcdefghij"}]}"#.repeat(200));
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[10..middle].fill(0xff);
    let head = "Content-Encoding: gzip\r\n";
    let failed = failure(Do::Send(answer("200 OK", head, &damaged))).await;
    assert_eq!((failed.kind, failed.status), (FailureKind::Unreadable, Some(200)), "{failed:?}");
    let failed = failure(Do::Send(answer("200 OK", head, &whole[..middle]))).await;
    assert_eq!((failed.kind, failed.status), (FailureKind::Interrupted, Some(200)), "{failed:?}");
}

#[tokio::test]
async fn no_body_outgrows_its_cap_not_even_a_bomb() {
    let plain = answer("200 OK", "", vec![b' '; 33 * 1024 * 1024]);
    let bomb = gzip(&vec![b' '; 200 * 1024 * 1024]);
    assert!(bomb.len() < 1024 * 1024);
    for bytes in [plain, answer("200 OK", "Content-Encoding: gzip\r\n", bomb.clone())] {
        let failure = failure(Do::Send(bytes)).await;
        assert_eq!((failure.kind, failure.status), (FailureKind::TooLarge, Some(200)), "{failure:?}");
    }
    let refused = answer("401 Unauthorized", "Content-Encoding: gzip\r\n", bomb);
    assert_eq!(failure(Do::Send(refused)).await.kind, FailureKind::Rejected);
}

#[tokio::test]
async fn what_is_no_list_says_what_it_is() {
    for (body, detail) in [
        ("<html><title>Hotel Wi-Fi\u{202e}</title>", "a web page, “Hotel Wi-Fi”"),
        ("{}", "the JSON holds no list of jobs"),
        (r#"{"jobs":[{"id":"a""#, "the JSON ends too early"),
        ("", "the body is empty"),
    ] {
        let failure = failure(Do::Send(answer("200 OK", "Request-Id: r1\r\n", body))).await;
        assert_eq!((failure.kind, failure.status), (FailureKind::Unreadable, Some(200)));
        assert_eq!((&*failure.detail, failure.request_id.as_deref()), (detail, Some("r1")));
    }
}

#[tokio::test]
async fn a_hanging_host_times_out_in_every_phase() {
    let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"jobs\":[".to_vec();
    for (sent, status) in [(Vec::new(), None), (b"HTTP/1.1 200 OK\r\n".to_vec(), None), (begun, Some(200))] {
        let server = Server::start(Do::Hang(sent)).await;
        let client = Client::new(&server.base, Duration::from_millis(300), Duration::from_secs(5)).unwrap();
        let key = KeyValue::new(KEY).unwrap();
        let failure = client.list_jobs(&key, ListRequest::default()).await.unwrap_err();
        assert_eq!((failure.kind, failure.status), (FailureKind::Timeout, status), "{failure:?}");
    }
    // An error's status counts although its body never ends.
    let refused = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 500\r\n\r\n<title>No</title>".to_vec();
    let failure = failure(Do::Hang(refused)).await;
    assert_eq!((failure.kind, &*failure.detail), (FailureKind::Rejected, "No"));
}

async fn failure_at(base: &str) -> Failure {
    let key = KeyValue::new(KEY).unwrap();
    let client =
        Client::new(&Url::parse(base).unwrap(), Duration::from_secs(20), Duration::from_secs(5)).unwrap();
    client.list_jobs(&key, ListRequest::default()).await.unwrap_err()
}

#[tokio::test]
async fn no_connection_no_name_and_no_tls_are_three_things() {
    // Nobody listens at tcpmux.
    let failure = failure_at("http://127.0.0.1:1").await;
    assert_eq!((failure.kind, failure.status), (FailureKind::Unconnected, None), "{failure:?}");
    assert!(failure.detail.contains("refused"), "{failure:?}");

    // A label of 64 letters is longer than DNS allows, so that no server is asked.
    let failure = failure_at(&format!("http://{}.invalid", "v".repeat(64))).await;
    assert_eq!(failure.kind, FailureKind::Unresolved, "{failure:?}");
    assert!(!failure.detail.is_empty() && !failure.detail.contains("os error"), "{failure:?}");
}

/// Listens, reads the first bytes of a handshake and does something else than TLS.
async fn no_tls(reply: &'static [u8], reset: bool) -> Failure {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 64];
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(reply).await;
            if reset {
                stream.set_zero_linger().unwrap();
            }
        }
    });
    failure_at(&format!("https://{address}")).await
}

#[tokio::test]
async fn a_broken_handshake_is_tls_not_the_network() {
    for (reply, reset) in [(&b""[..], true), (b"", false), (b"HTTP/1.1 400 Bad Request\r\n\r\n", false)] {
        let failure = no_tls(reply, reset).await;
        assert_eq!((failure.kind, failure.status), (FailureKind::Tls, None), "{failure:?}");
        assert!(!failure.detail.is_empty());
    }
}

/// Runs one test of this file in a process of its own whose certificate store is empty.
fn without_certificates(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", "/nonexistent")
        .env("VOXTOP_TEST_NO_CERTIFICATES", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[cfg(not(target_vendor = "apple"))]
fn a_machine_without_certificates_is_told_what_to_install() {
    let new =
        |base: &str| Client::new(&Url::parse(base).unwrap(), Duration::from_secs(1), Duration::from_secs(1));
    if std::env::var_os("VOXTOP_TEST_NO_CERTIFICATES").is_none() {
        return without_certificates("a_machine_without_certificates_is_told_what_to_install");
    }
    let failure = new("https://eu1.asr.api.speechmatics.com").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Tls);
    assert!(failure.detail.contains("ca-certificates"), "{failure:?}");
    new("http://127.0.0.1:1").unwrap();
}
