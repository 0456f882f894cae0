//! The sandbox over real sockets: what a client sees on the wire.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use voxtop::sandbox::{Binding, Running, Scenario, start, start_at};

/// Long enough for any machine; reached only where something is broken.
const DEADLINE: Duration = Duration::from_secs(30);

fn address(running: &Running, environment: &str) -> String {
    let found = running.environments.iter().find(|one| one.name == environment).unwrap();
    found.url.strip_prefix("http://").unwrap().to_owned()
}

fn request(running: &Running, key: &str, target: &str) -> String {
    let key = running.keys.iter().find(|one| one.name == key).map_or("", |one| one.value.as_str());
    format!("GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n")
}

/// One request on a connection of its own; head and body.
async fn ask(address: &str, request: &str) -> (String, String) {
    timeout(DEADLINE, async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    })
    .await
    .unwrap()
}

async fn control(running: &Running, method: &str, target: &str, body: &str) -> (String, String) {
    let address = running.control.strip_prefix("http://").unwrap().to_owned();
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    ask(&address, &request).await
}

/// A part of a multipart body.
fn part(head: &str, content: &[u8]) -> Vec<u8> {
    let mut part = format!("--limit\r\n{head}\r\n\r\n").into_bytes();
    part.extend(content);
    part.extend(b"\r\n");
    part
}

/// Submits those parts, in that order, in chunks; head and body.
async fn submit(running: &Running, query: &str, parts: &[Vec<u8>]) -> (String, serde_json::Value) {
    let (head, body) = submit_raw(running, query, parts).await;
    (head, serde_json::from_str(&body).unwrap())
}

async fn submit_raw(running: &Running, query: &str, parts: &[Vec<u8>]) -> (String, String) {
    let (address, key) = (address(running, "lab"), &running.keys[0].value);
    timeout(DEADLINE, async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /v2/jobs/{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
             Content-Type: multipart/form-data; boundary=limit\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let body: Vec<u8> = parts.iter().flatten().copied().chain(*b"--limit--\r\n").collect();
        for chunk in body.chunks(9_000) {
            stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await.unwrap();
            stream.write_all(chunk).await.unwrap();
            stream.write_all(b"\r\n").await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    })
    .await
    .unwrap()
}

/// Two seconds of silence.
fn wav() -> Vec<u8> {
    let mut wav =
        b"RIFF\x24\xfa\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\xfa\0\0"
            .to_vec();
    wav.resize(wav.len() + 64_000, 0);
    wav
}

fn scenario(faults: &str) -> Scenario {
    let text = format!(
        "title = \"test\"\nseed = 1\n[[environments]]\nname = \"lab\"\nregion = \"LAB\"\n\
         [[keys]]\nname = \"k\"\nproject = \"p\"\naccepted = [\"lab\"]\n\
         [[jobs]]\nenvironment = \"lab\"\nproject = \"p\"\nhistory = 20\nper_minute = 60.0\nrun = [\"1s\", \"2s\"]\n\
         trades = {{ media = 1 }}\nlanguages = {{ en = 1 }}\nmodels = {{ standard = 1 }}\n{faults}"
    );
    Scenario::parse("test", &text).unwrap()
}

#[tokio::test]
async fn the_tour_answers_in_five_environments() {
    let running = start(&Scenario::shipped("tour").unwrap()).await.unwrap();
    let names: Vec<&str> = running.environments.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["eu1", "eu2", "us1", "us2", "au1"]);
    assert_eq!(running.keys[0].environments.as_ref().map(Vec::len), Some(5));
    assert_eq!(running.keys[1].environments, None);
    let (head, body) = ask(&address(&running, "eu1"), &request(&running, "prod", "/v2/jobs/?limit=2")).await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(head.contains("content-type: application/json") && head.contains("request-id: "), "{head}");
    assert!(head.contains("x-azure-ref: ") && head.contains("\r\ndate: "), "{head}");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["jobs"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_401_is_the_proxy_s_byte_for_byte() {
    let running = start(&Scenario::shipped("tour").unwrap()).await.unwrap();
    let (head, body) = ask(&address(&running, "us2"), &request(&running, "prod", "/v2/jobs")).await;
    assert!(head.starts_with("http/1.1 401 "), "{head}");
    assert!(head.contains("content-type: text/html\r\n") && head.contains("content-length: 179"), "{head}");
    assert_eq!(
        body,
        "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n\
         <center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx/1.15.8</center>\r\n\
         </body>\r\n</html>\r\n"
    );
}

#[tokio::test]
async fn an_environment_that_is_down_refuses_and_comes_back_at_its_port() {
    let fault = "[[faults]]\nkind = \"down\"\nuntil = \"1500ms\"\nrepeat = \"3s\"";
    let running = start(&scenario(fault)).await.unwrap();
    let address = address(&running, "lab");
    let refused = async {
        loop {
            match TcpStream::connect(&address).await {
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => break,
                _ => sleep(Duration::from_millis(5)).await,
            }
        }
    };
    timeout(DEADLINE, refused).await.expect("never refused");
    let back = async {
        while TcpStream::connect(&address).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DEADLINE, back).await.expect("never back");
    let (head, _) = ask(&address, &request(&running, "k", "/v2/jobs")).await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
}

#[tokio::test]
async fn the_root_answers_everybody_and_says_what_it_takes() {
    let running = start(&scenario("")).await.unwrap();
    let address = address(&running, "lab");
    for (method, status) in [("GET", "200"), ("HEAD", "200"), ("DELETE", "405")] {
        let request = format!("{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let (head, body) = ask(&address, &request).await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{method}: {head}");
        assert_eq!(head.contains("allow: get, head"), status == "405", "{method}: {head}");
        assert_eq!(body.is_empty(), status == "200", "{method}: {body}");
    }
}

#[tokio::test]
async fn a_hanging_request_ends_with_the_sandbox() {
    let running = start(&scenario("[[faults]]\nkind = \"hanging\"")).await.unwrap();
    let mut stream = TcpStream::connect(address(&running, "lab")).await.unwrap();
    stream.write_all(request(&running, "k", "/v2/jobs").as_bytes()).await.unwrap();
    let mut byte = [0];
    let silent = timeout(Duration::from_millis(200), stream.read(&mut byte)).await;
    assert!(silent.is_err(), "{silent:?}");
    drop(running);
    let ended = timeout(DEADLINE, stream.read(&mut byte)).await.expect("still open");
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
}

#[tokio::test]
async fn an_idle_connection_ends_with_the_sandbox() {
    let running = start(&scenario("")).await.unwrap();
    let address = address(&running, "lab");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let mut byte = [0];
    assert!(timeout(Duration::from_millis(100), stream.read(&mut byte)).await.is_err());
    drop(running);
    let ended = timeout(DEADLINE, stream.read(&mut byte)).await.expect("still open");
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    let closed = async {
        while TcpStream::connect(&address).await.is_ok() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, closed).await.expect("still listening");
}

#[tokio::test]
async fn faults_of_the_proxy_show() {
    for (fault, status) in [("unavailable", "503"), ("unauthorized", "401")] {
        let running = start(&scenario(&format!("[[faults]]\nkind = \"{fault}\""))).await.unwrap();
        let (head, _) = ask(&address(&running, "lab"), &request(&running, "k", "/v2/jobs")).await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{head}");
    }
}

#[tokio::test]
async fn submissions_are_taken_in_every_order_and_content_type() {
    const CONFIG: &[u8] = b"{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"en\"}}";
    let running = start(&scenario("")).await.unwrap();
    let file = |kind: &str| {
        let head = "Content-Disposition: form-data; name=\"data_file\"; filename=\"r\u{e9}union.wav\"\r\nContent-Type:";
        part(&format!("{head} {kind}"), &wav())
    };
    let config = |kind: &str| part(&format!("Content-Disposition: form-data; name=\"config\"{kind}"), CONFIG);
    let orders = [
        [config(""), file("audio/wav")],
        [file("application/octet-stream"), config("")],
        [config("\r\nContent-Type: application/json"), file("audio/x-wav")],
        [config("\r\nContent-Type: text/plain; charset=utf-8"), file("audio/wav")],
    ];
    for parts in &orders {
        let (head, body) = submit(&running, "?sm-sdk=test", parts).await;
        assert!(head.starts_with("http/1.1 201 "), "{head}");
        let path = format!("/v2/jobs/{}?wait=0", body["id"].as_str().unwrap());
        let (_, job) = ask(&address(&running, "lab"), &request(&running, "k", &path)).await;
        let job: serde_json::Value = serde_json::from_str(&job).unwrap();
        assert_eq!(
            (&job["job"]["data_name"], &job["job"]["duration"]),
            (&"r\u{e9}union.wav".into(), &2.into())
        );
    }
    let (head, body) = submit(&running, "?wait=20&format=txt", &orders[0]).await;
    assert!(
        head.starts_with("http/1.1 201 ") && body["status"] == "done" && body["txt"].is_string(),
        "{head} {body}"
    );
    // Who sends much with a wrong key still gets the answer, and not a broken connection.
    control(&running, "POST", "/control/keys/k/revoke", "").await;
    let large = part("Content-Disposition: form-data; name=\"data_file\"; filename=\"a\"", &vec![7; 8 << 20]);
    let (head, _) = submit_raw(&running, "", &[large]).await;
    assert!(head.starts_with("http/1.1 401 "), "{head}");
    control(&running, "POST", "/control/keys/k/restore", "").await;
    let (head, body) = submit(&running, "", &[b"no multipart".to_vec()]).await;
    assert!(head.starts_with("http/1.1 400 "), "{head} {body}");
}

#[tokio::test]
async fn who_waits_is_answered_as_soon_as_the_job_is_ended() {
    let running = start(&scenario("")).await.unwrap();
    let (_, made) =
        control(&running, "POST", "/control/jobs", "{\"environment\": \"lab\", \"key\": \"k\"}").await;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let id = made["ids"][0].as_str().unwrap();
    // Time is moved on past its end while somebody waits for it.
    let (address, waits) =
        (address(&running, "lab"), request(&running, "k", &format!("/v2/jobs/{id}?wait=50")));
    let waiting = tokio::spawn(async move { ask(&address, &waits).await });
    let (_, _) = control(&running, "POST", "/control/advance", "{\"by\": \"1m\"}").await;
    let (_, body) = waiting.await.unwrap();
    assert!(!body.contains("running"), "{body}");
}

#[tokio::test]
async fn connections_break_as_the_fault_says() {
    let whole =
        |head: &str| head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let running = start(&scenario("[[faults]]\nkind = \"truncating\"")).await.unwrap();
    let mut stream = TcpStream::connect(address(&running, "lab")).await.unwrap();
    stream.write_all(request(&running, "k", "/v2/jobs").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let promised: Option<usize> = whole(&head.to_ascii_lowercase());
    assert!(promised.is_some_and(|promised| body.len() < promised && !body.is_empty()), "{head} {ended:?}");

    let running = start(&scenario("[[faults]]\nkind = \"resetting\"")).await.unwrap();
    let mut stream = TcpStream::connect(address(&running, "lab")).await.unwrap();
    stream.write_all(request(&running, "k", "/v2/jobs").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn open_connections_break_when_their_host_goes_down() {
    let running = start(&scenario("")).await.unwrap();
    let mut stream = TcpStream::connect(address(&running, "lab")).await.unwrap();
    let request = request(&running, "k", "/v2/jobs?limit=1").replace("close", "keep-alive");
    let mut bytes = [0; 4096];
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(timeout(DEADLINE, stream.read(&mut bytes)).await.unwrap().unwrap() > 0);
    let (head, _) = control(&running, "POST", "/control/faults", "{\"kind\": \"down\"}").await;
    assert!(head.starts_with("http/1.1 201 "), "{head}");
    let broken = async {
        loop {
            // What was on its way is still read; then the connection is gone.
            let _ = stream.write_all(request.as_bytes()).await;
            if matches!(stream.read(&mut bytes).await, Ok(0) | Err(_)) {
                break;
            }
        }
    };
    timeout(DEADLINE, broken).await.unwrap();
}

#[tokio::test]
async fn a_port_that_is_taken_is_not_shared() {
    let running = start(&scenario("")).await.unwrap();
    let port = address(&running, "lab").rsplit_once(':').unwrap().1.parse().unwrap();
    let binding = Binding { first_port: port, ..Binding::default() };
    let error = start_at(&scenario(""), binding).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    drop(running);
    let again = async {
        while start_at(&scenario(""), binding).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(DEADLINE, again).await.unwrap();
}

#[tokio::test]
async fn a_realtime_session_opens_and_says_its_first_word() {
    let running = start(&Scenario::shipped("clean").unwrap()).await.unwrap();
    let (url, key) = (&running.realtime[0].url, &running.keys[0].value);
    let address = url.strip_prefix("http://").unwrap();
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /v2/en HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{upgrade}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = async {
        let mut bytes = [0; 1024];
        while !answer.ends_with(b"}") {
            let count = stream.read(&mut bytes).await.unwrap();
            assert!(count > 0, "{}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&bytes[..count]);
        }
    };
    timeout(DEADLINE, read).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    // The accept value of that very key is in RFC 6455.
    assert!(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") && answer.contains("request-id: "), "{answer}");
    assert!(answer.contains("concurrent_session_usage"), "{answer}");
    let upgrade = upgrade.replace("Upgrade\r\nUp", "Upgrade, close\r\nUp");
    let bare = format!("GET /v2 HTTP/1.1\r\nHost: x\r\n{upgrade}");
    let (head, _) = ask(address, &bare).await;
    assert!(head.starts_with("http/1.1 401 "), "{head}");
}

#[tokio::test]
async fn no_page_of_a_browser_reaches_the_controls() {
    let running = start(&scenario("")).await.unwrap();
    let address = running.control.strip_prefix("http://").unwrap();
    let request = "POST /control/keys/k/revoke HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                   Origin: https://evil.example\r\nContent-Length: 0\r\n\r\n";
    let (head, _) = ask(address, request).await;
    assert!(head.starts_with("http/1.1 403 "), "{head}");
    let (head, _) = control(&running, "GET", "/control", "").await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
}
