//! The sandbox over real sockets: what a client sees on the wire.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use voxtop::sandbox::{Running, Scenario, start};

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

#[test]
fn a_mistake_in_a_scenario_names_its_line() {
    let plain = "title = \"t\"\nseed = 1\n[[environments]]\nname = \"lab\"\nregion = \"LAB\"\n\
                 [[keys]]\nname = \"k\"\nproject = \"p\"\naccepted = [\"lab\"]\n[[faults]]\n";
    for (fault, line, word) in [
        ("kind = \"dwon\"", 11, "dwon"),
        ("colour = 3", 11, "colour"),
        ("environment = \"eu9\"\nkind = \"down\"", 11, "eu9"),
        ("kind = \"slow\"", 11, "delay"),
        ("kind = \"slow\"\ndelay = [\"2s\", \"1s\"]", 12, "LEAST"),
        ("kind = \"down\"\nfrom = \"5s\"\nuntil = \"4s\"", 11, "until"),
        ("kind = \"down\"\nfrom = \"5\"", 12, "length of time"),
        ("kind = \"down\"\nrepeat = \"5s\"", 11, "until"),
        ("kind = \"down\"\nuntil = \"5s\"\nrepeat = \"5s\"", 11, "repeat"),
    ] {
        let error = Scenario::parse("mine.toml", &format!("{plain}{fault}")).unwrap_err().to_string();
        assert!(error.starts_with(&format!("scenario mine.toml, line {line}: ")), "{fault}: {error}");
        assert!(error.contains(word), "{fault}: {error}");
    }
    let error = Scenario::shipped("tuor").unwrap_err().to_string();
    assert!(error.contains("tuor") && error.contains("tour"), "{error}");
}
