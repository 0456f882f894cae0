//! One plain request over a [`Line`], and what its answer says of the host.

use std::future::poll_fn;
use std::io::Read;
use std::pin::Pin;

use flate2::read::MultiGzDecoder;
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HOST, HeaderMap, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode, Uri};

use super::dial::Line;
use super::trace::Trace;
use super::{Errand, Inner};
use crate::api::client::{self, AGENT};
use crate::api::text::Reader;
use crate::api::transport::{self, Phase};
use crate::api::{answer, page};
use crate::model::{Ask, Failure, FailureKind};

/// The largest body that is read. The features of a host are some thousand bytes.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// Sends the request, over the line that there is where it still holds, and judges the answer. An error is
/// what ends the climb; an answer that is not what was asked for does not.
pub(super) async fn ask(
    to: &Inner,
    errand: &Errand,
    line: &mut Option<Line>,
    trace: &mut Trace,
) -> Result<(), Failure> {
    let answer = match send(to, errand, line, trace).await {
        Ok(answer) => answer,
        Err(failure) => return Err(transport::unless_it_is_tls(failure, &to.base).await),
    };
    let reader = errand.key().map_or(Reader::keyless(), Reader::new);
    let (status, headers) = (answer.status(), answer.headers().clone());
    trace.head(status.as_u16(), &headers, reader);
    let body = unpacked(&headers, read(answer.into_body()).await?)?;
    let failure = judge(errand.ask(), status, &headers, &body, reader);
    trace.whole(Box::default(), failure);
    Ok(())
}

async fn send(
    to: &Inner,
    errand: &Errand,
    line: &mut Option<Line>,
    trace: &mut Trace,
) -> Result<Response<Incoming>, Failure> {
    if let Some(held) = line {
        // A host may close a connection at any time; that is no failure of this request.
        if held.sender.ready().await.is_ok() {
            trace.sent();
            match held.sender.send_request(request(to, errand)?).await {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_canceled() || error.is_incomplete_message() => {}
                Err(error) => return Err(transport::of_http(&error, Phase::Asking)),
            }
        }
    }
    let fresh = line.insert(Line::dial(to, trace).await?);
    trace.sent();
    let sent = fresh.sender.send_request(request(to, errand)?).await;
    sent.map_err(|error| transport::of_http(&error, Phase::Asking))
}

fn request(to: &Inner, errand: &Errand) -> Result<Request<String>, Failure> {
    let odd = |_| Failure::new(FailureKind::Internal, "the endpoint's URL cannot be asked");
    let path = match errand {
        Errand::Features => "v1/discovery/features",
        Errand::Jobs(_) => "v2/jobs?limit=1",
        Errand::Edge | Errand::Handshake(_) => "v2/",
    };
    let uri: Uri = format!("{}{path}", to.base.path())
        .parse()
        .map_err(|error: hyper::http::uri::InvalidUri| odd(error.into()))?;
    let host = to.base.host_str().unwrap_or_default();
    let host = to.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut request = Request::builder()
        .method(Method::GET)
        .uri(uri)
        .header(HOST, host)
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "application/json")
        .header(ACCEPT_ENCODING, "gzip");
    if let Some(key) = errand.key() {
        request = request.header(AUTHORIZATION, client::bearer(key)?);
    }
    request.body(String::new()).map_err(odd)
}

/// The whole body, unless it outgrows the cap.
async fn read(mut body: Incoming) -> Result<Vec<u8>, Failure> {
    let mut read = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|error| transport::of_http(&error, Phase::Reading))?;
        let Ok(bytes) = frame.into_data() else { continue };
        if read.len() + bytes.len() > LARGEST_BODY {
            return Err(too_large());
        }
        read.extend_from_slice(&bytes);
    }
    Ok(read)
}

fn too_large() -> Failure {
    Failure::new(FailureKind::TooLarge, "more than 4 MiB")
}

/// The body as it was before a gateway packed it, within the same cap: as the ordinary client reads it.
fn unpacked(headers: &HeaderMap, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let is_packed = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|coding| coding.as_bytes().eq_ignore_ascii_case(b"gzip"));
    if !is_packed || body.is_empty() {
        return Ok(body);
    }
    let mut plain = Vec::new();
    let within = u64::try_from(LARGEST_BODY).unwrap_or(u64::MAX);
    let read = MultiGzDecoder::new(&*body).take(within.saturating_add(1)).read_to_end(&mut plain);
    match read {
        Ok(size) if size > LARGEST_BODY => Err(too_large()),
        Ok(_) => Ok(plain),
        Err(_) => Err(Failure::new(FailureKind::Unreadable, transport::DAMAGED)),
    }
}

/// What is wrong with an answer, if anything is. Without a key any answer of the service's own says that
/// the host is alive, whether it knows the path or not.
fn judge(
    ask: Ask,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    reader: Reader<'_>,
) -> Option<Failure> {
    let wrong = |why| {
        let failure = Failure::new(FailureKind::Unreadable, answer::instead(why, body, reader));
        Some(answer::with_evidence(failure, status, headers, reader))
    };
    let failure = || answer::failure(status, headers, body, reader);
    match (ask, status) {
        (Ask::Jobs, StatusCode::OK) => page::read(body, reader).map_or_else(wrong, |_| None),
        (Ask::Jobs | Ask::Handshake, _) => Some(failure()),
        (Ask::Features, StatusCode::OK) => {
            // Some put a mark in front that says nothing but that it is UTF-8.
            let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
            let json = serde_json::from_slice::<serde::de::IgnoredAny>(text);
            json.map_or_else(|_| wrong("the body is not JSON"), |_| None)
        }
        (Ask::Features | Ask::Edge, _) => {
            Some(failure()).filter(|why| matches!(why.kind, FailureKind::Server | FailureKind::Redirected))
        }
    }
}
